package holdfast.protocol;

import static holdfast.protocol.TestServers.credentials;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.protocol.ErrorTable.Row;
import holdfast.protocol.TestServers.Door;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Asks everything that stands in `ErrorTable`, at the primary and at a backup. Each refusal has
/// the code that stands there, and leaves all rows of the server's database as they were.
final class EveryErrorTest {
  /// What a refusal may change: that the request is remembered, and how far the log is applied.
  private static final Set<String> MAY_CHANGE = Set.of("request", "state");

  private static final int ROOMS_MAX = 1_000;
  private static final int PREFERENCES_MAX = 100;
  private static final int EMOJI_MAX = 20;
  private static final int EXISTS_ASKED = 40;

  /// How often two are to meet who ask at the same time.
  private static final int HURRIES_MAX = 500;

  /// A server that has died counts as up for the longer of the two.
  private static final String ELECTIONS = "election.timeout=2s-6s";

  @TempDir private static Path folder;
  private static TestServers servers;

  /// A server that nobody asks anything.
  private static int spare;

  /// Who asks, at which door. They stay to the end: who leaves is noted as last seen.
  private static final Map<Door, Map<String, RawClient>> clients = new TreeMap<>();

  /// Operators' connections, and the digests of all tables as they last were there.
  private static final Map<Door, RawClient> checkers = new TreeMap<>();

  private static final Map<Door, Map<String, String>> digests = new TreeMap<>();

  @BeforeAll
  static void makeTheWorld() throws Exception {
    servers = TestServers.start(folder, 4, ELECTIONS);
    spare = servers.backup() % servers.size() + 1;
    Map<Door, Integer> numbers = new TreeMap<>();
    for (Door door : Door.values()) {
      int number = servers.number(door);
      numbers.put(door, number);
      clients.put(door, new HashMap<>(Map.of("nobody", servers.client(number))));
    }
    for (String name :
        List.of(
            "alice", "bob", "mona", "mike", "carol", "grim", "gone", "full", "roomy", "guessed",
            "curious")) {
      signUp(name, numbers);
    }
    makeRooms();
    makeMessages();
    fill();
    as("grim").ok("BLOCK", "{'username':'alice'}");
    as("gone").ok("DELETE_ACCOUNT", "{'password':'%s'}".formatted(TestServers.PASSWORD));
    for (Door door : Door.values()) {
      int number = numbers.get(door);
      for (String name : List.of("operator", "hasty", "patient", "hurried")) {
        clients.get(door).put(name, servers.operator(number));
      }
      RawClient checker = servers.operator(number);
      checkers.put(door, checker);
      checker.ok("BACKUP_DATABASE", "{}");
    }
    JsonNode primary = checkers.get(Door.PRIMARY).ok("CHECK", "{}");
    String same = "{'log_index':%d}".formatted(primary.path("log_index").asLong());
    checkers.get(Door.BACKUP).ok("CHECK", same);
    for (Door door : Door.values()) {
      digests.put(door, digestsAt(door));
    }
    assertEquals(digests.get(Door.PRIMARY), digests.get(Door.BACKUP));
  }

  private static void signUp(String name, Map<Door, Integer> numbers) throws IOException {
    clients
        .get(Door.PRIMARY)
        .get("nobody")
        .ok("REGISTER", credentials(name), "'request_id':'signed-up'");
    String login = credentials(name);
    for (Door door : Door.values()) {
      RawClient client = servers.client(numbers.get(door));
      clients.get(door).put(name, client);
      String token = client.ok("LOGIN", login).path("token").asString();
      login = "{'token':'%s'}".formatted(token);
    }
  }

  private static RawClient as(String name) {
    return clients.get(Door.PRIMARY).get(name);
  }

  private static void makeRooms() throws IOException {
    as("alice").ok("CREATE_ROOM", "{'room':'#open'}");
    as("alice").ok("CREATE_ROOM", "{'room':'#secret','private':true}");
    as("alice").ok("CREATE_ROOM", "{'room':'#alone'}");
    for (String name : List.of("bob", "mona", "mike")) {
      as(name).ok("JOIN_ROOM", "{'room':'#open'}");
    }
    for (String name : List.of("mona", "mike")) {
      as("alice")
          .ok("SET_ROLE", "{'room':'#open','username':'%s','role':'moderator'}".formatted(name));
    }
    as("carol").ok("CREATE_ROOM", "{'room':'#over'}");
    as("carol").ok("LEAVE_ROOM", "{'room':'#over'}");
  }

  private static void makeMessages() throws IOException {
    as("alice").ok("SEND", "{'to':'#open','text':'one'}", "'request_id':'used'");
    as("bob").ok("SEND", "{'to':'#open','text':'two'}");
    as("bob").ok("SEND", "{'to':'#open','text':'three'}");
    as("bob").ok("DELETE", "{'conversation':'#open','seq':3}");
    as("alice").ok("SEND", "{'to':'#secret','text':'one'}");
    as("alice").ok("SEND", "{'to':'@bob','text':'one'}");
    as("bob").ok("SEND", "{'to':'@alice','text':'two'}");
    as("alice").ok("SEND", "{'to':'@grim','text':'one'}");
    as("grim").ok("SEND", "{'to':'@alice','text':'two'}");
    as("alice").ok("SEND", "{'to':'@gone','text':'one'}");
  }

  /// What has a limit, up to it.
  private static void fill() throws IOException {
    List<String> rooms = new ArrayList<>();
    for (int i = 0; i < ROOMS_MAX; i++) {
      rooms.add(as("roomy").send("CREATE_ROOM", "{'room':'#room-%d'}".formatted(i)));
    }
    for (String id : rooms) {
      RawClient.okPayload(as("roomy").reply(id));
    }
    for (int i = 0; i < PREFERENCES_MAX; i++) {
      as("full").ok("SET_PREFERENCE", "{'name':'name-%d','value':'x'}".formatted(i));
    }
    for (int i = 0; i < EMOJI_MAX; i++) {
      as("bob").ok("REACT", "{'conversation':'#open','seq':1,'emoji':'e%d'}".formatted(i));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    for (Door door : clients.keySet()) {
      for (RawClient client : clients.get(door).values()) {
        client.close();
      }
    }
    for (RawClient checker : checkers.values()) {
      checker.close();
    }
    servers.close();
  }

  static List<Arguments> rowsAtTheirDoors() {
    List<Arguments> all = new ArrayList<>();
    for (Row row : ErrorTable.rows()) {
      for (Door door : Door.values()) {
        if (row.only().orElse(door) == door) {
          all.add(Arguments.of(row, door));
        }
      }
    }
    return all;
  }

  @ParameterizedTest(name = "{1} {0}")
  @MethodSource("rowsAtTheirDoors")
  void isRefusedAndChangesNothing(Row row, Door door) throws Exception {
    RawClient client = clients.get(door).get(row.who());
    switch (row.who()) {
      case "guessed" -> guess(clients.get(door).get("nobody"));
      case "curious" -> {
        for (int i = 0; i < EXISTS_ASKED; i++) {
          client.send("EXISTS", "{'username':'alice'}");
        }
      }
      case "hasty" -> servers.server(spare).close();
      default -> {}
    }
    RawClient.errorPayload(row.code(), reply(row, door));
    Map<String, String> before = digests.get(door);
    Map<String, String> after = digestsAt(door);
    // Only the first row that changes something fails by it.
    digests.put(door, after);
    assertEquals(before, after, row::toString);
  }

  private static JsonNode reply(Row row, Door door) throws IOException {
    RawClient client = clients.get(door).get(row.who());
    if (row.who().equals("hurried")) {
      return meet(client, clients.get(door).get("operator"), row);
    }
    JsonNode reply = ask(client, row);
    while (row.who().equals("patient") && code(reply).equals("TIMEOUT")) {
      reply = ask(client, row);
    }
    return reply;
  }

  private static String code(JsonNode reply) {
    return reply.path("payload").path("code").asString("");
  }

  private static JsonNode ask(RawClient client, Row row) throws IOException {
    return client.reply(send(client, row));
  }

  private static String send(RawClient client, Row row) throws IOException {
    String payload = row.payload().replace("<spare>", Integer.toString(spare));
    return client.send(row.type(), payload, row.extras().toArray(String[]::new));
  }

  /// What the one of two is told that comes second.
  private static JsonNode meet(RawClient client, RawClient other, Row row) throws IOException {
    for (int i = 0; i < HURRIES_MAX; i++) {
      String id = send(client, row);
      JsonNode theirs = ask(other, row);
      JsonNode reply = client.reply(id);
      for (JsonNode each : List.of(reply, theirs)) {
        if (each.path("type").asString().equals("ERROR")) {
          return each;
        }
      }
    }
    throw new AssertionError("both are always answered");
  }

  /// Until it is refused unseen; how often that is, AccountsTest and SignInTest say.
  private static void guess(RawClient client) throws IOException {
    String code = "BAD_CREDENTIALS";
    while (code.equals("BAD_CREDENTIALS")) {
      code = code(client.ask("LOGIN", "{'username':'guessed','password':'a guess'}"));
    }
    assertEquals("RATE_LIMITED", code);
  }

  /// The digest of each table's rows, by its name.
  private static Map<String, String> digestsAt(Door door) throws IOException {
    JsonNode checked = checkers.get(door).ok("CHECK", "{}");
    assertEquals(0, checked.path("faults").size(), checked::toString);
    Map<String, String> found = new LinkedHashMap<>();
    for (JsonNode table : checked.path("tables").values()) {
      String name = table.path("table").asString();
      if (!MAY_CHANGE.contains(name)) {
        found.put(name, table.path("rows").asLong() + " " + table.path("digest").asString());
      }
    }
    return found;
  }
}
