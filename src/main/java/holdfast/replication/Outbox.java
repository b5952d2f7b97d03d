package holdfast.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The messages and answers of the step that is being taken.
final class Outbox {
  private final List<Envelope> beforeSync = new ArrayList<>();
  private final List<Envelope> afterSync = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();

  /// For a primary's REPLICATE, COMMIT, HEARTBEAT and TAKE_OVER, which claim nothing about its own
  /// disk (thesis §10.2.1).
  void sendBeforeSync(ServerId to, PeerMessage message) {
    beforeSync.add(new Envelope(to, message));
  }

  void sendAfterSync(ServerId to, PeerMessage message) {
    afterSync.add(new Envelope(to, message));
  }

  void answer(Answer answer) {
    answers.add(answer);
  }

  /// Takes all of it. With a changed hard state nothing leaves before it is on disk: not even a
  /// REPLICATE may speak of a term that could be forgotten.
  Effects drain(
      Optional<HardState> changed,
      List<LogEntry> entries,
      long commitIndex,
      boolean foundingWanted) {
    if (changed.isPresent()) {
      afterSync.addAll(0, beforeSync);
      beforeSync.clear();
    }
    Effects effects =
        new Effects(beforeSync, changed, entries, afterSync, commitIndex, answers, foundingWanted);
    beforeSync.clear();
    afterSync.clear();
    answers.clear();
    return effects;
  }
}
