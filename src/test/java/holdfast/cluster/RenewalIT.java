package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.protocol.RawClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Every kind of change of the members, one after the other, while people write: five servers
/// become seven and five again. `-Dholdfast.fill.mib=1024` begins with a database of that size.
final class RenewalIT {
  private static final String ROOM = "#ledger";
  private static final int FILL_MIB = Integer.getInteger("holdfast.fill.mib", 8);

  /// More than `ReplicaSettings.windowBytesMax`.
  private static final int LOG_MIB = 20;

  private static final int TEXT_BYTES = 4_000;

  /// A newcomer is given a second more for so many MiB that there are.
  private static final int MIB_A_SECOND = 2;

  /// Messages on their way while the database is filled.
  private static final int WINDOW = 512;

  /// On demand: `-Dholdfast.fill.mib=1024` begins with a database of that size.
  @Test
  @EnabledIfSystemProperty(named = "holdfast.fill.mib", matches = "\\d+")
  void fiveBecomeSevenAndFiveAgainWhilePeopleWrite() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(5, 9, "log.keep=64MiB")) {
      servers.startAll();
      fill(servers.clientPort(servers.awaitPrimary()), FILL_MIB);
      List<Integer> members = new ArrayList<>(List.of(1, 2, 3, 4, 5));
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        writers.awaitMore(20);
        join(servers, members, 6);
        told("a sixth has joined", writers);

        int primary = servers.awaitPrimary(members);
        Commands.ok(servers, "admin", "remove", Integer.toString(primary));
        assertEquals(4, servers.awaitExit(primary));
        members.removeIf(n -> n == primary);
        writers.awaitMore(20);
        told("the primary is removed", writers);

        int dead = members.stream().filter(n -> n != 6).findFirst().orElseThrow();
        servers.kill(dead);
        members.removeIf(n -> n == dead);
        String address = "127.0.0.1:%d:%d".formatted(servers.clientPort(7), servers.peerPort(7));
        Commands.ok(servers, "admin", "replace", Integer.toString(dead), "--by", "7", address);
        join(servers, members, 7);
        told("a dead one is replaced", writers);

        join(servers, members, 8);
        join(servers, members, 9);
        told("there are seven", writers);

        for (int gone : List.of(9, 6)) {
          Commands.ok(servers, "admin", "remove", Integer.toString(gone));
          assertEquals(4, servers.awaitExit(gone));
          members.removeIf(n -> n == gone);
        }
        servers.awaitVoters(members, members);
        assertEquals(5, members.size());
        writers.awaitMore(20);
        told("there are five again", writers);
        writers.stop();
        writers.check(servers, members);
        servers.passed();
      }
    }
  }

  /// The log that the newcomer gets begins with lists of members in which its primary is not, and
  /// is longer than what is sent without an answer.
  @Test
  void aNewcomerAnswersAPrimaryThatTheBeginningOfItsLogDoesNotKnow() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(3, 5)) {
      servers.startAll();
      servers.awaitPrimary();
      List<Integer> members = new ArrayList<>(List.of(1, 2, 3));
      fill(servers.clientPort(1), LOG_MIB);
      join(servers, members, 4);
      servers.configure(
          1, "server.4=127.0.0.1:%d:%d".formatted(servers.clientPort(4), servers.peerPort(4)));
      Commands.ok(servers, "admin", "transfer", "4");
      assertEquals(4, servers.awaitPrimary(members));
      servers.join(5, 4);
      members.add(5);
      servers.awaitVoters(members, members);
      servers.passed();
    }
  }

  private static void join(ServerProcesses servers, List<Integer> members, int number)
      throws Exception {
    servers.join(number, members.getFirst());
    members.add(number);
    servers.awaitVoters(
        members, members, ServerProcesses.PATIENCE_SECONDS + FILL_MIB / MIB_A_SECOND);
  }

  private static void told(String what, Writers writers) {
    System.out.println(what + ": longest gap so far " + writers.longestGapMs() + " ms");
  }

  /// Messages of one account to its own room, many on their way at once.
  private static void fill(int port, int mebibytes) throws Exception {
    String text = "x".repeat(TEXT_BYTES);
    try (RawClient client = RawClient.connect(port)) {
      client.ok("REGISTER", "{'username':'filler','password':'%s'}".formatted(Writer.PASSWORD));
      client.ok("LOGIN", "{'username':'filler','password':'%s'}".formatted(Writer.PASSWORD));
      client.ok("CREATE_ROOM", "{'room':'#filled'}");
      Deque<String> asked = new ArrayDeque<>();
      long messages = ((long) mebibytes << 20) / TEXT_BYTES;
      for (long i = 0; i < messages; i++) {
        asked.add(client.send("SEND", "{'to':'#filled','text':'%s'}".formatted(text)));
        if (asked.size() >= WINDOW) {
          RawClient.okPayload(client.reply(asked.removeFirst()));
          client.forgetEvents();
        }
      }
      while (!asked.isEmpty()) {
        RawClient.okPayload(client.reply(asked.removeFirst()));
      }
    }
  }
}
