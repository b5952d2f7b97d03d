package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators ask of a cluster with a last survivor: that this server go on alone, and what it
/// could not bring along. Safe for any thread; blocks the calling (virtual) thread.
final class SurvivorRequests {
  /// Commands in one reply, and bytes of them: it fits the shortest `frame.max.bytes` allowed.
  private static final int PAGE_COMMANDS = 16;

  private static final int PAGE_BYTES = 48 << 10;

  private static final Logger log = LoggerFactory.getLogger(SurvivorRequests.class);

  private final ServerId self;
  private final ReplicaPort port;
  private final ClusterViews views;

  SurvivorRequests(ServerId self, ReplicaPort port, ClusterViews views) {
    this.self = self;
    this.port = port;
    this.views = views;
  }

  /// OK once this server goes on alone.
  OkPayload survive() throws RequestRefused, InterruptedException {
    log.warn("an operator wants server {} to go on alone", self);
    CompletableFuture<ChangeResult> result = new CompletableFuture<>();
    if (!port.run(() -> port.survive(result))) {
      throw ReplicaPort.shuttingDown();
    }
    MemberRequests.require(result);
    return new OkPayload.PrimaryMoved(self.toString(), views.current().term());
  }
}
