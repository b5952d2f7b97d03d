package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import holdfast.wire.FrameException;
import holdfast.wire.HandshakeFrame;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Writes down what the links report, as one line of text each.
final class RecordingHandler implements PeerLinks.Handler {
  private static final long WAIT_SECONDS = 30;

  final BlockingQueue<String> reports = new LinkedBlockingQueue<>();

  /// Ends of links, apart, since they follow every other report about one.
  final BlockingQueue<String> downs = new LinkedBlockingQueue<>();

  volatile Optional<PeerLinks.Refusal> refusal = Optional.empty();
  volatile boolean badFrames;
  volatile HandshakeFrame joinReply = new HandshakeFrame.JoinRefused("NO", "a test says so");

  /// The next report; fails the test if none comes.
  String next() throws InterruptedException {
    String report = reports.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    return report == null ? "nothing was reported" : report;
  }

  /// The next report that is not about a refusal.
  String nextOther(String ignoredPrefix) throws InterruptedException {
    String report = next();
    while (report.startsWith(ignoredPrefix)) {
      report = next();
    }
    return report;
  }

  @Override
  public Optional<PeerLinks.Refusal> admit(
      int peer, String memberKey, Optional<String> clusterId, String bootId) {
    return refusal;
  }

  @Override
  public void onFrame(int peer, String memberKey, byte[] line) throws FrameException {
    reports.add("frame from " + peer + "/" + memberKey + ": " + new String(line, UTF_8));
    if (badFrames) {
      throw new FrameException(holdfast.wire.ErrorCode.BAD_FRAME, "a test says so");
    }
  }

  @Override
  public void onLinkUp(int peer, String memberKey, Optional<String> clusterId, String bootId) {
    reports.add(
        "up " + peer + "/" + memberKey + " cluster " + clusterId.orElse("-") + " boot " + bootId);
  }

  @Override
  public void onLinkDown(int peer) {
    downs.add("down " + peer);
  }

  @Override
  public void onPeerDied(int peer) {
    reports.add("died " + peer);
  }

  @Override
  public CompletableFuture<HandshakeFrame> onJoin(int newcomer, HandshakeFrame.Join join) {
    reports.add(
        "join "
            + newcomer
            + "/"
            + join.identity().memberKey()
            + " at "
            + join.host()
            + ":"
            + join.clientPort()
            + ":"
            + join.peerPort());
    return CompletableFuture.completedFuture(joinReply);
  }

  @Override
  public void onRefused(int peer, String code, String sentence) {
    reports.add("refused by " + peer + ": " + code + ": " + sentence);
  }
}
