package holdfast.server;

import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.storage.SqliteStore;
import holdfast.wire.PeerFrame;
import holdfast.wire.ServerStatus;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// Publishes what any thread may know of the cluster, as immutable values. Written by the replica
/// thread, read by any.
final class ClusterViews {
  private final StatusBoard board;
  private final String version;
  private final IntSupplier clients;
  private final VitalSigns vitals;
  private final boolean survives;
  private volatile ClusterView current;
  private volatile Optional<byte[]> tokenKey;
  private volatile long time;
  private long caughtUpNanos = System.nanoTime();

  ClusterViews(
      StatusBoard board,
      String version,
      IntSupplier clients,
      VitalSigns vitals,
      boolean survives,
      SqliteStore store,
      Replica replica) {
    this.board = board;
    this.version = version;
    this.clients = clients;
    this.vitals = vitals;
    this.survives = survives;
    this.tokenKey = store.tokenKey();
    this.time = store.chat().time();
    this.current =
        new ClusterView(
            replica.role(),
            replica.term(),
            replica.primary(),
            replica.membership(),
            replica.views(),
            replica.appliedMembership().retired(),
            store.clusterId(),
            List.of(),
            0,
            false,
            Optional.empty(),
            List.of());
  }

  ClusterView current() {
    return current;
  }

  /// The key that signs sign-in tokens; empty until the founding entry is applied here.
  Optional<byte[]> tokenKey() {
    return tokenKey;
  }

  /// The cluster's time: that of the last command applied, as of the last publishing, ms since the
  /// epoch.
  long time() {
    return time;
  }

  void onFounded(byte[] key) {
    tokenKey = Optional.of(key);
  }

  /// @param hope what else is to be said where there is no primary
  void publish(
      Replica replica,
      Applier applier,
      SqliteStore store,
      Optional<String> hope,
      List<String> warnings) {
    StatusBoard.Own own =
        new StatusBoard.Own(
            replica.last().index(),
            replica.commitIndex(),
            applier.appliedIndex(),
            lagMs(replica, applier),
            clients.getAsInt(),
            vitals.now());
    time = store.chat().time();
    List<ServerStatus> rows = board.rows(replica, own);
    current =
        new ClusterView(
            replica.role(),
            replica.term(),
            replica.primary(),
            replica.membership(),
            replica.views(),
            replica.appliedMembership().retired(),
            store.clusterId(),
            rows,
            StatusBoard.failuresTolerated(replica, rows, survives),
            replica.solo(),
            board.why(replica).map(why -> hope.map(more -> why + "; " + more).orElse(why)),
            warnings);
  }

  /// How long ago this server last had applied all that it knew committed, while it heard a
  /// primary.
  private long lagMs(Replica replica, Applier applier) {
    long now = System.nanoTime();
    boolean caughtUp =
        replica.primary().isPresent() && applier.appliedIndex() >= replica.commitIndex();
    if (caughtUp || replica.role() == Role.PRIMARY) {
      caughtUpNanos = now;
      return 0;
    }
    return (now - caughtUpNanos) / 1_000_000;
  }

  /// What this server tells the primary of itself with each heartbeat ack.
  PeerFrame.Report report(Replica replica, Applier applier, PeerFrame.Rescue rescue) {
    return new PeerFrame.Report(
        lagMs(replica, applier),
        System.currentTimeMillis(),
        applier.digestIndex(),
        applier.digestAt(applier.digestIndex()).map(HexFormat.of()::formatHex).orElse(""),
        clients.getAsInt(),
        version,
        Optional.of(vitals.now()),
        rescue.equals(PeerFrame.Rescue.NONE) ? Optional.empty() : Optional.of(rescue));
  }

  /// Where clients are told the primary is.
  static Optional<String> name(Optional<ServerId> server) {
    return server.map(ServerId::toString);
  }
}
