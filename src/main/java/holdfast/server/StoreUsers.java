package holdfast.server;

import java.time.Duration;

/// Whose threads read the store for others, for as long as that takes: they have to end before the
/// store is closed.
record StoreUsers(AdminDesk admin, SnapshotDesk snapshots) {
  /// How long to wait for each where the process ends.
  private static final Duration END_MAX = Duration.ofSeconds(2);

  /// The same where the directory is opened again in this process: what they close later would take
  /// SQLite's locks away from who opened it then (POSIX). They look whether they are to end after
  /// each step, however much a step may read.
  private static final Duration END_ANEW_MAX = Duration.ofDays(1);

  /// Ends them, and waits for it.
  void close(boolean opensAgain) {
    Duration atMost = opensAgain ? END_ANEW_MAX : END_MAX;
    admin.close(atMost);
    snapshots.close(atMost);
  }
}
