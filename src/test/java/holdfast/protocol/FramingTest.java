package holdfast.protocol;

import static holdfast.protocol.RawClient.FRAME_BYTES_MAX;
import static holdfast.protocol.RawClient.errorPayload;
import static holdfast.protocol.RawClient.json;
import static holdfast.protocol.RawClient.okPayload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Door;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Lines, good and bad, at a primary and at a backup.
@ParameterizedClass
@EnumSource(Door.class)
final class FramingTest {
  private static final int SERVERS = 3;
  private static final int FLOOD = 5_000;
  private static final String PING = "{\"type\":\"PING\"}";

  @TempDir private static Path folder;
  private static TestServers servers;

  @Parameter Door door;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, SERVERS);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private RawClient client() throws IOException {
    return servers.client(door);
  }

  /// The connection must be as good as new: the very next line is answered.
  private static void assertFresh(RawClient client) throws IOException {
    client.frame("{'type':'PING','id':'fresh'}");
    JsonNode reply = client.next();
    okPayload(reply);
    assertEquals("fresh", reply.path("id").asString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\t",
        "\r",
        "hello",
        "PINGPING",
        "PING PONG",
        "[]",
        "[{'type':'PING'}]",
        "'PING'",
        "17",
        "null",
        "true",
        "{",
        "}",
        "{'type':'PING'",
        "{'type':'PING'}}",
        "{'type':'PING'} x",
        "{'type':'PING'}{'type':'PING'}",
        "{'type':'PING'},",
        "{'type':'PING',}",
        "{type:'PING'}",
        "{'type':'PING','payload':{'a':NaN}}",
        "{'type':'PING','payload':{'a':+1}}",
        "{'type':'PING','payload':{'a':01}}",
        "{'type':'PING','payload':{'a':.5}}",
        "{'type':'PING'/*comment*/}",
        "{'type':'PING'}//comment",
        "{'type':'PING','payload':{'a':'\\x41'}}",
        "{'type':'PING','payload':{'a':'\u0001'}}",
        "{'type':'PING','type':'PING'}",
        "{'type':'PING','payload':{'a':1,'a':2}}",
        "{}",
        "{'type':null}",
        "{'type':7}",
        "{'type':['PING']}",
        "{'type':{}}",
        "{'TYPE':'PING'}",
        "{'payload':{}}",
        "\uFEFF{'type':'PING'}",
        "{'type':'PING'}\u0000"
      })
  void aLineThatIsNoFrameIsABadFrameAndTheNextOneIsAFreshStart(String line) throws IOException {
    try (RawClient client = client()) {
      client.frame(line);
      JsonNode reply = client.next();
      errorPayload("BAD_FRAME", reply);
      assertFalse(reply.has("id"), reply::toString);
      assertFresh(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"'x'", "17", "'\u00fc'"})
  void aBadFrameKeepsItsIdWhereThatCouldBeRead(String id) throws IOException {
    try (RawClient client = client()) {
      for (String rest : List.of("", ",'type':null", ",'type':1", ",'payload':{}")) {
        client.frame("{'id':" + id + rest + "}");
        JsonNode reply = client.next();
        errorPayload("BAD_FRAME", reply);
        assertEquals(json(id), reply.path("id").toString());
      }
      assertFresh(client);
    }
  }

  static Stream<byte[]> invalidUtf8() {
    return Stream.of(
        new byte[] {(byte) 0xC3, 0x28},
        new byte[] {(byte) 0xC0, (byte) 0x80},
        new byte[] {(byte) 0xE0, (byte) 0x80, (byte) 0xAF},
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
        new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        new byte[] {(byte) 0xFF},
        new byte[] {(byte) 0x80},
        new byte[] {(byte) 0xE2, (byte) 0x82});
  }

  @ParameterizedTest
  @MethodSource("invalidUtf8")
  void invalidUtf8IsABadFrameWhereverItStands(byte[] bad) throws IOException {
    try (RawClient client = client()) {
      for (String around :
          List.of("?", "{'type':'PING','x':'?'}", "{'type':'PING','?':1}", "{'type':'?'}")) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        String[] sides = json(around).split("\\?", -1);
        line.write(sides[0].getBytes(StandardCharsets.UTF_8));
        line.write(bad);
        line.write((sides[1] + "\n").getBytes(StandardCharsets.UTF_8));
        client.bytes(line.toByteArray());
        errorPayload("BAD_FRAME", client.next());
      }
      assertFresh(client);
    }
  }

  @Test
  void thirtyTwoLevelsOfNestingAreTakenAndOneMoreIsABadFrame() throws IOException {
    try (RawClient client = client()) {
      // The frame is the first level, its payload the second.
      client.frame("{'type':'PING','payload':{'x':" + "[".repeat(30) + "]".repeat(30) + "}}");
      okPayload(client.next());
      client.frame("{'type':'PING','payload':{'x':" + "[".repeat(31) + "]".repeat(31) + "}}");
      errorPayload("BAD_FRAME", client.next());
      client.line("{\"type\":\"PING\",\"x\":" + "{\"a\":".repeat(20_000));
      errorPayload("BAD_FRAME", client.next());
      client.line("[".repeat(100_000));
      errorPayload("BAD_FRAME", client.next());
      assertFresh(client);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ping",
        "Ping",
        " PING",
        "PING ",
        "OK",
        "ERROR",
        "MESSAGE",
        "CLUSTER",
        "REPLICATE",
        "PEER_HELLO",
        "HEARTBEAT",
        "\u00e4",
        "P\\u0000"
      })
  void aTypeThatNoRequestHasIsUnknownBeforeAnythingElseIsLookedAt(String type) throws IOException {
    try (RawClient client = client()) {
      client.frame("{'type':'" + type + "','id':3,'payload':{'seq':'x'},'ack':5}");
      JsonNode reply = client.next();
      errorPayload("UNKNOWN_TYPE", reply);
      assertEquals(3, reply.path("id").asInt());
      assertFresh(client);
    }
  }

  @Test
  void aLineMayEndInCarriageReturnAndNewline() throws IOException {
    try (RawClient client = client()) {
      client.bytes((PING + "\r\nping\r\n").getBytes(StandardCharsets.UTF_8));
      okPayload(client.next());
      okPayload(client.next());
      assertFresh(client);
    }
  }

  @Test
  void aLineMayComeByteByByte() throws IOException {
    try (RawClient client = client()) {
      for (byte one :
          json("{'type':'PING','id':'\u20ac\ud83d\ude00'}\n").getBytes(StandardCharsets.UTF_8)) {
        client.bytes(new byte[] {one});
      }
      assertEquals("\u20ac\ud83d\ude00", client.next().path("id").asString());
    }
  }

  @Test
  void manyLinesMayComeAtOnceAndEachIsAnsweredOnce() throws IOException {
    try (RawClient client = client()) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        lines.append("{'type':'PING','id':%d}\n".formatted(i));
      }
      client.bytes(json(lines.toString()).getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 500; i++) {
        okPayload(client.reply(Integer.toString(i)));
      }
      assertFresh(client);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1",
        "-1",
        "9007199254740991",
        "-9007199254740991",
        "''",
        "'x'",
        "'\u00e4\u20ac\ud83d\ude00'",
        "'a b\\\\c\\/d'",
        "'0017'",
        "'null'"
      })
  void theIdComesBackAsItCame(String id) throws IOException {
    try (RawClient client = client()) {
      client.frame("{'type':'PING','id':" + id + "}");
      JsonNode reply = client.next();
      okPayload(reply);
      assertEquals(json(id).replace("\\/", "/"), reply.path("id").toString());
      client.frame("{'id':" + id + ",'type':'SEND'}");
      JsonNode error = client.next();
      errorPayload("NOT_LOGGED_IN", error);
      assertEquals(reply.path("id"), error.path("id"));
    }
  }

  @Test
  void anIdHasUpToSixtyFourCharactersOfAnyKind() throws IOException {
    try (RawClient client = client()) {
      for (String character : List.of("x", "\u20ac", "\ud83d\ude00")) {
        client.frame("{'type':'PING','id':'" + character.repeat(64) + "'}");
        assertEquals(character.repeat(64), client.next().path("id").asString());
        client.frame("{'type':'PING','id':'" + character.repeat(65) + "'}");
        JsonNode reply = client.next();
        assertTrue(errorPayload("BAD_REQUEST", reply).path("message").asString().contains("id"));
        assertFalse(reply.has("id"), reply::toString);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740992",
        "-9007199254740992",
        "99999999999999999999999999",
        "1.5",
        "1e400",
        "true",
        "false",
        "[]",
        "{}",
        "['x']"
      })
  void anIdOfAnyOtherKindIsABadRequestWithoutId(String id) throws IOException {
    try (RawClient client = client()) {
      client.frame("{'type':'PING','id':" + id + "}");
      JsonNode reply = client.next();
      errorPayload("BAD_REQUEST", reply);
      assertFalse(reply.has("id"), reply::toString);
      assertFresh(client);
    }
  }

  @Test
  void nullIsAbsentForEveryOptionalFieldOfTheFrame() throws IOException {
    try (RawClient client = client()) {
      client.frame(
          "{'type':'PING','id':null,'request_id':null,'min_index':null,'ack':null,'read':null,"
              + "'payload':null}");
      JsonNode reply = client.next();
      okPayload(reply);
      assertFalse(reply.has("id"), reply::toString);
    }
  }

  @Test
  void aPayloadThatIsNoObjectIsABadRequestThatNamesIt() throws IOException {
    try (RawClient client = client()) {
      for (String payload : List.of("1", "'x'", "[]", "true")) {
        client.frame("{'type':'HELLO','id':1,'payload':" + payload + "}");
        String message = errorPayload("BAD_REQUEST", client.next()).path("message").asString();
        assertTrue(message.contains("payload"), message);
      }
      assertFresh(client);
    }
  }

  @Test
  void fieldsThatNobodyKnowsAreIgnored() throws IOException {
    try (RawClient client = client()) {
      client.frame(
          "{'x':{'y':[1,2.5,null]},'type':'PING','id':1,'payload':{'z':'\\ud83d\\ude00'}}");
      okPayload(client.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PING", "ping", "PiNg", "ping\r"})
  void thePingOfAPersonIsAnswered(String word) throws IOException {
    try (RawClient client = client()) {
      client.line(word);
      JsonNode reply = client.next();
      okPayload(reply);
      assertFalse(reply.has("id"), reply::toString);
    }
  }

  @Test
  void statusAndHelpAreForPeopleToo() throws IOException {
    try (RawClient client = client()) {
      client.line("status");
      JsonNode status = okPayload(client.next());
      assertEquals(SERVERS, status.path("servers").size(), status::toString);
      client.line("Help");
      String text = okPayload(client.next()).path("text").asString();
      assertFalse(text.isBlank());
      assertEquals(text, client.ok("HELP", "{}").path("text").asString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"QUIT", "quit", "{\"type\":\"QUIT\",\"id\":9}"})
  void quitIsAnsweredAndThenTheServerCloses(String line) throws IOException {
    try (RawClient client = client()) {
      client.line(line);
      okPayload(client.next());
      client.ended();
    }
  }

  @Test
  void whatWasAskedBeforeQuitIsAnswered() throws IOException {
    try (RawClient client = client()) {
      String name = TestServers.freshName("quitter");
      client.frame(RawClient.request("REGISTER", "a", TestServers.credentials(name)));
      client.frame(RawClient.request("LOGIN", "b", TestServers.credentials(name)));
      for (int i = 0; i < 100; i++) {
        client.frame(RawClient.request("SEND", "s" + i, "{'to':'@%s','text':'x'}".formatted(name)));
      }
      client.frame(RawClient.request("HISTORY", "h", "{'conversation':'@%s'}".formatted(name)));
      client.frame(RawClient.request("QUIT", "q", "{}"));
      client.frame(RawClient.request("PING", "late", "{}"));
      okPayload(client.reply("a"));
      okPayload(client.reply("b"));
      for (int i = 0; i < 100; i++) {
        okPayload(client.reply("s" + i));
      }
      okPayload(client.reply("h"));
      okPayload(client.reply("q"));
      client.ended();
    }
  }

  @Test
  void aFrameOfTheLargestSizeIsTaken() throws IOException {
    try (RawClient client = client()) {
      String start = json("{'type':'PING','id':1,'pad':'");
      String end = "\"}";
      client.line(start + "x".repeat(FRAME_BYTES_MAX - start.length() - end.length()) + end);
      okPayload(client.next());
      assertFresh(client);
    }
  }

  @Test
  void aFrameOfOneByteMoreIsTooLargeAndTheServerCloses() throws IOException {
    try (RawClient client = client()) {
      String start = json("{'type':'PING','id':1,'pad':'");
      String end = "\"}";
      client.line(start + "x".repeat(FRAME_BYTES_MAX + 1 - start.length() - end.length()) + end);
      errorPayload("FRAME_TOO_LARGE", client.next());
      client.ended();
    }
  }

  @Test
  void aLineThatNeverEndsIsTooLargeWithoutItsEndBeingWaitedFor() throws IOException {
    try (RawClient client = client()) {
      client.bytes("x".repeat(FRAME_BYTES_MAX + 2).getBytes(StandardCharsets.UTF_8));
      errorPayload("FRAME_TOO_LARGE", client.next());
      client.ended();
    }
  }

  @Test
  void whatCameBeforeAFrameTooLargeIsAnswered() throws IOException {
    try (RawClient client = client()) {
      String name = TestServers.freshName("large");
      client.frame(RawClient.request("REGISTER", "a", TestServers.credentials(name)));
      client.bytes("x".repeat(FRAME_BYTES_MAX + 2).getBytes(StandardCharsets.UTF_8));
      okPayload(client.reply("a"));
      errorPayload("FRAME_TOO_LARGE", client.push());
      client.ended();
    }
  }

  @Test
  void whatWasSentBeforeTheSendingSideClosedIsAnsweredAndThenTheServerCloses() throws IOException {
    try (RawClient client = client()) {
      String name = TestServers.freshName("pipe");
      client.frame(RawClient.request("REGISTER", "a", TestServers.credentials(name)));
      client.frame(RawClient.request("LOGIN", "b", TestServers.credentials(name)));
      client.frame(RawClient.request("SEND", "c", "{'to':'@%s','text':'hi'}".formatted(name)));
      client.frame(RawClient.request("HISTORY", "d", "{'conversation':'@%s'}".formatted(name)));
      client.closeSendingSide();
      okPayload(client.reply("a"));
      okPayload(client.reply("b"));
      okPayload(client.reply("c"));
      assertEquals(1, okPayload(client.reply("d")).path("messages").size());
      // An event may be on its way, but nothing else.
      Optional<JsonNode> rest = client.nextOrEnd();
      while (rest.isPresent()) {
        assertEquals("MESSAGE", rest.get().path("type").asString());
        rest = client.nextOrEnd();
      }
    }
  }

  @Test
  void aFloodOfBadLinesIsAnsweredLineByLineAndOthersAreServed() throws Exception {
    try (RawClient client = client();
        RawClient other = client()) {
      Thread flood =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  byte[] lines = "rubbish\n{]\n\n".repeat(100).getBytes(StandardCharsets.UTF_8);
                  for (int i = 0; i < FLOOD / 300; i++) {
                    client.bytes(lines);
                  }
                } catch (IOException e) {
                  // The reader notices that answers are missing.
                }
              });
      for (int i = 0; i < FLOOD / 300 * 300; i++) {
        errorPayload("BAD_FRAME", client.next());
        if (i % 1_000 == 0) {
          assertFresh(other);
        }
      }
      flood.join();
      assertFresh(client);
    }
  }
}
