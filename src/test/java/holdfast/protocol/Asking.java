package holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A request on a connection of its own, so that many can be asked at once and none waits for
/// another. Asked again it is the same request. For one thread.
final class Asking implements AutoCloseable {
  private final Ask ask;
  private final RawClient client;
  private String id = "";

  /// What is asked, by whom; nobody: on a connection that is not logged in.
  ///
  /// @param name what tells it from the others
  /// @param extras fields of the frame, as one text; empty: none
  record Ask(String name, Optional<Person> who, String type, String payload, String extras) {
    static Ask of(Person who, String type, String payload, String extras) {
      return new Ask(type + " " + payload + extras, Optional.of(who), type, payload, extras);
    }

    static Ask of(Person who, String type, String payload) {
      return of(who, type, payload, "");
    }

    static Ask ofNobody(String type, String payload, String extras) {
      return new Ask(type + " " + payload + extras, Optional.empty(), type, payload, extras);
    }

    Ask by(Person person) {
      return new Ask(name, Optional.of(person), type, payload, extras);
    }

    Ask with(String moreExtras) {
      return new Ask(name + moreExtras, who, type, payload, moreExtras);
    }

    /// The same, with the means to be recognised when it is repeated.
    Ask repeatable(String requestId) {
      return new Ask(name, who, type, payload, "'request_id':'" + requestId + "'");
    }
  }

  private Asking(Ask ask, RawClient client) {
    this.ask = ask;
    this.client = client;
  }

  /// Connects to a server and logs in, for each of them.
  static List<Asking> prepare(TestServers servers, int number, List<Ask> asks) throws IOException {
    List<Asking> prepared = new ArrayList<>();
    try {
      for (Ask ask : asks) {
        prepared.add(new Asking(ask, servers.client(number)));
        if (ask.who().isPresent()) {
          String token = ask.who().get().token();
          prepared.getLast().client.ok("LOGIN", "{'token':'%s'}".formatted(token));
        }
      }
      return prepared;
    } catch (IOException | AssertionError e) {
      closeAll(prepared);
      throw e;
    }
  }

  static void closeAll(List<Asking> all) throws IOException {
    for (Asking each : all) {
      each.close();
    }
  }

  /// Asks all of them at once and closes. Each one's first reply, by its name.
  static Map<String, JsonNode> firstReplies(TestServers servers, int number, List<Ask> asks)
      throws IOException {
    List<Asking> prepared = prepare(servers, number, asks);
    try {
      Map<String, JsonNode> replies = new LinkedHashMap<>();
      askAll(prepared);
      for (Asking each : prepared) {
        replies.put(each.ask.name(), each.client.reply(each.id));
      }
      return replies;
    } finally {
      closeAll(prepared);
    }
  }

  /// The same, each asked again for as long as the reply says that this may help.
  static Map<String, JsonNode> lastReplies(TestServers servers, int number, List<Ask> asks)
      throws IOException {
    List<Asking> prepared = prepare(servers, number, asks);
    try {
      askAll(prepared);
      return lastReplies(prepared);
    } finally {
      closeAll(prepared);
    }
  }

  static void askAll(List<Asking> prepared) throws IOException {
    for (Asking each : prepared) {
      each.ask();
    }
  }

  /// Of those that were asked.
  static Map<String, JsonNode> lastReplies(List<Asking> asked) throws IOException {
    Map<String, JsonNode> replies = new LinkedHashMap<>();
    for (Asking each : asked) {
      JsonNode reply = each.client.reply(each.id);
      while (reply.path("payload").path("retry").asBoolean(false)) {
        each.ask();
        reply = each.client.reply(each.id);
      }
      replies.put(each.ask.name(), reply);
    }
    assertEquals(asked.size(), replies.size(), "two have the same name");
    return replies;
  }

  private void ask() throws IOException {
    id =
        ask.extras().isEmpty()
            ? client.send(ask.type(), ask.payload())
            : client.send(ask.type(), ask.payload(), ask.extras());
  }

  /// OK, or an ERROR's code, of each.
  static Map<String, String> codes(Map<String, JsonNode> replies) {
    Map<String, String> codes = new LinkedHashMap<>();
    replies.forEach((name, reply) -> codes.put(name, code(reply)));
    return codes;
  }

  /// OK, or the code of an ERROR whose shape is as docs/PROTOCOL.md has it.
  static String code(JsonNode reply) {
    if (reply.path("type").asString().equals("OK")) {
      return "OK";
    }
    String code = reply.path("payload").path("code").asString();
    RawClient.errorPayload(code, reply);
    return code;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
