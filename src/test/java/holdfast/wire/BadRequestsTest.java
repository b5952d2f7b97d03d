package holdfast.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which error a bad line gets, with which `id`, and what it names.
class BadRequestsTest {
  private static FrameException failure(byte[] line) {
    return assertThrows(FrameException.class, () -> ClientCodec.parse(line));
  }

  private static FrameException failure(String line) {
    return failure(line.getBytes(UTF_8));
  }

  private static void assertFails(ErrorCode code, Optional<String> id, String line) {
    FrameException e = failure(line);
    assertEquals(code, e.code(), line + ": " + e.getMessage());
    assertEquals(id, e.id(), line);
  }

  private static ClientRequest parsed(String line) throws FrameException {
    return ClientCodec.parse(line.getBytes(UTF_8));
  }

  private static String send(String fields) {
    return "{\"type\":\"SEND\",\"id\":5,\"payload\":{" + fields + "}}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "HELLO",
        "PINGPING",
        "PING PING",
        "null",
        "17",
        "\"PING\"",
        "[]",
        "[{\"type\":\"PING\"}]",
        "{",
        "{}",
        "{\"id\":{}}",
        "{type:\"PING\"}",
        "{'type':'PING'}",
        "{\"type\":\"PING\",}",
        "{\"type\":\"PING\"} //",
        "{\"type\":\"PING\"}{}",
        "{\"type\":\"PING\"} x",
        "{\"type\":\"PING\"",
        "{\"type\":\"PING\",\"x\":01}",
        "{\"type\":\"PING\",\"x\":NaN}",
        "{\"type\":\"PING\",\"x\":+1}",
        "{\"type\":\"PING\",\"x\":\"\t\"}",
        "{\"type\":\"PING\",\"x\":\"\\x\"}",
        "{\"type\":\"PING\",\"x\":\"\\ud8\"}",
        "{\"type\":null}",
        "{\"type\":7}",
        "{\"type\":[\"PING\"]}",
        "{\"type\":\"PING\",\"type\":\"PING\"}",
      })
  void whatIsNoFrameIsABadFrame(String line) {
    assertFails(ErrorCode.BAD_FRAME, Optional.empty(), line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":5}",
        "{\"id\":5,",
        "{\"id\":5,\"type\":7}",
        "{\"id\":5,\"type\":\"PING\",\"payload\":{\"x\":}}",
        "{\"id\":5,\"payload\":{\"x\":1,\"x\":2},\"type\":\"PING\"}",
        "{\"id\":5,\"type\":\"PING\"} {}",
        "{\"id\":5,\"type\":\"PING\",\"x\":\"\u0001\"}",
      })
  void aBadFrameIsAnsweredWithTheIdWhereItCouldBeRead(String line) {
    assertFails(ErrorCode.BAD_FRAME, Optional.of("5"), line);
  }

  @Test
  void nestingIsAllowedUpToThirtyTwoLevels() throws FrameException {
    // The frame itself is the first level.
    assertEquals(
        new ClientRequest.Ping(RequestHeader.PLAIN),
        parsed("{\"type\":\"PING\",\"x\":" + "[".repeat(31) + "]".repeat(31) + "}"));
    String deep = "{\"id\":5,\"type\":\"PING\",\"x\":" + "[".repeat(32) + "]".repeat(32) + "}";
    assertFails(ErrorCode.BAD_FRAME, Optional.of("5"), deep);
    assertFails(
        ErrorCode.BAD_FRAME,
        Optional.empty(),
        "{\"type\":\"PING\",\"payload\":" + "{\"a\":".repeat(32) + "1" + "}".repeat(33));
    assertFails(ErrorCode.BAD_FRAME, Optional.empty(), "[".repeat(200_000));
  }

  @Test
  void whatIsNoUtf8IsABadFrame() {
    for (int[] bytes :
        new int[][] {
          {0x80},
          {0xff},
          {0xc3},
          {0xc0, 0xaf}, // overlong
          {0xe0, 0x80, 0xaf}, // overlong
          {0xf0, 0x80, 0x80, 0xaf}, // overlong
          {0xed, 0xa0, 0x80}, // a surrogate
          {0xf4, 0x90, 0x80, 0x80}, // beyond Unicode
          {0xe2, 0x82}
        }) {
      StringBuilder text = new StringBuilder();
      for (int b : bytes) {
        text.append((char) b);
      }
      String line = "{\"id\":5,\"type\":\"SEND\",\"payload\":{\"text\":\"" + text + "\"}}";
      FrameException e = failure(line.getBytes(ISO_8859_1));
      assertEquals(ErrorCode.BAD_FRAME, e.code());
      assertEquals(Optional.of("5"), e.id());
      assertTrue(e.getMessage().contains("byte 41"), e.getMessage());
    }
  }

  @Test
  void otherEncodingsAndByteOrderMarksAreBadFrames() {
    String ping = "{\"type\":\"PING\"}";
    assertEquals(ErrorCode.BAD_FRAME, failure(ping.getBytes(UTF_16BE)).code());
    assertEquals(ErrorCode.BAD_FRAME, failure(ping.getBytes(UTF_16LE)).code());
    assertEquals(ErrorCode.BAD_FRAME, failure("\ufeff" + ping).code());
  }

  @Test
  void anUnknownTypeIsToldWithTheId() {
    assertFails(ErrorCode.UNKNOWN_TYPE, Optional.of("5"), "{\"id\":5,\"type\":\"DANCE\"}");
    assertFails(ErrorCode.UNKNOWN_TYPE, Optional.empty(), "{\"id\":[],\"type\":\"ping\"}");
    assertFails(ErrorCode.UNKNOWN_TYPE, Optional.of("\"\""), "{\"id\":\"\",\"type\":\"\"}");
  }

  @Test
  void anIdComesBackAsItCame() throws FrameException {
    for (String id :
        List.of(
            "0",
            "-1",
            "9007199254740991",
            "-9007199254740991",
            "\"\"",
            "\"c7\\\"é🐙\"",
            "\"" + "🐙".repeat(64) + "\"")) {
      assertEquals(Optional.of(id), parsed("{\"type\":\"PING\",\"id\":" + id + "}").header().id());
    }
    assertEquals(Optional.empty(), parsed("{\"type\":\"PING\",\"id\":null}").header().id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5",
        "1.0",
        "1e2",
        "true",
        "[]",
        "{}",
        "9007199254740992",
        "-9007199254740992",
        "99999999999999999999999999",
        "\"12345678901234567890123456789012345678901234567890123456789012345\""
      })
  void anyOtherIdIsABadRequestWithoutId(String id) {
    assertFails(ErrorCode.BAD_REQUEST, Optional.empty(), "{\"type\":\"PING\",\"id\":" + id + "}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "request_id | 7",
        "request_id | ''",
        "request_id | 'a\\u0000'",
        "request_id | '\\ud800'",
        "min_index  | 7",
        "min_index  | 'c1.1.1'",
        "ack        | 'none'",
        "ack        | 'ALL'",
        "ack        | 1",
        "read       | 'stale'",
        "read       | true",
        "payload    | []",
        "payload    | 'x'",
        "payload    | 7",
      })
  void anIllTypedFieldOfTheFrameIsNamed(String field, String value) {
    String json = value.replace("'", "\"");
    FrameException e = failure("{\"type\":\"PING\",\"id\":5,\"" + field + "\":" + json + "}");
    assertEquals(ErrorCode.BAD_REQUEST, e.code());
    assertEquals(Optional.of("5"), e.id());
    assertEquals(Optional.of("PING"), e.type());
    assertTrue(e.getMessage().contains("`" + field + "`"), e.getMessage());
  }

  @Test
  void aRequestIdHasUpToSixtyFourCharacters() throws FrameException {
    String longest = "é".repeat(64);
    assertEquals(
        Optional.of(longest),
        parsed("{\"type\":\"PING\",\"request_id\":\"" + longest + "\"}").header().requestId());
    assertFails(
        ErrorCode.BAD_REQUEST,
        Optional.empty(),
        "{\"type\":\"PING\",\"request_id\":\"" + longest + "é\"}");
  }

  @Test
  void nullIsAbsentForEveryOptionalField() throws FrameException {
    assertEquals(
        new ClientRequest.History(
            RequestHeader.PLAIN, "@bob", Optional.empty(), Optional.empty(), 50),
        parsed(
            """
            {"type":"HISTORY","id":null,"request_id":null,"min_index":null,"ack":null,\
            "read":null,"payload":{"conversation":"@bob","before":null,"after":null,\
            "limit":null}}\
            """));
    assertEquals(
        new ClientRequest.Users(RequestHeader.PLAIN, "*", Optional.empty(), 50),
        parsed("{\"type\":\"USERS\",\"payload\":null}"));
    assertEquals(
        new ClientRequest.Logout(RequestHeader.PLAIN, false),
        parsed("{\"type\":\"LOGOUT\",\"payload\":{\"all\":null}}"));
  }

  @Test
  void fieldsThatNobodyKnowsAreIgnored() throws FrameException {
    assertEquals(
        new ClientRequest.JoinRoom(RequestHeader.PLAIN, "#r"),
        parsed(
            """
            {"new":{"type":"PING","a":[{}]},"type":"JOIN_ROOM","payload":{"x":[1,{"room":2}],\
            "room":"#r","y":1e999,"z":123456789012345678901234567890}}\
            """));
  }

  @Test
  void theOrderOfFieldsDoesNotMatter() throws FrameException {
    assertEquals(
        parsed("{\"type\":\"JOIN_ROOM\",\"id\":5,\"payload\":{\"room\":\"#r\"}}"),
        parsed("{\"payload\":{\"room\":\"#r\"},\"id\":5,\"type\":\"JOIN_ROOM\"}"));
  }

  @Test
  void bareWordsAreTakenInAnyCaseAmongBlanks() throws FrameException {
    assertEquals(new ClientRequest.Ping(RequestHeader.PLAIN), parsed(" \tpInG  "));
    assertEquals(new ClientRequest.Status(RequestHeader.PLAIN), parsed("status"));
    assertEquals(new ClientRequest.Help(RequestHeader.PLAIN), parsed("Help"));
    assertEquals(new ClientRequest.Quit(RequestHeader.PLAIN), parsed("QUIT "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SEND          | text         | {'to':'@bob'}",
        "SEND          | to           | {'text':'x'}",
        "SEND          | to           | {'to':7,'text':'x'}",
        "SEND          | to           | {'to':'bob','text':'x'}",
        "SEND          | to           | {'to':'@','text':'x'}",
        "SEND          | to           | {'to':'@_bob','text':'x'}",
        "SEND          | to           | {'to':'@b b','text':'x'}",
        "SEND          | to           | {'to':'@b\\u212a','text':'x'}",
        "SEND          | to           | {'to':'@123456789012345678901234567890123','text':'x'}",
        "SEND          | text         | {'to':'@bob','text':null}",
        "SEND          | text         | {'to':'@bob','text':''}",
        "SEND          | text         | {'to':'@bob','text':' \\n\\t\\u00a0\\u3000\\u2028'}",
        "SEND          | text         | {'to':'@bob','text':'a\\u0000'}",
        "SEND          | text         | {'to':'@bob','text':'a\\r\\n'}",
        "SEND          | text         | {'to':'@bob','text':'a\\u007f'}",
        "SEND          | text         | {'to':'@bob','text':'a\\u0085'}",
        "SEND          | text         | {'to':'@bob','text':'a\\ud800'}",
        "SEND          | text         | {'to':'@bob','text':'a\\udc00\\ud800'}",
        "SEND          | text         | {'to':'@bob','text':['a']}",
        "SEND          | reply_to     | {'to':'@bob','text':'a','reply_to':0}",
        "SEND          | reply_to     | {'to':'@bob','text':'a','reply_to':1.0}",
        "SEND          | reply_to     | {'to':'@bob','text':'a','reply_to':'1'}",
        "SEND          | reply_to     | {'to':'@bob','text':'a','reply_to':9007199254740992}",
        "REGISTER      | username     | {'password':'12345678'}",
        "REGISTER      | username     | {'username':'@bob','password':'12345678'}",
        "REGISTER      | password     | {'username':'bob','password':'1234567'}",
        "REGISTER      | password     | {'username':'bob','password':'1234567\\udc00'}",
        "LOGIN         | password     | {'username':'bob'}",
        "LOGIN         | password     | {'username':'bob','password':''}",
        "LOGIN         | username     | {'password':'x'}",
        "LOGIN         | token        | {'username':'bob','password':'x','token':'t'}",
        "LOGIN         | token        | {'token':7}",
        "LOGIN         | cursor       | {'token':'t','cursor':'here'}",
        "LOGOUT        | all          | {'all':'yes'}",
        "EXISTS        | username     | {}",
        "EXISTS        | username     | {'username':'@bob'}",
        "SET_PASSWORD  | old          | {'new':'12345678'}",
        "SET_PASSWORD  | old          | {'old':'','new':'12345678'}",
        "SET_PASSWORD  | new          | {'old':'x','new':'1234567'}",
        "SET_PASSWORD  | new          | {'old':'x'}",
        "DELETE_ACCOUNT| password     | {}",
        "DELETE_ACCOUNT| password     | {'password':7}",
        "SET_PREFERENCE| name         | {'value':'x'}",
        "SET_PREFERENCE| name         | {'name':'A','value':'x'}",
        "SET_PREFERENCE| name         | {'name':'a b','value':'x'}",
        "SET_PREFERENCE| value        | {'name':'a','value':7}",
        "SET_PREFERENCE| value        | {'name':'a','value':'\\u0000'}",
        "BLOCK         | username     | {'username':'#r'}",
        "UNBLOCK       | username     | {}",
        "INVITE        | room         | {'username':'bob'}",
        "INVITE        | username     | {'room':'#r'}",
        "KICK          | username     | {'room':'#r','username':7}",
        "SET_ROLE      | role         | {'room':'#r','username':'bob'}",
        "SET_ROLE      | role         | {'room':'#r','username':'bob','role':'OWNER'}",
        "SET_TOPIC     | topic        | {'room':'#r'}",
        "SET_TOPIC     | topic        | {'room':'#r','topic':null}",
        "SET_TOPIC     | topic        | {'room':'#r','topic':'a\\u0007'}",
        "MARK_READ     | seq          | {'conversation':'@bob'}",
        "MARK_READ     | seq          | {'conversation':'@bob','seq':-1}",
        "MARK_READ     | conversation | {'seq':1}",
        "CREATE_ROOM   | room         | {'room':'r'}",
        "CREATE_ROOM   | topic        | {'room':'#r','topic':7}",
        "CREATE_ROOM   | private      | {'room':'#r','private':1}",
        "JOIN_ROOM     | room         | {'room':'@bob'}",
        "LEAVE_ROOM    | room         | {}",
        "USERS         | pattern      | {'pattern':''}",
        "USERS         | pattern      | {'pattern':'#a*'}",
        "USERS         | pattern      | {'pattern':'a*b*c*d*e*'}",
        "USERS         | pattern      | {'pattern':'a%'}",
        "USERS         | after        | {'after':''}",
        "USERS         | limit        | {'limit':0}",
        "USERS         | limit        | {'limit':201}",
        "USERS         | limit        | {'limit':50.5}",
        "CONVERSATIONS | after        | {'after':'bob'}",
        "HISTORY       | before       | {'conversation':'@bob','before':1,'after':1}",
        "HISTORY       | limit        | {'conversation':'@bob','limit':201}",
        "HISTORY       | conversation | {}",
        "ROOMS         | after        | {'after':'r'}",
        "MEMBERS       | room         | {}",
        "SYNC          | cursor       | {}",
        "SYNC          | cursor       | {'cursor':'c1.0.00'}",
        "SYNC          | limit        | {'cursor':'c1.0.0','limit':1001}",
        "HELLO         | client       | {'client':'a\\nb'}",
      })
  void aFieldThatIsWrongIsNamed(String type, String field, String payload) {
    String line =
        "{\"type\":\"" + type + "\",\"id\":5,\"payload\":" + payload.replace("'", "\"") + "}";
    FrameException e = failure(line);
    assertEquals(ErrorCode.BAD_REQUEST, e.code(), e.getMessage());
    assertEquals(Optional.of("5"), e.id());
    assertEquals(Optional.of(type), e.type());
    assertTrue(e.getMessage().contains("`" + field + "`"), e.getMessage());
  }

  @Test
  void textsOfTheLongestLengthAreTakenAndOneMoreIsNot() throws FrameException {
    String text = "🐙".repeat(8_192);
    ClientRequest.Send send =
        (ClientRequest.Send) parsed(send("\"to\":\"@bob\",\"text\":\"" + text + "\""));
    assertEquals(text, send.text());
    assertFails(
        ErrorCode.BAD_REQUEST,
        Optional.of("5"),
        send("\"to\":\"@bob\",\"text\":\"" + text + "x\""));

    String password = "ä".repeat(256);
    String register = "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"bob\",\"password\":\"";
    assertEquals(
        password, ((ClientRequest.Register) parsed(register + password + "\"}}")).password());
    assertFails(ErrorCode.BAD_REQUEST, Optional.empty(), register + password + "ä\"}}");
    String login = "{\"type\":\"LOGIN\",\"payload\":{\"username\":\"bob\",\"password\":\"";
    assertFails(ErrorCode.BAD_REQUEST, Optional.empty(), login + password + "ä\"}}");

    String create = "{\"type\":\"CREATE_ROOM\",\"payload\":{\"room\":\"#r\",\"topic\":\"";
    String topic = "t".repeat(512);
    assertEquals(topic, ((ClientRequest.CreateRoom) parsed(create + topic + "\"}}")).topic());
    assertFails(ErrorCode.BAD_REQUEST, Optional.empty(), create + topic + "t\"}}");
  }

  @Test
  void namesAreFoldedToLowerCase() throws FrameException {
    assertEquals(
        "@bob.x_1-2",
        ((ClientRequest.Send) parsed(send("\"to\":\"@BOB.x_1-2\",\"text\":\"Hi\""))).to());
    assertEquals(
        "#room",
        ((ClientRequest.JoinRoom)
                parsed("{\"type\":\"JOIN_ROOM\",\"payload\":{\"room\":\"#ROOM\"}}"))
            .room());
    assertEquals(
        "al*",
        ((ClientRequest.Users) parsed("{\"type\":\"USERS\",\"payload\":{\"pattern\":\"AL*\"}}"))
            .pattern());
  }

  @Test
  void noMessageRepeatsWhatTheClientSent() {
    String secret = "hunter2hunter2";
    for (String line :
        List.of(
            "{\"type\":\"" + secret + "\"}",
            "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"bob\",\"password\":"
                + secret
                + "}}",
            "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"" + secret + " \"}}",
            "{\"" + secret + "\":1,\"" + secret + "\":2}",
            secret)) {
      String message = failure(line).getMessage();
      assertTrue(!message.contains(secret) && !message.contains("hunter"), message);
    }
  }
}
