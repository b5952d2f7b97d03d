package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.server.ChangeResult;
import holdfast.server.Newcomer;
import holdfast.server.Server;
import holdfast.server.ServerConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Real processes that join a running cluster, and come back at another address, under writers.
final class MembersIT {
  private static final String ROOM = "#ledger";

  /// Client and peer port of a server that has moved; the ports of nobody else.
  private static final int SPARE = 6;

  @Test
  void twoServersJoinUnderLoadAndThenTwoOfTheFirstThreeMayDie() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(3, 5)) {
      servers.startAll();
      servers.awaitPrimary();
      try (Writers writers = Writers.start(4, ROOM, servers.clientPorts().subList(0, 3))) {
        writers.awaitMore(20);
        servers.join(4, 1);
        servers.awaitVoters(List.of(1, 2, 3, 4), servers.all().subList(0, 4));
        servers.join(5, 4);
        servers.awaitVoters(servers.all(), servers.all());
        writers.awaitMore(20);
        int primary = servers.awaitPrimary(servers.all());
        int kept = primary == 3 ? 2 : 3;
        int other =
            List.of(1, 2, 3).stream().filter(n -> n != primary && n != kept).findFirst().orElse(0);
        if (primary <= 3) {
          servers.kill(primary);
        }
        if (other > 0) {
          servers.kill(other);
        }
        writers.awaitMore(20);
        if (primary <= 3) {
          servers.start(primary);
        }
        if (other > 0) {
          servers.start(other);
        }
        servers.awaitPrimary(servers.all());
        writers.awaitMore(10);
        writers.stop();
        writers.check(servers, servers.all());
        System.out.println("two joined: longest gap " + writers.longestGapMs() + " ms");
        servers.passed();
      }
    }
  }

  @Test
  void aServerThatJoinedRestartsByItsNumberAndComesBackElsewhere() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(3, SPARE)) {
      servers.startAll();
      servers.awaitPrimary();
      try (Writers writers = Writers.start(2, ROOM, servers.clientPorts().subList(0, 3))) {
        servers.join(4, 2);
        servers.awaitVoters(List.of(1, 2, 3, 4), List.of(1, 2, 3, 4));
        servers.kill(4);
        writers.awaitMore(10);
        servers.start(4);
        servers.awaitPrimary(List.of(1, 2, 3, 4));
        servers.kill(4);
        servers.join(4, 3, servers.clientPort(SPARE), servers.peerPort(SPARE));
        ServerProcesses.await(
            "everybody knows the new address",
            () -> {
              for (int number : List.of(1, 2, 3, SPARE)) {
                String row = servers.status(number).path("servers").get(3).toString();
                if (!row.contains("\"client_port\":" + servers.clientPort(SPARE))
                    || !row.contains("\"up\":true")) {
                  return false;
                }
              }
              return true;
            });
        writers.awaitMore(10);
        writers.stop();
        writers.check(servers, List.of(1, 2, 3));
        servers.passed();
      }
    }
  }

  @Test
  void thePrimaryHandsOverAndIsRemovedUnderLoadAndNothingIsLost() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(3, 4, ServerProcesses.CALM)) {
      servers.startAll();
      servers.awaitPrimary();
      ServerConfig config = ServerConfig.load(servers.file(4), Map.of(), List.of());
      String address = "127.0.0.1:%d:%d".formatted(servers.clientPort(4), servers.peerPort(4));
      String seed = "127.0.0.1:" + servers.peerPort(1);
      // The fourth runs in this process, where it can be told what to ask for.
      try (Server fourth =
              Server.join(config, Newcomer.of(config, new ServerId(4), address, seed));
          Writers writers = Writers.start(4, ROOM, servers.clientPorts())) {
        servers.awaitVoters(servers.all(), servers.all());
        for (int number : List.of(1, 2, 3, 1)) {
          change(fourth, new MemberChange.Transfer(new ServerId(number)));
          assertEquals(number, servers.awaitPrimary(servers.all()));
          writers.awaitMore(10);
        }
        System.out.println("handed over: longest gap " + writers.longestGapMs() + " ms");
        change(fourth, new MemberChange.Remove(new ServerId(1)));
        assertEquals(4, servers.awaitExit(1));
        assertTrue(servers.logText(1).contains("was removed from the cluster"));
        servers.awaitVoters(List.of(2, 3, 4), List.of(2, 3, 4));
        servers.awaitPrimary(List.of(2, 3, 4));
        writers.awaitMore(20);
        writers.stop();
        writers.check(servers, List.of(2, 3, 4));
        System.out.println("primary removed: longest gap " + writers.longestGapMs() + " ms");
        servers.passed();
      }
    }
  }

  private static void change(Server asked, MemberChange change) throws Exception {
    assertEquals(
        new ChangeResult.Done(),
        asked.change(change).get(ServerProcesses.PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void whoeverLostItsDiskOrTakesATakenIdOrAddressMayNotJoin() throws Exception {
    try (ServerProcesses servers = ServerProcesses.createForMore(3, 4)) {
      servers.startAll();
      servers.awaitPrimary();
      servers.kill(3);
      DeathsIT.remove(servers.directory(3));
      servers.join(3, 1);
      assertEquals(4, servers.awaitExit(3));
      assertTrue(
          servers.logText(3).contains("under an id never used before"), servers.log(3)::toString);
      servers.join(4, 1, servers.clientPort(2), servers.peerPort(4));
      assertEquals(4, servers.awaitExit(4));
      assertTrue(servers.logText(4).contains("is that of server 2"), servers.log(4)::toString);
      servers.awaitVoters(List.of(1, 2, 3), List.of(1, 2));
      servers.passed();
    }
  }
}
