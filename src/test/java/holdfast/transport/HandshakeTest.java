package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.HandshakeCodec;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandshakeTest {
  private static final PeerIdentity ONE =
      new PeerIdentity(Optional.of("cluster-id"), "key-1", "boot-1");
  private static final PeerIdentity TWO = new PeerIdentity(Optional.empty(), "key-2", "boot-2");

  private static PeerLinks.Settings settings(int id, String secret, String cluster) {
    return new PeerLinks.Settings(
        id,
        secret,
        cluster,
        1 << 20,
        1 << 20,
        Duration.ofSeconds(1),
        Duration.ofSeconds(20),
        Duration.ofSeconds(5),
        Duration.ofMillis(20),
        Duration.ofSeconds(1));
  }

  private static CompletableFuture<Handshake.Arrived> accepting(
      Socket socket, PeerLinks.Settings settings, Handshake.Admission admission) {
    CompletableFuture<Handshake.Arrived> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (socket) {
            result.complete(new Handshake(socket, settings, () -> TWO).accept(admission));
          } catch (IOException | HandshakeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static CompletableFuture<Handshake.Arrived> accepting(
      Socket socket, PeerLinks.Settings settings) {
    return accepting(socket, settings, (peer, who) -> Optional.empty());
  }

  private static String failure(CompletableFuture<?> future) throws InterruptedException {
    try {
      return "it succeeded: " + future.get();
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }

  private static String dialFailure(Sockets sockets, PeerLinks.Settings settings, int peer)
      throws IOException {
    try {
      return "it succeeded: " + new Handshake(sockets.near(), settings, () -> ONE).dial(peer);
    } catch (HandshakeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void bothSidesLearnWhoTheOtherIs() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "home"));
      PeerIdentity other =
          new Handshake(sockets.near(), settings(1, "s", "home"), () -> ONE).dial(2);
      assertEquals(TWO, other);
      assertEquals(new Handshake.Arrived(1, ONE, Optional.empty()), accepted.get());
    }
  }

  @Test
  void withoutASecretTheProofsStillFit() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "", "home"));
      assertEquals(TWO, new Handshake(sockets.near(), settings(1, "", "home"), () -> ONE).dial(2));
      assertEquals(1, accepted.get().peer());
    }
  }

  @Test
  void theDiallerDoesNotTellWhoItIsToWhoeverCannotProveTheSecret() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "guess", "home"));
      assertEquals(
          "it did not prove the secret; wrong cluster.secret?",
          dialFailure(sockets, settings(1, "s", "home"), 2));
      Connection.closeQuietly(sockets.near());
      assertEquals(
          "it closed the connection while proving; it may be starting or stopping. If this goes on: do cluster.name and cluster.secret agree?",
          failure(accepted));
    }
  }

  @Test
  void aDiallerThatCannotProveTheSecretLearnsNothing() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "home"));
      OutputStream out = sockets.near().getOutputStream();
      LineReader in = new LineReader(sockets.near().getInputStream(), 4_096);
      out.write(hello(1, "ab".repeat(32)));
      HandshakeFrame.Welcome welcome = (HandshakeFrame.Welcome) receive(in);
      // The only proof that it has seen is the other's own, over the same nonces.
      out.write(
          HandshakeCodec.encode(
              1, new HandshakeFrame.Proof(welcome.proof(), ONE, HandshakeCodec.COMMANDS)));
      assertEquals("it did not prove the secret; wrong cluster.secret?", failure(accepted));
      assertEquals(new LineReader.End(), in.read());
    }
  }

  private static byte[] hello(int id, String nonce) {
    return HandshakeCodec.encode(
        id, new HandshakeFrame.Hello(nonce, "home", HandshakeCodec.PROTOCOL));
  }

  private static HandshakeFrame receive(LineReader in) throws Exception {
    LineReader.Line line = (LineReader.Line) in.read();
    return HandshakeCodec.decode(line.bytes()).frame();
  }

  @Test
  void aRecordedHandshakeDoesNotOpenASecondLink() throws Exception {
    byte[] hello;
    byte[] proof;
    // Listens in on a handshake that succeeds.
    try (Sockets left = Sockets.pair();
        Sockets right = Sockets.pair()) {
      var accepted = accepting(right.far(), settings(2, "s", "home"));
      var dialled =
          CompletableFuture.supplyAsync(() -> {
            try {
              return new Handshake(left.near(), settings(1, "s", "home"), () -> ONE).dial(2);
            } catch (IOException | HandshakeException e) {
              throw new IllegalStateException(e);
            }
          });
      LineReader fromDialler = new LineReader(left.far().getInputStream(), 4_096);
      LineReader fromOther = new LineReader(right.near().getInputStream(), 4_096);
      hello = pass(fromDialler, right.near());
      pass(fromOther, left.far());
      proof = pass(fromDialler, right.near());
      pass(fromOther, left.far());
      assertEquals(TWO, dialled.get());
      assertEquals(1, accepted.get().peer());
    }
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "home"));
      sockets.near().getOutputStream().write(hello);
      sockets.near().getOutputStream().write(proof);
      assertEquals("it did not prove the secret; wrong cluster.secret?", failure(accepted));
    }
  }

  private static byte[] pass(LineReader from, Socket to) throws IOException {
    byte[] line = ((LineReader.Line) from.read()).bytes();
    byte[] whole = java.util.Arrays.copyOf(line, line.length + 1);
    whole[line.length] = '\n';
    to.getOutputStream().write(whole);
    return whole;
  }

  @Test
  void aProofForOneServerIsNoneForAnother() throws Exception {
    // Server 3 answers the dialler with what server 2 would answer.
    try (Sockets left = Sockets.pair();
        Sockets right = Sockets.pair()) {
      var accepted = accepting(right.far(), settings(2, "s", "home"));
      var dialled =
          CompletableFuture.supplyAsync(() -> {
            try {
              return dialFailure(left, settings(1, "s", "home"), 3);
            } catch (IOException e) {
              return e.toString();
            }
          });
      LineReader fromDialler = new LineReader(left.far().getInputStream(), 4_096);
      LineReader fromOther = new LineReader(right.near().getInputStream(), 4_096);
      pass(fromDialler, right.near());
      HandshakeFrame.Welcome welcome = (HandshakeFrame.Welcome) receive(fromOther);
      left.far().getOutputStream().write(HandshakeCodec.encode(3, welcome));
      assertEquals("it did not prove the secret; wrong cluster.secret?", dialled.get());
      Connection.closeQuietly(right.near());
      assertTrue(accepted.isDone() || !failure(accepted).isEmpty());
    }
  }

  @Test
  void anotherServerAtTheAddressIsNamed() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "home"));
      assertEquals(
          "server 2 answers there, not server 3",
          dialFailure(sockets, settings(1, "s", "home"), 3));
      Connection.closeQuietly(sockets.near());
      assertTrue(failure(accepted).startsWith("it closed"));
    }
  }

  @Test
  void aServerDoesNotLinkWithItsOwnId() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "home"));
      String unanswered = dialFailure(sockets, settings(2, "s", "home"), 2);
      assertTrue(unanswered.startsWith("it closed the connection while proving"), unanswered);
      assertEquals("it has this server's own id, 2", failure(accepted));
    }
  }

  @Test
  void anotherClustersNameIsNoticedBeforeTheSecret() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), settings(2, "s", "away"));
      assertEquals(
          "it closed the connection while proving; it may be starting or stopping. If this goes on: do cluster.name and cluster.secret agree?",
          dialFailure(sockets, settings(1, "s", "home"), 2));
      assertEquals("its cluster.name is not away", failure(accepted));
    }
  }

  @Test
  void aRefusalReachesTheDialler() throws Exception {
    try (Sockets sockets = Sockets.pair()) {
      PeerLinks.Refusal refusal = new PeerLinks.Refusal("OTHER_KEY", "its disk was lost");
      var accepted =
          accepting(
              sockets.far(),
              settings(2, "s", "home"),
              (peer, who) -> who.equals(ONE) ? Optional.of(refusal) : Optional.empty());
      Handshake handshake = new Handshake(sockets.near(), settings(1, "s", "home"), () -> ONE);
      HandshakeException e =
          org.junit.jupiter.api.Assertions.assertThrows(
              HandshakeException.class, () -> handshake.dial(2));
      assertEquals(Optional.of(refusal), e.refusal());
      assertEquals("server 1 is refused: its disk was lost", failure(accepted));
    }
  }

  @Test
  void aHandshakeThatDragsOnIsCutOff() throws Exception {
    PeerLinks.Settings impatient =
        new PeerLinks.Settings(
            2,
            "s",
            "home",
            1 << 20,
            1 << 20,
            Duration.ofSeconds(1),
            Duration.ofMillis(20),
            Duration.ofSeconds(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(1));
    try (Sockets sockets = Sockets.pair()) {
      var accepted = accepting(sockets.far(), impatient);
      sockets.near().getOutputStream().write('{');
      String failure = failure(accepted);
      assertTrue(
          failure.equals("the handshake took too long") || failure.equals("Read timed out"),
          failure);
    }
  }

  @Test
  void whatIsNoHandshakeIsCutOffWithoutRepeatingIt() throws Exception {
    for (String line :
        java.util.List.of(
            "GET / HTTP/1.1",
            "",
            "{\"type\":\"REPLICATE\",\"term\":9,\"server_id\":\"1\",\"payload\":{}}",
            "{\"type\":\"PEER_HELLO\",\"term\":0,\"server_id\":\"evil\",\"payload\":{}}",
            new String(hello(1, "short"), UTF_8).strip(),
            "x".repeat(Handshake.FRAME_BYTES_MAX + 1))) {
      try (Sockets sockets = Sockets.pair()) {
        var accepted = accepting(sockets.far(), settings(2, "s", "home"));
        sockets.near().getOutputStream().write((line + "\n").getBytes(UTF_8));
        String failure = failure(accepted);
        assertTrue(failure.startsWith("it"), failure);
        assertTrue(!failure.contains("GET") && !failure.contains("evil"), failure);
      }
    }
  }
}
