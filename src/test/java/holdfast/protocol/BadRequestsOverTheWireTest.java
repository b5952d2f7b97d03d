package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// A missing or ill-typed field of every request: refused by its name, and only behind the login.
final class BadRequestsOverTheWireTest {
  @TempDir private static Path folder;
  private static TestServers servers;
  private static Person person;
  private static RawClient client;

  @BeforeAll
  static void start() throws Exception {
    servers = TestServers.start(folder, 1);
    person = servers.person("me");
    client = servers.as(person, 1);
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
    servers.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "HELLO | {'client':7} | client",
        "REGISTER | {'password':'12345678'} | username",
        "REGISTER | {'username':'abc'} | password",
        "REGISTER | {'username':'abc','password':12345678} | password",
        "LOGIN | {'username':'me'} | password",
        "LOGIN | {'password':'12345678'} | username",
        "LOGIN | {'token':7} | token",
        "LOGIN | {'username':'me','password':'x','cursor':7} | cursor",
        "LOGIN | {'username':'me','password':'x','cursor':'what'} | cursor",
        "LOGOUT | {'all':'yes'} | all",
        "LOGOUT | {'all':1} | all",
        "SEND | {'text':'x'} | to",
        "SEND | {'to':'@me'} | text",
        "SEND | {'to':'me','text':'x'} | to",
        "SEND | {'to':'','text':'x'} | to",
        "SEND | {'to':'@','text':'x'} | to",
        "SEND | {'to':'#','text':'x'} | to",
        "SEND | {'to':'@@me','text':'x'} | to",
        "SEND | {'to':'#a b','text':'x'} | to",
        "SEND | {'to':['@me'],'text':'x'} | to",
        "SEND | {'to':'@me','text':''} | text",
        "SEND | {'to':'@me','text':' \\t\\n '} | text",
        "SEND | {'to':'@me','text':'\\u00a0\\u2003'} | text",
        "SEND | {'to':'@me','text':7} | text",
        "SEND | {'to':'@me','text':null} | text",
        "SEND | {'to':'@me','text':'a\\u0000b'} | text",
        "SEND | {'to':'@me','text':'a\\u001bb'} | text",
        "SEND | {'to':'@me','text':'a\\rb'} | text",
        "SEND | {'to':'@me','text':'a\\u007fb'} | text",
        "SEND | {'to':'@me','text':'a\\u0085b'} | text",
        "SEND | {'to':'@me','text':'a\\ud83db'} | text",
        "SEND | {'to':'@me','text':'a\\ude00b'} | text",
        "SEND | {'to':'@me','text':'x','reply_to':'1'} | reply_to",
        "SEND | {'to':'@me','text':'x','reply_to':1.5} | reply_to",
        "SEND | {'to':'@me','text':'x','reply_to':true} | reply_to",
        "MARK_READ | {'seq':1} | conversation",
        "MARK_READ | {'conversation':'@me'} | seq",
        "MARK_READ | {'conversation':'@me','seq':'1'} | seq",
        "MARK_READ | {'conversation':'@me','seq':0.5} | seq",
        "MARK_READ | {'conversation':'@me','seq':-1} | seq",
        "MARK_READ | {'conversation':'@me','seq':9007199254740992} | seq",
        "MARK_READ | {'conversation':'me','seq':1} | conversation",
        "CREATE_ROOM | {} | room",
        "CREATE_ROOM | {'room':'plain'} | room",
        "CREATE_ROOM | {'room':'@at'} | room",
        "CREATE_ROOM | {'room':'#-x'} | room",
        "CREATE_ROOM | {'room':'#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'} | room",
        "CREATE_ROOM | {'room':'#x','topic':7} | topic",
        "CREATE_ROOM | {'room':'#x','private':'no'} | private",
        "CREATE_ROOM | {'room':'#x','private':0} | private",
        "JOIN_ROOM | {} | room",
        "JOIN_ROOM | {'room':7} | room",
        "LEAVE_ROOM | {} | room",
        "LEAVE_ROOM | {'room':'x'} | room",
        "USERS | {'limit':0} | limit",
        "USERS | {'limit':201} | limit",
        "USERS | {'limit':'5'} | limit",
        "USERS | {'limit':1.5} | limit",
        "USERS | {'limit':-1} | limit",
        "USERS | {'pattern':7} | pattern",
        "USERS | {'pattern':'*a*b*c*d*e'} | pattern",
        "USERS | {'after':7} | after",
        "CONVERSATIONS | {'limit':0} | limit",
        "CONVERSATIONS | {'limit':201} | limit",
        "CONVERSATIONS | {'after':'me'} | after",
        "HISTORY | {} | conversation",
        "HISTORY | {'conversation':'me'} | conversation",
        "HISTORY | {'conversation':'@me','limit':0} | limit",
        "HISTORY | {'conversation':'@me','limit':201} | limit",
        "HISTORY | {'conversation':'@me','before':'x'} | before",
        "HISTORY | {'conversation':'@me','after':1.5} | after",
        "HISTORY | {'conversation':'@me','before':3,'after':1} | before",
        "ROOMS | {'limit':0} | limit",
        "ROOMS | {'limit':201} | limit",
        "ROOMS | {'pattern':[]} | pattern",
        "MEMBERS | {} | room",
        "MEMBERS | {'room':'#x','limit':0} | limit",
        "SYNC | {} | cursor",
        "SYNC | {'cursor':7} | cursor",
        "SYNC | {'cursor':'what'} | cursor"
      })
  void aBadFieldIsRefusedByItsName(String type, String payload, String field) throws IOException {
    assertNames(client.error("BAD_REQUEST", type, payload), field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SEND | {'to':'@me','text':'x'} | 'request_id':7 | request_id",
        "SEND | {'to':'@me','text':'x'} | 'request_id':'' | request_id",
        "SEND | {'to':'@me','text':'x'} | 'request_id':'a\\u0000' | request_id",
        "SEND | {'to':'@me','text':'x'} | 'request_id':{} | request_id",
        "SEND | {'to':'@me','text':'x'} | 'ack':'quorum' | ack",
        "SEND | {'to':'@me','text':'x'} | 'ack':'ALL' | ack",
        "SEND | {'to':'@me','text':'x'} | 'ack':2 | ack",
        "USERS | {} | 'read':'stale' | read",
        "USERS | {} | 'read':true | read",
        "USERS | {} | 'min_index':7 | min_index",
        "USERS | {} | 'min_index':'what' | min_index"
      })
  void aBadFieldOfTheFrameIsRefusedByItsName(
      String type, String payload, String extra, String field) throws IOException {
    assertNames(client.error("BAD_REQUEST", type, payload, extra), field);
  }

  @Test
  void aRequestIdHasUpToSixtyFourCharacters() throws IOException {
    String payload = "{'to':'@%s','text':'x'}".formatted(person.name());
    for (String character : new String[] {"x", "\u20ac", "\ud83d\ude00"}) {
      client.ok("SEND", payload, "'request_id':'" + character.repeat(64) + "'");
      assertNames(
          client.error(
              "BAD_REQUEST", "SEND", payload, "'request_id':'" + character.repeat(65) + "'"),
          "request_id");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "LOGOUT",
        "SEND",
        "MARK_READ",
        "CREATE_ROOM",
        "JOIN_ROOM",
        "LEAVE_ROOM",
        "USERS",
        "CONVERSATIONS",
        "HISTORY",
        "ROOMS",
        "MEMBERS",
        "SYNC"
      })
  void withoutLoginNobodyLooksAtTheFields(String type) throws IOException {
    try (RawClient stranger = servers.client(1)) {
      stranger.error("NOT_LOGGED_IN", type, "{}");
      stranger.error("NOT_LOGGED_IN", type, "{'to':7,'conversation':7,'room':7,'limit':0}");
      stranger.error("NOT_LOGGED_IN", type, "{}", "'ack':7", "'read':7", "'request_id':7");
      stranger.error("NOT_LOGGED_IN", type, "[]");
    }
  }

  private static void assertNames(JsonNode error, String field) {
    String message = error.path("message").asString();
    assertTrue(message.contains(field), message);
  }
}
