package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Networks that are cut in both directions, in one, or slow, by proxies between real servers.
final class PartitionIT {
  private static final String ROOM = "#ledger";

  /// A busy machine has an election or two of its own; a storm has one or two a second.
  private static final long TERMS_MAX = 10;

  /// How long a cut lasts at least: longer than the longest election timeout. It is what is tested,
  /// not a wait.
  private static final long CUT_MS = 4_000;

  private static List<Integer> ports(ServerProcesses servers, List<Integer> numbers) {
    return numbers.stream().map(servers::clientPort).toList();
  }

  /// What the first reply that is no success says, of writes and linearizable reads at a server
  /// that is cut off.
  private static void assertServesNothing(RawClient client) throws IOException {
    JsonNode write = client.ask("SEND", "{'to':'" + ROOM + "','text':'writer9 1'}");
    assertEquals("ERROR", write.path("type").asString(), "acknowledged by a minority: " + write);
    String code = write.path("payload").path("code").asString();
    assertTrue(Set.of("TIMEOUT", "NO_PRIMARY", "BUSY").contains(code), write::toString);
    JsonNode read =
        client.ask("HISTORY", "{'conversation':'" + ROOM + "','limit':1}", "'read':'linearizable'");
    assertEquals("ERROR", read.path("type").asString(), "confirmed by a minority: " + read);
    assertTrue(read.path("payload").path("retry").asBoolean(), read::toString);
  }

  @Test
  void aPrimaryCutOffAcknowledgesNothingTheMajorityGoesOnAndAllAgreeAfterwards() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createWithProxies(3, ServerProcesses.CALM)) {
      servers.startAll();
      int old = servers.awaitPrimary();
      long term = servers.term(old);
      List<Integer> majority = servers.allBut(old);
      try (Writers writers = Writers.start(3, ROOM, ports(servers, majority))) {
        // A write that the old primary may have in its log and never acknowledged must not count
        // as one of the writers': it goes into a room of its own.
        try (RawClient cutOff = RawClient.connect(servers.clientPort(old))) {
          cutOff.ok("LOGIN", "{'username':'writer0','password':'%s'}".formatted(Writer.PASSWORD));
          cutOff.ok("CREATE_ROOM", "{'room':'#lonely'}");
          writers.awaitMore(20);
          servers.isolate(old);
          List<String> asked = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            asked.add(
                cutOff.send("SEND", "{'to':'#lonely','text':'x'}", "'request_id':'x" + i + "'"));
          }
          servers.awaitPrimary(majority);
          writers.awaitMore(20);
          Thread.sleep(CUT_MS);
          int acknowledged = 0;
          for (String id : asked) {
            JsonNode reply = cutOff.reply(id);
            acknowledged += reply.path("type").asString().equals("OK") ? 1 : 0;
            assertTrue(
                acknowledged == 0 && reply.path("payload").path("retry").asBoolean(),
                () -> "acknowledged by a minority: " + reply);
          }
          cutOff.ok("LOGIN", "{'username':'writer0','password':'%s'}".formatted(Writer.PASSWORD));
          assertServesNothing(cutOff);
          // A local read is answered all the same.
          cutOff.ok("HISTORY", "{'conversation':'" + ROOM + "','limit':1}");
        }
        servers.heal();
        int healed = servers.awaitPrimary();
        writers.awaitMore(20);
        writers.stop();
        writers.check(servers, servers.all());
        long terms = servers.term(healed) - term;
        assertTrue(terms <= TERMS_MAX, "the cut cost " + terms + " terms");
        System.out.println("cut-off primary: " + terms + " terms");
        servers.passed();
      }
    }
  }

  @Test
  void aBackupCutOffCostsTheOthersNothingWhenItComesBack() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createWithProxies(3, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      long term = servers.term(primary);
      int cut = primary % 3 + 1;
      try (Writers writers = Writers.start(3, ROOM, ports(servers, servers.allBut(cut)))) {
        servers.isolate(cut);
        writers.awaitMore(20);
        Thread.sleep(CUT_MS);
        // It asks who would vote for it, again and again, and raises no term by that.
        assertTrue(
            servers.term(cut) <= servers.term(servers.awaitPrimary(servers.allBut(cut))),
            "the term of a server that was cut off: " + servers.term(cut));
        servers.heal();
        ServerProcesses.await(
            "server " + cut + " follows again",
            () -> servers.hello(cut).map(h -> h.path("primary").isString()).orElse(false));
        writers.awaitMore(20);
        writers.stop();
        writers.check(servers, servers.all());
        // On a busy machine an election may come of something else; a storm has many.
        long terms = servers.term(servers.awaitPrimary()) - term;
        assertTrue(terms <= TERMS_MAX, "the cut cost " + terms + " terms");
        System.out.println("cut-off backup: " + terms + " terms");
        servers.passed();
      }
    }
  }

  @Test
  void cutsInOneDirectionOnlyNeitherStopNorSplitTheCluster() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createWithProxies(3, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      long term = servers.term(primary);
      try (Writers writers = Writers.start(3, ROOM, servers.clientPorts())) {
        // The primary speaks and hears nothing: it must step down for those who can do both.
        for (int other : servers.allBut(primary)) {
          servers.proxy(other, primary).silence(true, false);
        }
        servers.awaitPrimary(servers.allBut(primary));
        writers.awaitMore(10);
        servers.heal();
        servers.awaitPrimary();
        writers.awaitMore(10);
        // A backup hears nothing and speaks: its pre-votes must not unseat anybody for ever.
        int second = servers.awaitPrimary();
        int deaf = second % 3 + 1;
        for (int other : servers.allBut(deaf)) {
          servers.proxy(other, deaf).silence(true, false);
        }
        writers.awaitMore(10);
        Thread.sleep(CUT_MS);
        writers.awaitMore(10);
        servers.heal();
        int last = servers.awaitPrimary();
        writers.awaitMore(10);
        writers.stop();
        writers.check(servers, servers.all());
        long terms = servers.term(last) - term;
        assertTrue(terms <= 2 * TERMS_MAX, "two cuts cost " + terms + " terms");
        System.out.println("one-way cuts: " + terms + " terms");
        servers.passed();
      }
    }
  }

  @Test
  void aSlowAndBreakingNetworkLosesNothing() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createWithProxies(3, ServerProcesses.CALM)) {
      servers.startAll();
      int primary = servers.awaitPrimary();
      try (Writers writers = Writers.start(3, ROOM, servers.clientPorts())) {
        for (int from : servers.all()) {
          for (int to : servers.allBut(from)) {
            servers.proxy(from, to).delay(5);
          }
        }
        for (int round = 0; round < 5; round++) {
          writers.awaitMore(5);
          for (int other : servers.allBut(primary)) {
            servers.proxy(primary, other).breakConnections();
            servers.proxy(other, primary).breakConnections();
          }
        }
        writers.awaitMore(5);
        servers.heal();
        servers.awaitPrimary();
        writers.stop();
        writers.check(servers, servers.all());
        servers.passed();
      }
    }
  }
}
