package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.ServerId;
import holdfast.server.OperatorKey;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What operators ask, and who may.
final class OperatorsTest {
  @TempDir static Path folder;

  private static TestServers servers;
  private static ServerConfig config;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 3);
    config = ServerConfig.load(folder.resolve("servers.properties"), Map.of(), List.of());
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private static String proof(int server, String nonce) throws Exception {
    return OperatorKey.toShow(config, new ServerId(server)).proof(nonce, new ServerId(server));
  }

  @Test
  void strangersMayNothing() throws Exception {
    try (RawClient client = servers.as(servers.person("eve"), 1)) {
      client.error("FORBIDDEN", "TRANSFER_PRIMARY", "{'server_id':'2'}");
      client.error("FORBIDDEN", "BACKUP_DATABASE", "{}");
      client.error("FORBIDDEN", "CHECK", "{}");
      client.error("FORBIDDEN", "SURVIVE", "{}");
      client.error("FORBIDDEN", "UNREPLAYABLE", "{}");
      String server = "'server_id':'2','successor':'4','host':'::1','client_port':1,'peer_port':2";
      for (String type : List.of("ADD_SERVER", "REMOVE_SERVER", "MOVE_SERVER", "REPLACE_SERVER")) {
        client.error("FORBIDDEN", type, "{" + server + "}");
      }
      client.error("BAD_REQUEST", "TRANSFER_PRIMARY", "{'server_id':'two'}");
    }
  }

  @Test
  void aProofHoldsForOneNonceOfOneServer() throws Exception {
    try (RawClient client = servers.client(1)) {
      client.error("FORBIDDEN", "ADMIN", "{'proof':'00'}");
      String nonce = client.ok("ADMIN", "{}").path("nonce").asString();
      client.error("FORBIDDEN", "ADMIN", "{'proof':'%s'}".formatted(proof(2, nonce)));
      client.error("FORBIDDEN", "ADMIN", "{'proof':'%s'}".formatted(proof(1, nonce)));
      String next = client.ok("ADMIN", "{}").path("nonce").asString();
      assertNotEquals(nonce, next);
      client.error("FORBIDDEN", "CHECK", "{}");
      client.ok("ADMIN", "{'proof':'%s'}".formatted(proof(1, next)));
      client.ok("CHECK", "{}");
    }
  }

  @Test
  void withoutTheSettingNobodyGoesOnAloneAndNothingIsUnreplayable() throws Exception {
    try (RawClient operator = servers.operator(1)) {
      JsonNode refused = operator.error("BAD_REQUEST", "SURVIVE", "{}");
      assertTrue(refused.path("message").asString().contains("survivor.takeover is off"));
      JsonNode none = operator.ok("UNREPLAYABLE", "{'after':0}");
      assertEquals(0, none.path("count").asLong() + none.path("waiting").asLong());
      assertEquals(0, none.path("commands").size());
      assertFalse(none.path("more").asBoolean());
      assertFalse(operator.ok("STATUS", "{}").path("solo").asBoolean());
    }
  }

  @Test
  void theKeyIsForItsOwnerOnly() throws IOException {
    Path key = config.directory(new ServerId(1)).resolve("admin.key");
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(key));
  }

  @Test
  void theOfficeGoesToTheServerNamedAndNoWriteFails() throws Exception {
    TestServers.Person alice = servers.person("alice");
    for (int round = 0; round < 3; round++) {
      int primary = servers.primary();
      int target = servers.backup();
      try (RawClient writer = servers.as(alice, primary);
          RawClient operator = servers.operator(primary);
          RawClient elsewhere = servers.operator(target)) {
        elsewhere.error("NO_PRIMARY", "TRANSFER_PRIMARY", "{'server_id':'%d'}".formatted(target));
        operator.error("BAD_REQUEST", "TRANSFER_PRIMARY", "{'server_id':'9'}");
        String first = writer.send("SEND", "{'to':'@%s','text':'a'}".formatted(alice.name()));
        JsonNode moved = operator.ok("TRANSFER_PRIMARY", "{'server_id':'%d'}".formatted(target));
        String second = writer.send("SEND", "{'to':'@%s','text':'b'}".formatted(alice.name()));
        assertEquals(Integer.toString(target), moved.path("primary").asString());
        assertEquals(target, servers.primary());
        RawClient.okPayload(writer.reply(first));
        RawClient.okPayload(writer.reply(second));
        assertEquals(
            moved, operator.ok("TRANSFER_PRIMARY", "{'server_id':'%d'}".formatted(target)));
      }
    }
  }

  @Test
  void aBackupArrivesWholeInPieces() throws Exception {
    TestServers.Person alice = servers.person("alice");
    try (RawClient writer = servers.as(alice, 1);
        RawClient operator = servers.operator(2)) {
      String text = "x".repeat(4_000);
      for (int i = 0; i < 40; i++) {
        writer.ok("SEND", "{'to':'@%s','text':'%s'}".formatted(alice.name(), text));
      }
      operator.error("BAD_REQUEST", "BACKUP_DATABASE", "{'offset':0}");
      JsonNode made = operator.ok("BACKUP_DATABASE", "{}");
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      long offset = 0;
      while (true) {
        JsonNode piece = operator.ok("BACKUP_DATABASE", "{'offset':%d}".formatted(offset));
        assertEquals(offset, piece.path("offset").asLong());
        byte[] data = Base64.getDecoder().decode(piece.path("data").asString());
        if (data.length == 0) {
          break;
        }
        sha.update(data);
        offset += data.length;
      }
      assertEquals(made.path("bytes").asLong(), offset);
      assertEquals(made.path("digest").asString(), HexFormat.of().formatHex(sha.digest()));
      assertTrue(made.path("log_index").asLong() >= 40);
      try (RawClient other = servers.operator(2)) {
        other.error("BUSY", "BACKUP_DATABASE", "{}");
        other.error("BAD_REQUEST", "BACKUP_DATABASE", "{'offset':0}");
      }
    }
  }

  @Test
  void aCheckFindsEqualServersEqual() throws Exception {
    TestServers.Person alice = servers.person("alice");
    try (RawClient one = servers.operator(1);
        RawClient two = servers.operator(2);
        RawClient writer = servers.as(alice, 2)) {
      writer.ok("SEND", "{'to':'@%s','text':'a'}".formatted(alice.name()));
      long index = one.ok("CHECK", "{}").path("log_index").asLong();
      JsonNode first = one.ok("CHECK", "{'log_index':%d}".formatted(index));
      JsonNode second = two.ok("CHECK", "{'log_index':%d}".formatted(index));
      assertTrue(first.path("faults").isEmpty(), first::toString);
      assertTrue(second.path("faults").isEmpty(), second::toString);
      assertEquals(messages(first), messages(second));
      one.error("BEHIND", "CHECK", "{'log_index':1000000}");
    }
  }

  private static JsonNode messages(JsonNode checked) {
    for (JsonNode table : checked.path("tables").values()) {
      if (table.path("table").asString().equals("message")) {
        return table;
      }
    }
    throw new AssertionError("no such table: " + checked);
  }
}
