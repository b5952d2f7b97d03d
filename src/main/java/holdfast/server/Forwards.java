package holdfast.server;

import holdfast.replication.ServerId;
import java.util.LinkedHashMap;
import java.util.Map;

/// As primary: which number each lane of each backup must send next, so that no write overtakes an
/// earlier one of its connection whose frame was lost (DESIGN 10.6). Starts anew with each term.
/// Owned by the replica thread.
final class Forwards {
  /// Lanes remembered; the one unused for longest is forgotten, and its sender starts a new one.
  private static final int LANES_MAX = 131_072;

  private final Map<LaneKey, Long> expected =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<LaneKey, Long> eldest) {
          return size() > LANES_MAX;
        }
      };

  private record LaneKey(ServerId from, long lane) {}

  long expected(ServerId from, long lane) {
    return expected.getOrDefault(new LaneKey(from, lane), 1L);
  }

  void accepted(ServerId from, long lane, long number) {
    expected.put(new LaneKey(from, lane), number + 1);
  }

  /// The log did not take it after all: it must come again before any later one.
  void refused(ServerId from, long lane, long number) {
    expected.merge(new LaneKey(from, lane), number, Math::min);
  }

  void newTerm() {
    expected.clear();
  }
}
