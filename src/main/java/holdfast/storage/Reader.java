package holdfast.storage;

import java.util.List;
import java.util.function.Function;

/// What one reading thread has: a connection to each file that can change nothing, and the
/// statements it keeps prepared.
final class Reader implements AutoCloseable {
  private static final int MAIN_CACHE_KIB = 8 * 1024;
  private static final int INDEX_CACHE_KIB = 8 * 1024;

  private final Sqlite main;
  private final Sqlite index;
  private final IndexTail tail;
  private final Query beginMain;
  private final Query beginIndex;
  private final Query endMain;
  private final Query endIndex;
  private final Query touchMain;
  private final ChatRows rows;
  private final IndexRows indexRows;
  private final ConversationReads conversations;
  private final ListReads lists;
  private final MissedEventsScan missed;

  Reader(DataDirectory directory, IndexTail tail) {
    this.tail = tail;
    main = Sqlite.openToRead(directory.main(), MAIN_CACHE_KIB);
    index = Sqlite.openToRead(directory.index(), INDEX_CACHE_KIB);
    beginMain = main.prepare("BEGIN");
    beginIndex = index.prepare("BEGIN");
    endMain = main.prepare("COMMIT");
    endIndex = index.prepare("COMMIT");
    touchMain = main.prepare("SELECT applied_id FROM state");
    rows = new ChatRows(main);
    indexRows = new IndexRows(index);
    conversations = new ConversationReads(main, rows, indexRows);
    lists = new ListReads(main);
    missed = new MissedEventsScan(main);
  }

  /// Rows of the main file by their keys; one statement each, so it needs no snapshot.
  ChatRows rows() {
    return rows;
  }

  /// Reads from tail, index and main file as they fit together: the tail first, then the snapshots,
  /// for the reason that `IndexTail` gives.
  <T> T snapshot(Function<ConversationReads, T> work) {
    List<TailTable> tables = tail.tables();
    beginIndex.update();
    try {
      indexRows.mergePoint();
      return mainSnapshot(_ -> work.apply(conversations.withTail(tables)));
    } finally {
      endIndex.update();
    }
  }

  /// Reads several statements' worth from the main file at one moment.
  <T> T mainSnapshot(Function<Reader, T> work) {
    beginMain.update();
    try {
      touchMain.number();
      return work.apply(this);
    } finally {
      endMain.update();
    }
  }

  ListReads lists() {
    return lists;
  }

  MissedEventsScan missed() {
    return missed;
  }

  @Override
  public void close() {
    try (main) {
      index.close();
    }
  }
}
