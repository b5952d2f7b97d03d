package holdfast.simulation;

import holdfast.replication.ServerId;
import java.util.Optional;

/// A machine: a disk and a clock that stay, and the process that runs on it, or none.
final class Server {
  private final ServerId id;
  private final Disk disk = new Disk();
  private final long clockAheadUs;
  private Optional<ServerProcess> process = Optional.empty();
  private long slowUs;
  private double tickStretch = 1;

  Server(ServerId id, long clockAheadUs) {
    this.id = id;
    this.clockAheadUs = clockAheadUs;
  }

  ServerId id() {
    return id;
  }

  Disk disk() {
    return disk;
  }

  /// By how much its clock is ahead of the truth.
  long clockAheadUs() {
    return clockAheadUs;
  }

  Optional<ServerProcess> process() {
    return process;
  }

  void runs(ServerProcess started) {
    process = Optional.of(started);
  }

  void stopped() {
    process = Optional.empty();
  }

  /// By how much every sync is slower than usual.
  long slowUs() {
    return slowUs;
  }

  void setSlowUs(long us) {
    slowUs = us;
  }

  /// How long its ticks are, compared with what they should be.
  double tickStretch() {
    return tickStretch;
  }

  void setTickStretch(double stretch) {
    tickStretch = stretch;
  }
}
