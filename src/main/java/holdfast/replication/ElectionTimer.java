package holdfast.replication;

import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/// When this server next stands for election, in ticks of its own. Every deadline is drawn anew, so
/// that servers do not keep standing at the same time (thesis §3.4).
final class ElectionTimer {
  private final ReplicaSettings settings;
  private final RandomGenerator random;
  private long now;
  private long deadline;
  private int attempts;
  private IntSupplier headStart = () -> 0;

  ElectionTimer(ReplicaSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
    restart();
  }

  /// From now on every deadline is so many ticks later, since others are to stand before this
  /// server.
  void leaveHeadStart(IntSupplier ticks) {
    headStart = ticks;
  }

  long now() {
    return now;
  }

  void advance(int ticks) {
    now += ticks;
  }

  boolean expired() {
    return now >= deadline;
  }

  /// Waits a whole election time-out.
  void restart() {
    int spread = settings.electionTicksMax() - settings.electionTicksMin() + 1;
    deadline = now + settings.electionTicksMin() + random.nextInt(spread) + headStart.getAsInt();
  }

  /// Waits `ticks` and then only a few more, since the primary is known to be gone; twice as many
  /// after every attempt that led to none, up to an election time-out.
  void restartSoonAfter(int ticks) {
    deadline = now + ticks + few() + headStart.getAsInt();
  }

  /// Waits only a few ticks more, as [#restartSoonAfter] does, if it would have waited longer.
  void hasten() {
    deadline = Math.min(deadline, now + few() + headStart.getAsInt());
  }

  private int few() {
    long most = (long) settings.diedTicksMax() << Math.min(attempts, Integer.SIZE - 2);
    return 1 + random.nextInt((int) Math.min(most, settings.electionTicksMax()));
  }

  /// This server asks for votes once more.
  void onAttempt() {
    attempts++;
  }

  /// There is a primary.
  void onPrimary() {
    attempts = 0;
  }
}
