package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedSelectorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
class PeerLinksTest {
  private static final int FRAME_MAX = 1 << 20;

  private final List<AutoCloseable> open = new ArrayList<>();

  /// One server's links and what they report.
  private record Server(PeerLinks links, RecordingHandler handler, int id) {
    PeerLinks.PeerAddress address() {
      return new PeerLinks.PeerAddress(id, Sockets.HOST, links.port());
    }

    boolean send(int peer, byte[] frame) {
      boolean queued = links.send(peer, frame);
      links.flush();
      return queued;
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private static PeerLinks.Settings settings(int id, String secret, String cluster) {
    return new PeerLinks.Settings(
        id,
        secret,
        cluster,
        FRAME_MAX,
        4 * FRAME_MAX,
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofMillis(5),
        Duration.ofMillis(100));
  }

  private Server server(int id) throws IOException {
    return server(settings(id, "secret", "home"), "boot-" + id, 0);
  }

  private Server server(PeerLinks.Settings settings, String boot, int port) throws IOException {
    RecordingHandler handler = new RecordingHandler();
    PeerIdentity identity =
        new PeerIdentity(Optional.of("cluster-id"), "key-" + settings.self(), boot);
    PeerLinks links = new PeerLinks(settings, () -> identity, handler, inbox());
    open.add(links);
    links.start(Sockets.HOST, port);
    return new Server(links, handler, settings.self());
  }

  /// An inbox that a thread reads until it is closed.
  private static PeerInbox inbox() {
    PeerInbox inbox = new PeerInbox();
    Thread.ofPlatform()
        .daemon(true)
        .start(() -> {
          try {
            while (true) {
              inbox.await(Duration.ofHours(1).toNanos());
              inbox.receive();
            }
          } catch (ClosedSelectorException e) {
            // The test is over.
          }
        });
    return inbox;
  }

  private static void join(Server... servers) {
    List<PeerLinks.PeerAddress> addresses = new ArrayList<>();
    for (Server server : servers) {
      addresses.add(server.address());
    }
    for (Server server : servers) {
      server.links().peers(addresses);
    }
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(UTF_8);
  }

  @Test
  void eachSideSendsOnTheLinkItDialled() throws Exception {
    Server one = server(1);
    Server two = server(2);
    assertFalse(one.send(2, line("nobody hears this")));
    join(one, two);
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    assertEquals("up 1/key-1 cluster cluster-id boot boot-1", two.handler().next());
    assertTrue(one.send(2, line("a")));
    assertTrue(one.send(2, line("b")));
    assertTrue(two.send(1, line("c")));
    assertEquals("frame from 1/key-1: a", two.handler().next());
    assertEquals("frame from 1/key-1: b", two.handler().next());
    assertEquals("frame from 2/key-2: c", one.handler().next());
    assertFalse(one.send(1, line("to itself")));
    assertFalse(one.send(3, line("to a stranger")));
  }

  @Test
  void aPeerWhoseProcessEndsIsReportedDeadAndItsSuccessorUp() throws Exception {
    Server one = server(1);
    Server two = server(2);
    int port = two.links().port();
    join(one, two);
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    two.links().close();
    assertEquals("died 2", one.handler().next());
    assertFalse(one.send(2, line("nobody hears this")));

    server(settings(2, "secret", "home"), "boot-2b", port);
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2b", one.handler().next());
  }

  @Test
  void aLinkThatEndsWhileTheProcessLivesIsNoEvidence() throws Exception {
    Server one = server(1);
    Server two = server(2);
    join(one, two);
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    two.handler().badFrames = true;
    assertTrue(one.send(2, line("a")));
    // The same process again: nothing died in between.
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    two.handler().badFrames = false;
    assertTrue(one.send(2, line("b")));
  }

  @Test
  void anotherBootIdMeansThatTheProcessBeforeDied() throws Exception {
    Server one = server(1);
    String[] boot = {"first"};
    RecordingHandler handler = new RecordingHandler();
    PeerLinks two =
        new PeerLinks(
            settings(2, "secret", "home"),
            () -> new PeerIdentity(Optional.empty(), "key-2", boot[0]),
            handler,
            inbox());
    open.add(two);
    two.start(Sockets.HOST, 0);
    one.links().peers(List.of(new PeerLinks.PeerAddress(2, Sockets.HOST, two.port())));
    assertEquals("up 2/key-2 cluster - boot first", one.handler().next());
    boot[0] = "second";
    handler.badFrames = true;
    assertTrue(one.send(2, line("ends the link")));
    assertEquals("died 2", one.handler().next());
    assertEquals("up 2/key-2 cluster - boot second", one.handler().next());
  }

  @Test
  void aPeerThatNeverAnsweredIsNotReportedDead() throws Exception {
    Server one = server(1);
    int freePort;
    try (ServerSocket unused = Sockets.server()) {
      freePort = unused.getLocalPort();
    }
    one.links().peers(List.of(new PeerLinks.PeerAddress(2, Sockets.HOST, freePort)));
    Server two = server(settings(2, "secret", "home"), "boot-2", freePort);
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    assertNull(two.handler().reports.poll());
  }

  @Test
  void aFullLinkIsClosedAndDialledAnew() throws Exception {
    Server one = server(1);
    // Proves itself, then never reads.
    PeerLinks.Settings settings = settings(2, "secret", "home");
    PeerIdentity identity = new PeerIdentity(Optional.empty(), "key-2", "boot-2");
    try (ServerSocket deaf = Sockets.server()) {
      deaf.setReceiveBufferSize(4_096);
      one.links().peers(List.of(new PeerLinks.PeerAddress(2, Sockets.HOST, deaf.getLocalPort())));
      for (int round = 0; round < 2; round++) {
        try (Socket socket = deaf.accept()) {
          new Handshake(socket, settings, () -> identity).accept((peer, who) -> Optional.empty());
          assertEquals("up 2/key-2 cluster - boot boot-2", one.handler().next());
          byte[] frame = new byte[FRAME_MAX];
          int sent = 0;
          while (one.send(2, frame)) {
            sent++;
          }
          assertTrue(sent >= 4, "sent " + sent);
        }
      }
    }
  }

  @Test
  void aLinkThatLeadsNowhereIsDialledAnew() throws Exception {
    Server one = server(1);
    PeerIdentity identity = new PeerIdentity(Optional.empty(), "key-2", "boot-2");
    try (ServerSocket silent = Sockets.server()) {
      one.links().peers(List.of(new PeerLinks.PeerAddress(2, Sockets.HOST, silent.getLocalPort())));
      // Accepts and keeps the link open, but no sign of life ever comes back on it.
      List<Socket> kept = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        Socket socket = silent.accept();
        kept.add(socket);
        new Handshake(socket, settings(2, "secret", "home"), () -> identity)
            .accept((peer, who) -> Optional.empty());
        assertEquals("up 2/key-2 cluster - boot boot-2", one.handler().next());
      }
      for (Socket socket : kept) {
        socket.close();
      }
    }
  }

  @Test
  void aQuietLinkCarriesSignsOfLifeBack() throws Exception {
    Server two = server(2);
    PeerIdentity identity = new PeerIdentity(Optional.empty(), "key-1", "boot-1");
    try (Socket socket = Sockets.connect(two.links().port())) {
      new Handshake(socket, settings(1, "secret", "home"), () -> identity).dial(2);
      socket.setSoTimeout(0);
      for (int i = 0; i < 3; i++) {
        assertEquals('\n', socket.getInputStream().read());
      }
    }
  }

  @Test
  void aServerThatIsNotAdmittedIsToldWhy() throws Exception {
    Server one = server(1);
    Server two = server(2);
    two.handler().refusal =
        Optional.of(new PeerLinks.Refusal("OTHER_KEY", "server 1 has lost its disk"));
    one.links().peers(List.of(two.address()));
    assertEquals("refused by 2: OTHER_KEY: server 1 has lost its disk", one.handler().next());
    assertFalse(one.send(2, line("nobody hears this")));
    two.handler().refusal = Optional.empty();
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().nextOther("refused"));
  }

  @Test
  void theDiallingSideRefusesToo() throws Exception {
    Server one = server(1);
    Server two = server(2);
    one.handler().refusal = Optional.of(new PeerLinks.Refusal("OTHER_CLUSTER", "not ours"));
    one.links().peers(List.of(two.address()));
    two.links().peers(List.of(one.address()));
    assertEquals("refused by 1: OTHER_CLUSTER: not ours", two.handler().next());
    assertFalse(one.send(2, line("nobody hears this")));
    one.handler().refusal = Optional.empty();
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
  }

  @Test
  void serversOfDifferentSecretsNeverLink() throws Exception {
    Server one = server(1);
    Server stranger = server(settings(2, "guess", "home"), "boot-2", 0);
    Server three = server(3);
    join(one, stranger, three);
    assertEquals("up 3/key-3 cluster cluster-id boot boot-3", one.handler().next());
    assertEquals("up 1/key-1 cluster cluster-id boot boot-1", three.handler().next());
    assertNull(stranger.handler().reports.poll());
    assertFalse(one.send(2, line("x")));
    assertFalse(stranger.send(1, line("x")));
  }

  @Test
  void aFrameBeyondTheLimitEndsTheLink() throws Exception {
    Server one = server(1);
    Server two = server(2);
    one.links().peers(List.of(two.address()));
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    assertTrue(one.send(2, line("x".repeat(FRAME_MAX))));
    assertTrue(two.handler().next().startsWith("frame from 1/key-1: xxx"));
    assertTrue(one.send(2, line("x".repeat(FRAME_MAX + 1))));
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    assertNull(two.handler().reports.poll());
  }

  @Test
  void aPeerThatMovesIsFoundAtItsNewAddress() throws Exception {
    Server one = server(1);
    Server two = server(2);
    one.links().peers(List.of(two.address()));
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2", one.handler().next());
    Server moved = server(settings(2, "secret", "home"), "boot-2b", 0);
    one.links().peers(List.of(moved.address()));
    assertEquals("up 2/key-2 cluster cluster-id boot boot-2b", one.handler().nextOther("died"));
    assertTrue(one.send(2, line("a")));
    assertEquals("frame from 1/key-1: a", moved.handler().next());
    one.links().peers(List.of());
    assertFalse(one.send(2, line("b")));
  }
}
