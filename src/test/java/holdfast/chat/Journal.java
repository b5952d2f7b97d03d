package holdfast.chat;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;

/// How to take back what was written since the last sync, transaction by transaction: the memory of
/// a disk that loses what was not synced. What shares a journal is lost together.
public final class Journal {
  private final List<Runnable> undos = new ArrayList<>();

  /// For each committed transaction that is not synced, how many undos stood before it.
  private final List<Integer> starts = new ArrayList<>();

  private int openFrom;

  /// Notes how to take back one change of the open transaction.
  public void changed(Runnable undo) {
    undos.add(undo);
  }

  /// Ends the open transaction.
  public void commit() {
    starts.add(openFrom);
    openFrom = undos.size();
  }

  /// Makes every committed transaction durable.
  public void sync() {
    Check.that(undos.size() == openFrom, "sync inside a transaction");
    undos.clear();
    starts.clear();
    openFrom = 0;
  }

  /// Committed transactions that a crash may lose.
  public int unsynced() {
    return starts.size();
  }

  /// Takes back the open transaction and all but the first `kept` of the unsynced ones; those are
  /// durable then.
  public void crash(int kept) {
    int floor = kept < starts.size() ? starts.get(kept) : openFrom;
    while (undos.size() > floor) {
      undos.removeLast().run();
    }
    undos.clear();
    starts.clear();
    openFrom = 0;
  }
}
