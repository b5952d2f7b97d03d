package holdfast.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A server that asks server 1 to take it in.
@Timeout(60)
class PeerJoinTest {
  private static final PeerIdentity NEWCOMER = new PeerIdentity(Optional.empty(), "key-6", "");
  private static final PeerJoin.Own OWN = new PeerJoin.Own("10.0.0.6", 8096, 8086);

  private final RecordingHandler handler = new RecordingHandler();
  private PeerLinks links;

  private static PeerLinks.Settings settings(int id, String secret) {
    return new PeerLinks.Settings(
        id,
        secret,
        "home",
        1 << 20,
        1 << 20,
        Duration.ofSeconds(1),
        Duration.ofSeconds(20),
        Duration.ofSeconds(5),
        Duration.ofMillis(5),
        Duration.ofMillis(100));
  }

  @BeforeEach
  void listen() throws IOException {
    PeerIdentity identity = new PeerIdentity(Optional.of("cluster-id"), "key-1", "boot-1");
    links = new PeerLinks(settings(1, "secret"), () -> identity, handler, new PeerInbox());
    links.start(Sockets.HOST, 0);
  }

  @AfterEach
  void close() {
    links.close();
  }

  private HandshakeFrame ask(int id, String secret) throws IOException {
    return PeerJoin.ask(
        settings(id, secret),
        NEWCOMER,
        new PeerLinks.PeerAddress(0, Sockets.HOST, links.port()),
        OWN);
  }

  @Test
  void whoeverProvesTheSecretIsAnsweredWithTheMembersHoweverMany() throws Exception {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 64; i++) {
      members.add(
          new Member(
              new ServerId(i), "h".repeat(250), 65_535, 65_535, true, Optional.of("k".repeat(32))));
    }
    handler.joinReply = new HandshakeFrame.Joined("cluster-id", members);
    assertEquals(handler.joinReply, ask(6, "secret"));
    assertEquals("join 6/key-6 at 10.0.0.6:8096:8086", handler.next());
  }

  @Test
  void aRefusalComesWithItsSentence() throws Exception {
    assertEquals(new HandshakeFrame.JoinRefused("NO", "a test says so"), ask(6, "secret"));
  }

  @Test
  void whoeverTakesTheNumberOfTheOneItAsksIsAnsweredLikeAnybody() throws Exception {
    ask(1, "secret");
    assertEquals("join 1/key-6 at 10.0.0.6:8096:8086", handler.next());
  }

  @Test
  void withoutTheSecretNobodyAsks() {
    IOException failure = assertThrows(IOException.class, () -> ask(6, "another secret"));
    assertTrue(failure.getMessage().contains("wrong cluster.secret?"), failure::getMessage);
    assertTrue(handler.reports.isEmpty());
  }
}
