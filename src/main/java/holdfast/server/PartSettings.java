package holdfast.server;

import holdfast.chat.ChatLimits;
import holdfast.replication.ReplicaSettings;
import holdfast.replication.ServerId;
import holdfast.transport.PeerLinks;
import holdfast.wire.ClientCodec;
import java.time.Duration;
import java.util.stream.Collectors;

/// What the configuration means for each part of a server.
final class PartSettings {
  /// Bytes that may wait for one peer; beyond, the link is closed. Above the core's window, so that
  /// a slow backup is slowed by that.
  private static final long PEER_QUEUE_BYTES_MAX = 48L << 20;

  private PartSettings() {}

  static Requests.Settings requests(ServerConfig config, ServerId self) {
    return new Requests.Settings(
        config.clusterName(),
        self.toString(),
        config.frameMaxBytes(),
        ClientCodec.requestTypes().stream().collect(Collectors.joining(" ")),
        new RateLimits.Settings(config.rateRequests(), config.rateWrites()));
  }

  static Office.Settings office(ServerConfig config, ServerId self) {
    return new Office.Settings(
        self,
        config.requestTimeout().toNanos(),
        config.clockSkewMax().toMillis(),
        config.primaryPreference());
  }

  static ReplicaSettings replica(ServerConfig config) {
    ReplicaSettings defaults = ReplicaSettings.defaults();
    return new ReplicaSettings(
        ticks(config.electionTimeoutMin()),
        ticks(config.electionTimeoutMax()),
        ticks(config.heartbeatInterval()),
        defaults.diedTicksMax(),
        defaults.caughtUpTicks(),
        defaults.windowEntriesMax(),
        defaults.windowBytesMax(),
        defaults.batchEntriesMax(),
        defaults.batchBytesMax(),
        defaults.uncommittedBytesMax(),
        defaults.cacheBytesMax(),
        config.survivorTakeover().map(PartSettings::ticks).orElse(0));
  }

  private static int ticks(Duration duration) {
    return (int) Math.max(1, duration.toNanos() / ReplicaLoop.TICK_NANOS);
  }

  static ChatLimits limits(ServerConfig config) {
    ChatLimits defaults = ChatLimits.defaults();
    return new ChatLimits(
        defaults.requestAgeMs(),
        config.requestsKept(),
        config.requestsKeptTotal(),
        defaults.roomMembersMax(),
        defaults.roomsPerAccountMax());
  }

  static PeerLinks.Settings links(ServerConfig config, ServerId self) {
    return PeerLinks.Settings.of(
        self.value(),
        config.secret().map(ClusterSecret::text).orElse(""),
        config.clusterName(),
        config.peerFrameMaxBytes(),
        PEER_QUEUE_BYTES_MAX);
  }
}
