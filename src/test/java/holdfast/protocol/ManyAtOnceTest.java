package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What one server takes of all its connections together, be it the primary or a backup; the others
/// are not touched by that.
final class ManyAtOnceTest {
  /// More than may wait to be hashed, and than are hashed meanwhile.
  private static final int SIGN_INS = 160;

  private static final int LOOK_UPS_OF_ONE = 10;
  private static final int CONNECTIONS_MAX = 300;

  @TempDir private static Path folder;
  private static TestServers servers;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static void closeAll(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void ofTooManyPasswordsAtOnceSomeAreNotLookedAtAndMayComeAgain(Door door) throws IOException {
    Person alice = servers.person("crowd");
    int number = servers.number(door);
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < SIGN_INS; i++) {
        clients.add(servers.client(number));
      }
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < SIGN_INS; i++) {
        boolean isNew = i % 2 == 1;
        String name = isNew ? TestServers.freshName("crowd") : alice.name();
        ids.add(clients.get(i).send(isNew ? "REGISTER" : "LOGIN", TestServers.credentials(name)));
      }
      Set<String> logins = new TreeSet<>();
      Set<String> registers = new TreeSet<>();
      for (int i = 0; i < SIGN_INS; i++) {
        String code = Asking.code(clients.get(i).reply(ids.get(i)));
        (i % 2 == 1 ? registers : logins).add(code);
      }
      // How many are done in the four seconds that each may wait is the machine's affair.
      Set<String> both = new TreeSet<>(logins);
      both.addAll(registers);
      assertEquals(Set.of("BUSY", "OK"), both);
      assertTrue(logins.contains("BUSY"), logins::toString);
      assertTrue(registers.contains("BUSY"), registers::toString);
      clients.getLast().ok("LOGIN", TestServers.credentials(alice.name()));
    } finally {
      closeAll(clients);
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void allConnectionsTogetherLookUpSoManyNamesHoweverFewEach(Door door) throws IOException {
    Person alice = servers.person("sought");
    String payload = "{'username':'%s'}".formatted(alice.name());
    int number = servers.number(door);
    servers.as(alice, number).close();
    List<RawClient> clients = new ArrayList<>();
    try {
      clients.add(servers.client(number));
      JsonNode reply = clients.getLast().ask("EXISTS", payload);
      for (int i = 1; reply.path("type").asString().equals("OK"); i++) {
        assertTrue(i < CONNECTIONS_MAX * LOOK_UPS_OF_ONE, "as many as they like");
        if (i % LOOK_UPS_OF_ONE == 0) {
          clients.add(servers.client(number));
        }
        reply = clients.getLast().ask("EXISTS", payload);
      }
      JsonNode refused = RawClient.errorPayload("RATE_LIMITED", reply);
      assertTrue(refused.path("retry_after_ms").asLong() > 0, refused::toString);
      assertTrue(refused.path("retry_after_ms").asLong() <= 21, refused::toString);
      try (RawClient elsewhere = servers.client(number % 3 + 1)) {
        servers.as(alice, number % 3 + 1).close();
        elsewhere.ok("EXISTS", payload);
      }
    } finally {
      closeAll(clients);
    }
  }
}
