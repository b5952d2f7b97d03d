package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.transport.PeerLinks;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.HandshakeFrame;
import holdfast.wire.PeerCodec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens on the links to the other servers, brought to the replica thread; and who is let
/// in. Called on the links' own threads, but for frames, which the replica thread itself receives.
final class PeerDesk implements PeerLinks.Handler {
  /// The refusals' codes, told to the other side.
  static final String NOT_A_MEMBER = "NOT_A_MEMBER";

  static final String OTHER_CLUSTER = "OTHER_CLUSTER";
  static final String LOST_DISK = "LOST_DISK";
  static final String REMOVED = "REMOVED";
  static final String NOT_FOUNDED = "NOT_FOUNDED";
  static final String REFUSED = "REFUSED";
  static final String UNKNOWN = "TIMEOUT";

  private static final Logger log = LoggerFactory.getLogger(PeerDesk.class);

  private final ServerId self;
  private final ClusterViews views;
  private final Intake intake;
  private final Office office;
  private final Consumer<String> onLostDisk;

  /// @param onLostDisk told the sentence when the cluster refuses this server because its disk was
  ///   lost
  PeerDesk(
      ServerId self,
      ClusterViews views,
      Intake intake,
      Office office,
      Consumer<String> onLostDisk) {
    this.self = self;
    this.views = views;
    this.intake = intake;
    this.office = office;
    this.onLostDisk = onLostDisk;
  }

  @Override
  public Optional<PeerLinks.Refusal> admit(
      int peer, String memberKey, Optional<String> clusterId, String bootId) {
    ServerId id = new ServerId(peer);
    ClusterView view = views.current();
    if (clusterId.isPresent()
        && view.clusterId().isPresent()
        && !clusterId.equals(view.clusterId())) {
      return refusal(
          OTHER_CLUSTER,
          "server %d belongs to cluster %s, server %s to cluster %s: one of them has the wrong data.dir or servers.properties"
              .formatted(peer, clusterId.get(), self, view.clusterId().get()));
    }
    if (view.retired().contains(id)) {
      return refusal(
          REMOVED,
          "server %d was removed from the cluster; its id is never given again".formatted(peer));
    }
    Optional<Member> member =
        view.membership().member(id).or(() -> view.views().before().member(id));
    if (member.isEmpty()) {
      // The list here may lag: who belongs to a cluster already is let in, whoever it is.
      return clusterId.isPresent()
          ? Optional.empty()
          : refusal(
              NOT_A_MEMBER,
              "server %d is not a member of the cluster that server %s is in; if it is to be one: ./setup_distributed.sh join --help"
                  .formatted(peer, self));
    }
    Optional<String> known = member.get().key();
    if (known.isPresent() && !known.get().equals(memberKey)) {
      return refusal(
          LOST_DISK,
          "server %d comes with another data directory than the one it joined the cluster with, so it may have forgotten votes and messages;"
                  .formatted(peer)
              + " bring the old directory back, or, if it is lost, remove the member and add a new one under an id never used before");
    }
    return Optional.empty();
  }

  private static Optional<PeerLinks.Refusal> refusal(String code, String sentence) {
    return Optional.of(new PeerLinks.Refusal(code, sentence));
  }

  @Override
  public void onFrame(int peer, String memberKey, byte[] line) throws FrameException {
    ServerId from = new ServerId(peer);
    PeerCodec.PeerReceived received = decode(line);
    if (!received.from().equals(from)) {
      throw new FrameException(
          ErrorCode.BAD_REQUEST,
          "the link is of server %s, the frame says %s".formatted(from, received.from()));
    }
    office.onFrame(from, memberKey, received.frame());
  }

  /// Whatever a peer sends must not end this server.
  private static PeerCodec.PeerReceived decode(byte[] line) throws FrameException {
    try {
      return PeerCodec.decode(line);
    } catch (RuntimeException e) {
      log.error("a frame could not be read because of a bug", e);
      throw new FrameException(ErrorCode.BAD_FRAME, "a frame that cannot be read");
    }
  }

  @Override
  public void onLinkUp(int peer, String memberKey, Optional<String> clusterId, String bootId) {
    intake.offerFromPeer(() -> office.onLinkUp(new ServerId(peer), memberKey, clusterId));
  }

  @Override
  public void onLinkDown(int peer) {
    intake.offerFromPeer(() -> office.onLinkDown(new ServerId(peer)));
  }

  @Override
  public void onPeerDied(int peer) {
    intake.offerFromPeer(() -> office.onPeerDied(new ServerId(peer)));
  }

  @Override
  public void onRefused(int peer, String code, String sentence) {
    switch (code) {
      // Said until this server has ended, which it does of what its members' desk makes of it.
      case REMOVED -> intake.offerFromPeer(() -> office.members().onRemovedBy(new ServerId(peer)));
      // A list that lags does not know a server that has just joined: it will.
      case NOT_A_MEMBER -> log.warn("server {} refuses this one: {}", peer, sentence);
      case LOST_DISK -> {
        log.error("server {} refuses this one: {}", peer, sentence);
        onLostDisk.accept(sentence);
      }
      default -> log.error("server {} refuses this one: {}", peer, sentence);
    }
  }

  @Override
  public CompletableFuture<HandshakeFrame> onJoin(int newcomer, HandshakeFrame.Join join) {
    ClusterView view = views.current();
    Optional<String> own = view.clusterId();
    Optional<String> shown = join.identity().clusterId();
    if (own.isEmpty()) {
      return CompletableFuture.completedFuture(
          new HandshakeFrame.JoinRefused(
              NOT_FOUNDED,
              "server %s belongs to no cluster yet: start a majority of the first servers"
                  .formatted(self)));
    }
    if (shown.isPresent() && !shown.equals(own)) {
      return CompletableFuture.completedFuture(
          new HandshakeFrame.JoinRefused(
              OTHER_CLUSTER,
              "its data directory belongs to cluster %s, server %s to cluster %s"
                  .formatted(shown.get(), self, own.get())));
    }
    Member member =
        new Member(
            new ServerId(newcomer),
            join.host(),
            join.clientPort(),
            join.peerPort(),
            false,
            Optional.of(join.identity().memberKey()));
    log.info("server {} asks to join, at {}:{}", newcomer, join.host(), join.peerPort());
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    intake.offerFromPeer(() -> office.members().want(new MemberChange.Add(member), result));
    return result.thenApply(made -> joinReply(own.get(), member, made));
  }

  private HandshakeFrame joinReply(String clusterId, Member member, ChangeResult made) {
    return switch (made) {
      case ChangeResult.Done _ -> {
        // The list here may lag behind the primary's.
        Membership known = views.current().membership();
        yield new HandshakeFrame.Joined(
            clusterId,
            (known.member(member.id()).isPresent() ? known : known.with(member)).members());
      }
      case ChangeResult.Refused(String sentence) ->
          new HandshakeFrame.JoinRefused(REFUSED, sentence);
      case ChangeResult.Unknown(String sentence) ->
          new HandshakeFrame.JoinRefused(UNKNOWN, sentence);
    };
  }
}
