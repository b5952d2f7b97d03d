package holdfast.simulation;

import holdfast.replication.LogPosition;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A machine: a disk and a clock that stay, and the process that runs on it, or none. It may lose
/// the disk; then it has another, empty one with another key.
final class Server {
  private final ServerId id;
  private final Membership configured;
  private final List<Disk> lost = new ArrayList<>();
  private Disk disk;
  private final long clockAheadUs;
  private Optional<ServerProcess> process = Optional.empty();
  private long slowUs;
  private double tickStretch = 1;

  /// @param configured the members that its file names
  Server(ServerId id, Membership configured, long clockAheadUs) {
    this.id = id;
    this.configured = configured;
    this.clockAheadUs = clockAheadUs;
    this.disk = new Disk(newKey());
  }

  private String newKey() {
    return "key-" + id + "-" + lost.size();
  }

  Membership configured() {
    return configured;
  }

  /// Its disk is gone, and an empty one is in its place.
  void loseDisk() {
    lost.add(disk);
    disk = new Disk(newKey());
  }

  boolean hasLostDisk() {
    return !lost.isEmpty();
  }

  /// Whether it has, or had before its disk was lost, the entry for sure.
  boolean heldForSure(LogPosition position) {
    return disk.holdsForSure(position)
        || lost.stream().anyMatch(before -> before.holdsForSure(position));
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
