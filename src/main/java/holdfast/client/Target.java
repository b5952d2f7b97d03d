package holdfast.client;

/// A server's address and how trying it has gone. Owned by the client's loop.
final class Target {
  private final HostPort address;
  private int failures;
  private long nextAttemptAt;
  private boolean attempting;

  Target(HostPort address, long now) {
    this.address = address;
    this.nextAttemptAt = now;
  }

  HostPort address() {
    return address;
  }

  /// An attempt may begin at this time (ns) and not before.
  long nextAttemptAt() {
    return nextAttemptAt;
  }

  /// From dialling until the connection is in use or dropped.
  boolean attempting() {
    return attempting;
  }

  void notBefore(long time) {
    if (time - nextAttemptAt > 0) {
      nextAttemptAt = time;
    }
  }

  void attemptBegan() {
    attempting = true;
  }

  void attemptEnded() {
    attempting = false;
  }

  /// It failed: tried again after a while that doubles, but never given up.
  void failed(long now, Timing timing, double jitter) {
    failures++;
    long wait = timing.backoff(failures).toNanos();
    nextAttemptAt = now + wait + (long) (wait * jitter);
  }

  void proved() {
    failures = 0;
  }
}
