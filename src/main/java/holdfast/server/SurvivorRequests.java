package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.storage.Unreplayable;
import holdfast.wire.ClientRequest;
import holdfast.wire.CommandCodec;
import holdfast.wire.OkPayload;
import holdfast.wire.PeerFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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

  /// What could not be logged again: a page of it.
  OkPayload unreplayable(ClientRequest.Unreplayable request)
      throws RequestRefused, InterruptedException {
    if (request.forget().isPresent()) {
      long upTo = request.forget().get();
      log.warn(
          "an operator has server {} forget what it could not log again, up to {}", self, upTo);
      port.done(forgotten -> port.rescue().forget(upTo, forgotten));
    }
    long position = request.after().orElse(0L);
    return port.call(() -> {
      PeerFrame.Rescue counts = port.rescue().counts();
      List<OkPayload.UnreplayableCommand> page = new ArrayList<>();
      int bytes = 0;
      boolean more = false;
      for (Unreplayable one : port.rescue().unreplayable(position, PAGE_COMMANDS + 1)) {
        byte[] command = CommandCodec.stamp(CommandCodec.body(one.command()), one.command().time());
        bytes += command.length;
        more = page.size() == PAGE_COMMANDS || (!page.isEmpty() && bytes > PAGE_BYTES);
        if (more) {
          break;
        }
        page.add(
            new OkPayload.UnreplayableCommand(
                one.position(),
                one.command().time(),
                new String(command, StandardCharsets.UTF_8),
                one.reason()));
      }
      return new OkPayload.Unreplayables(counts.waiting(), counts.unreplayable(), page, more);
    });
  }
}
