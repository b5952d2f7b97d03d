package holdfast.bench;

import java.util.Locale;

/// What is to happen to primaries.
///
/// @param writers each with one message on its way at a time
/// @param through where the writers are when it happens
public record FailoverSettings(Kind kind, int rounds, int writers, Through through) {
  /// How a primary goes.
  public enum Kind {
    /// Its process is killed (SIGKILL), as if it had crashed. Its sockets close.
    KILL("killed"),
    /// It falls silent (SIGSTOP), as if its cable was pulled. Its sockets stay open.
    PAUSE("paused"),
    /// It is asked to end (SIGTERM) and hands over first.
    HANDOVER("told to end");

    private final String participle;

    Kind(String participle) {
      this.participle = participle;
    }

    String participle() {
      return participle;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
