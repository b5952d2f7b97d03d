package holdfast.operate;

import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Which dead server may be replaced by a fresh one without anybody being asked: one that stays
/// dead for long enough, and whose disk holds nothing that is nowhere else. For one thread.
final class ReplacePolicy {
  private final Duration after;
  private final boolean survives;
  private final Map<ServerId, Long> deadSinceNanos = new HashMap<>();

  /// In which timeline each server was last seen up and voting, with nothing to warn of.
  private final Map<ServerId, Timeline> sound = new HashMap<>();

  /// @param after how long a server must have been dead
  /// @param survives a last survivor may go on alone (`survivor.takeover`), so that what it takes
  ///   is on its disk only
  ReplacePolicy(Duration after, boolean survives) {
    this.after = after;
    this.survives = survives;
  }

  /// What to do about one server.
  sealed interface Decision {
    /// It is up, or not dead for long enough.
    record Wait() implements Decision {}

    /// It is to be replaced now.
    record Replace() implements Decision {}

    /// It is dead for long enough, and must not be replaced.
    record Refuse(String why) implements Decision {}
  }

  /// @param died its process has ended by itself, and nobody told it to
  /// @param view what the primary says
  Decision onLook(ServerId server, boolean died, OkPayload.Status view, long nowNanos) {
    Optional<ServerStatus> row =
        view.servers().stream().filter(r -> r.serverId().equals(server.toString())).findFirst();
    if (row.isEmpty() || row.get().up() || !died) {
      deadSinceNanos.remove(server);
      noteIfSound(server, row, view);
      return new Decision.Wait();
    }
    long since = deadSinceNanos.computeIfAbsent(server, s -> nowNanos);
    if (nowNanos - since < after.toNanos()) {
      return new Decision.Wait();
    }
    return refusal(server, row.get(), view)
        .<Decision>map(Decision.Refuse::new)
        .orElseGet(Decision.Replace::new);
  }

  /// It could not be replaced: it is given as much time again.
  void onFailed(ServerId server) {
    deadSinceNanos.remove(server);
  }

  /// Nobody can say now whether the cluster still misses it.
  void onNoPrimary() {
    deadSinceNanos.clear();
  }

  private void noteIfSound(ServerId server, Optional<ServerStatus> row, OkPayload.Status view) {
    if (row.isPresent() && row.get().up() && row.get().voter() && view.warning().isEmpty()) {
      sound.put(server, Timeline.of(view.term()));
    }
  }

  /// With a last survivor a server's disk may be the only one with what it acknowledged.
  private Optional<String> refusal(ServerId server, ServerStatus row, OkPayload.Status view) {
    if (!survives) {
      return Optional.empty();
    }
    if (view.solo()) {
      return Optional.of("server %s goes on alone".formatted(view.primary().orElse("?")));
    }
    long voters = view.servers().stream().filter(ServerStatus::voter).count();
    if (row.voter() && voters <= 2) {
      return Optional.of("it is one of the last two voters, and may have gone on alone");
    }
    if (!Optional.of(Timeline.of(view.term())).equals(Optional.ofNullable(sound.get(server)))) {
      return Optional.of(
          "it was not seen well in the present timeline, and may have writes that nobody else has");
    }
    return Optional.empty();
  }
}
