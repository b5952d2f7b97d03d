package holdfast.transport;

import holdfast.wire.FrameException;
import holdfast.wire.HandshakeCodec;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The mutual proof of `cluster.secret` at the beginning of a link. Each side proves that it knows
/// the secret over both nonces and both numbers, so that no proof is of use on another link, in the
/// other direction, or a second time. All of it within one deadline and small frames.
final class Handshake {
  /// Decides about a server that has proven the secret; empty: welcome.
  @FunctionalInterface
  interface Admission {
    Optional<PeerLinks.Refusal> decide(int peer, PeerIdentity identity);
  }

  /// Who dialled.
  ///
  /// @param join present if it asks to become a member; then `answer` ends the handshake
  record Arrived(int peer, PeerIdentity identity, Optional<HandshakeFrame.Join> join) {}

  static final int FRAME_BYTES_MAX = 4_096;

  /// An answer to JOIN lists all members.
  private static final int JOIN_REPLY_BYTES_MAX = 65_536;

  private static final String NO_COMMON_VERSION = "the servers read no common command version";
  private static final int NONCE_BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final HexFormat HEX = HexFormat.of();

  private final Socket socket;
  private final PeerLinks.Settings settings;
  private final Supplier<PeerIdentity> identity;
  private final LineReader lines;
  private final long deadlineNanos;

  /// The time to come together begins now.
  Handshake(Socket socket, PeerLinks.Settings settings, Supplier<PeerIdentity> identity)
      throws IOException {
    this(socket, settings, identity, settings.handshakeTimeout(), FRAME_BYTES_MAX);
  }

  private Handshake(
      Socket socket,
      PeerLinks.Settings settings,
      Supplier<PeerIdentity> identity,
      Duration within,
      int frameBytesMax)
      throws IOException {
    this.socket = socket;
    this.settings = settings;
    this.identity = identity;
    deadlineNanos = System.nanoTime() + within.toNanos();
    lines = new LineReader(new TimedInput(socket.getInputStream()), frameBytesMax);
  }

  /// For `askToJoin`, which takes as long as the cluster takes to decide.
  static Handshake ofNewcomer(
      Socket socket, PeerLinks.Settings settings, Supplier<PeerIdentity> identity)
      throws IOException {
    return new Handshake(
        socket,
        settings,
        identity,
        settings.handshakeTimeout().plus(PeerLinks.JOIN_MAX),
        JOIN_REPLY_BYTES_MAX);
  }

  /// The side that dialled whatever member answers, to become one. Returns `Joined` or
  /// `JoinRefused`.
  HandshakeFrame askToJoin(String host, int clientPort, int peerPort)
      throws IOException, HandshakeException {
    String nonce = nonce();
    send(new HandshakeFrame.Hello(nonce, settings.cluster(), HandshakeCodec.PROTOCOL));
    HandshakeCodec.Received answer = receive();
    HandshakeFrame.Welcome welcome = welcome(answer);
    String both = nonce + "\n" + welcome.nonce() + "\n";
    checkProof(welcome.proof(), "welcome\n" + both + answer.from() + "\n" + settings.self());
    send(
        new HandshakeFrame.Join(
            proof("join\n" + both + settings.self() + "\n" + answer.from()),
            identity.get(),
            HandshakeCodec.COMMANDS,
            host,
            clientPort,
            peerPort));
    HandshakeFrame reply = receive().frame();
    return switch (reply) {
      case HandshakeFrame.Joined _, HandshakeFrame.JoinRefused _ -> reply;
      case HandshakeFrame.Refused(var code, var reason) ->
          new HandshakeFrame.JoinRefused(code, reason);
      case HandshakeFrame.Hello _,
          HandshakeFrame.Welcome _,
          HandshakeFrame.Proof _,
          HandshakeFrame.Accepted _,
          HandshakeFrame.Join _ ->
          throw unexpected();
    };
  }

  private static HandshakeFrame.Welcome welcome(HandshakeCodec.Received answer)
      throws HandshakeException {
    if (!(answer.frame() instanceof HandshakeFrame.Welcome welcome)) {
      throw unexpected();
    }
    checkNonce(welcome.nonce());
    return welcome;
  }

  /// Ends the handshake of a server that asks to join.
  void answer(HandshakeFrame verdict) throws IOException {
    send(verdict);
  }

  /// The side that dialled `peer`. Returns who answered, proven and having accepted this server.
  PeerIdentity dial(int peer) throws IOException, HandshakeException {
    String nonce = nonce();
    send(new HandshakeFrame.Hello(nonce, settings.cluster(), HandshakeCodec.PROTOCOL));
    HandshakeCodec.Received answer = receive();
    if (answer.from() != peer) {
      throw new HandshakeException(
          "server " + answer.from() + " answers there, not server " + peer);
    }
    HandshakeFrame.Welcome welcome = welcome(answer);
    String both = nonce + "\n" + welcome.nonce() + "\n";
    checkProof(welcome.proof(), "welcome\n" + both + peer + "\n" + settings.self());
    send(
        new HandshakeFrame.Proof(
            proof("hello\n" + both + settings.self() + "\n" + peer),
            identity.get(),
            HandshakeCodec.COMMANDS));
    HandshakeCodec.Received verdict = receive();
    if (verdict.from() != peer) {
      throw unexpected();
    }
    return switch (verdict.frame()) {
      case HandshakeFrame.Accepted(var other) -> other;
      case HandshakeFrame.Refused(var code, var reason) ->
          throw new HandshakeException(new PeerLinks.Refusal(code, reason));
      case HandshakeFrame.Hello _,
          HandshakeFrame.Welcome _,
          HandshakeFrame.Proof _,
          HandshakeFrame.Join _,
          HandshakeFrame.Joined _,
          HandshakeFrame.JoinRefused _ ->
          throw unexpected();
    };
  }

  /// The side that was dialled. Returns who dialled, proven and admitted; one that is not admitted
  /// is told so.
  Arrived accept(Admission admission) throws IOException, HandshakeException {
    HandshakeCodec.Received first = receive();
    int peer = first.from();
    if (!(first.frame() instanceof HandshakeFrame.Hello hello)) {
      throw unexpected();
    }
    checkNonce(hello.nonce());
    if (!hello.cluster().equals(settings.cluster())) {
      throw new HandshakeException("its cluster.name is not " + settings.cluster());
    }
    if (!hello.protocol().overlaps(HandshakeCodec.PROTOCOL)) {
      throw new HandshakeException("it speaks no version of the protocol that this server speaks");
    }
    String nonce = nonce();
    String both = hello.nonce() + "\n" + nonce + "\n";
    send(
        new HandshakeFrame.Welcome(
            nonce, proof("welcome\n" + both + settings.self() + "\n" + peer)));
    HandshakeCodec.Received second = receive();
    if (second.from() == peer && second.frame() instanceof HandshakeFrame.Join join) {
      checkProof(join.proof(), "join\n" + both + peer + "\n" + settings.self());
      if (!join.commands().overlaps(HandshakeCodec.COMMANDS)) {
        send(new HandshakeFrame.JoinRefused("VERSION", NO_COMMON_VERSION));
        throw new HandshakeException("server " + peer + " may not join: " + NO_COMMON_VERSION);
      }
      return new Arrived(peer, join.identity(), Optional.of(join));
    }
    if (peer == settings.self()) {
      throw new HandshakeException("it has this server's own id, " + peer);
    }
    if (second.from() != peer || !(second.frame() instanceof HandshakeFrame.Proof proof)) {
      throw unexpected();
    }
    checkProof(proof.proof(), "hello\n" + both + peer + "\n" + settings.self());
    Optional<PeerLinks.Refusal> refusal =
        proof.commands().overlaps(HandshakeCodec.COMMANDS)
            ? admission.decide(peer, proof.identity())
            : Optional.of(new PeerLinks.Refusal("VERSION", NO_COMMON_VERSION));
    if (refusal.isPresent()) {
      send(new HandshakeFrame.Refused(refusal.get().code(), refusal.get().sentence()));
      throw new HandshakeException("server " + peer + " is refused: " + refusal.get().sentence());
    }
    send(new HandshakeFrame.Accepted(identity.get()));
    return new Arrived(peer, proof.identity(), Optional.empty());
  }

  /// What came behind the handshake already. Nothing more is read here.
  byte[] rest() {
    return lines.rest();
  }

  private void send(HandshakeFrame frame) throws IOException {
    socket.getOutputStream().write(HandshakeCodec.encode(settings.self(), frame));
  }

  private HandshakeCodec.Received receive() throws IOException, HandshakeException {
    try {
      return switch (lines.read()) {
        case LineReader.Line(var line) -> HandshakeCodec.decode(line);
        case LineReader.TooLarge() ->
            throw new HandshakeException("it sent more than a handshake is made of");
        case LineReader.End() ->
            throw new HandshakeException(
                "it closed the connection while proving; it may be starting or stopping. If this goes on:"
                    + " do cluster.name and cluster.secret agree?");
      };
    } catch (FrameException e) {
      throw new HandshakeException("it does not speak the protocol of peers: " + e.getMessage());
    }
  }

  private static HandshakeException unexpected() {
    return new HandshakeException("it broke off the order of the handshake");
  }

  private static void checkNonce(String nonce) throws HandshakeException {
    boolean fits =
        nonce.length() == 2 * NONCE_BYTES && nonce.chars().allMatch(HexFormat::isHexDigit);
    if (!fits) {
      throw new HandshakeException("its nonce is not " + NONCE_BYTES + " bytes in hex");
    }
  }

  private void checkProof(String given, String text) throws HandshakeException {
    byte[] expected = proof(text).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
      throw new HandshakeException("it did not prove the secret; wrong cluster.secret?");
    }
  }

  private String proof(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(settings.key(), ALGORITHM));
      return HEX.formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static String nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return HEX.formatHex(nonce);
  }

  /// The socket's input, of which no read outlasts the deadline.
  private final class TimedInput extends InputStream {
    private final InputStream in;

    TimedInput(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (left <= 0) {
        throw new SocketTimeoutException("the handshake took too long");
      }
      socket.setSoTimeout((int) left);
      return in.read(bytes, offset, length);
    }
  }
}
