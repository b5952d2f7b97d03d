package holdfast.cluster;

import static holdfast.protocol.RawClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What servers say that a room holds, compared with what writers were told: nothing lost, nothing
/// doubled, nothing reordered, the same everywhere.
final class Histories {
  private static final int PAGE = 200;

  private Histories() {}

  /// A message as a server has it.
  record Said(long seq, String sender, String text, long time) {}

  /// The whole room from server `number`, which must have all that was acknowledged anywhere.
  static List<Said> read(ServerProcesses servers, int number, String who, String room)
      throws InterruptedException {
    List<Said> all = new ArrayList<>();
    ServerProcesses.await(
        "the history of " + room + " on server " + number + " in " + servers.folder(),
        () -> {
          all.clear();
          try (RawClient client = RawClient.connect(servers.clientPort(number))) {
            client.ok(
                "LOGIN", json("{'username':'%s','password':'%s'}".formatted(who, Writer.PASSWORD)));
            boolean more = true;
            while (more) {
              JsonNode reply =
                  client.ask(
                      "HISTORY",
                      "{'conversation':'%s','after':%d,'limit':%d}"
                          .formatted(room, all.size(), PAGE),
                      "'read':'linearizable'");
              if (reply.path("payload").path("retry").asBoolean()) {
                return false;
              }
              JsonNode page = RawClient.okPayload(reply);
              page.path("messages").forEach(message -> all.add(said(message)));
              more = page.path("more").asBoolean();
            }
            return true;
          } catch (AssertionError e) {
            throw new IOException("not yet", e);
          }
        });
    return all;
  }

  private static Said said(JsonNode message) {
    return new Said(
        message.path("seq").asLong(),
        message.path("sender").asString(),
        message.path("text").asString(),
        message.path("time").asLong());
  }

  /// Fails unless every one of these servers has every acknowledged message once, at its place.
  static void check(
      ServerProcesses servers, List<Integer> among, Collection<Writer> writers, String room)
      throws InterruptedException, IOException {
    String reader = writers.iterator().next().name();
    List<Said> first = read(servers, among.getFirst(), reader, room);
    checkOrder(first);
    checkAcknowledged(first, writers);
    for (int number : among.subList(1, among.size())) {
      List<Said> other = read(servers, number, reader, room);
      assertEquals(first, other, "servers " + among.getFirst() + " and " + number + " differ");
    }
  }

  private static void checkOrder(List<Said> all) {
    Map<String, Integer> last = new HashMap<>();
    long time = 0;
    for (int i = 0; i < all.size(); i++) {
      Said said = all.get(i);
      assertEquals(i + 1, said.seq(), "a gap: " + said);
      assertTrue(said.time() >= time, () -> "time went back: " + said);
      time = said.time();
      int number = Integer.parseInt(said.text().substring(said.text().indexOf(' ') + 1));
      // One at a time, each repeated until acknowledged: a sender's numbers have no gaps either.
      int before = last.getOrDefault(said.sender(), 0);
      assertEquals(before + 1, number, "lost, doubled or reordered: " + said);
      last.put(said.sender(), number);
    }
  }

  private static void checkAcknowledged(List<Said> all, Collection<Writer> writers) {
    Map<String, Long> stored = new HashMap<>();
    for (Said said : all) {
      assertNull(stored.put(said.text(), said.seq()), () -> "twice: " + said);
    }
    for (Writer writer : writers) {
      for (Writer.Acknowledged acknowledged : writer.acknowledged()) {
        assertEquals(acknowledged.seq(), stored.get(acknowledged.text()), acknowledged::toString);
      }
    }
  }
}
