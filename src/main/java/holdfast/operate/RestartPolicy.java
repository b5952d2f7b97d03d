package holdfast.operate;

import java.time.Duration;

/// Whether and when a server that ended is started again. One for each server.
final class RestartPolicy {
  /// After the first death in a row; each further one doubles it.
  static final Duration BACK_OFF_MIN = Duration.ofSeconds(1);

  static final Duration BACK_OFF_MAX = Duration.ofMinutes(1);

  /// A server that ran for so long was well: its next death counts as the first.
  static final Duration STEADY = Duration.ofMinutes(1);

  /// As docs/OPERATING.md has them.
  private static final int BAD_CONFIGURATION = 2;

  private static final int REFUSED = 4;

  private Duration next = BACK_OFF_MIN;

  /// What is to be done.
  sealed interface Decision {
    /// Started again after this time.
    record Again(Duration after) implements Decision {}

    /// It was told to end, and did.
    record Done() implements Decision {}

    /// Starting it again would end the same way; somebody must look.
    record GiveUp(String why) implements Decision {}
  }

  /// @param status its exit status
  /// @param ran how long it lived
  Decision onEnd(int status, Duration ran) {
    return switch (status) {
      case 0 -> new Decision.Done();
      case BAD_CONFIGURATION -> new Decision.GiveUp("its configuration is refused");
      case REFUSED ->
          new Decision.GiveUp(
              "the cluster, or what is on its disk, refuses it: it must be replaced");
      default -> new Decision.Again(backOff(ran));
    };
  }

  private Duration backOff(Duration ran) {
    if (ran.compareTo(STEADY) >= 0) {
      next = BACK_OFF_MIN;
    }
    Duration now = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : doubled;
    return now;
  }
}
