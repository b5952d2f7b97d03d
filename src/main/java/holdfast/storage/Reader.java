package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.SearchQuery;
import holdfast.chat.Timelines;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

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
  private final ChatRows rows;
  private final IndexRows indexRows;
  private final ConversationReads conversations;
  private final ListReads lists;
  private final MissedEventsScan missed;
  private final SearchReads search;

  Reader(DataDirectory directory, IndexTail tail, int rowsPerConversation) {
    this.tail = tail;
    main = Sqlite.openToRead(directory.main(), MAIN_CACHE_KIB);
    index = Sqlite.openToRead(directory.index(), INDEX_CACHE_KIB);
    beginMain = main.prepare("BEGIN");
    beginIndex = index.prepare("BEGIN");
    endMain = main.prepare("COMMIT");
    endIndex = index.prepare("COMMIT");
    rows = new ChatRows(main);
    indexRows = new IndexRows(index);
    conversations = new ConversationReads(main, rows, indexRows, beginMain, endMain);
    lists = new ListReads(main);
    missed = new MissedEventsScan(main, rows, rowsPerConversation);
    search = new SearchReads(main, index, rows);
  }

  /// Rows of the main file by their keys; one statement each, so it needs no snapshot.
  ChatRows rows() {
    return rows;
  }

  /// Reads from tail, index and main file as they fit together: the tail first, then a snapshot of
  /// the index, the main file last, for the reasons that `IndexTail` gives.
  <T> T snapshot(Function<ConversationReads, T> work) {
    try {
      Optional<T> done = Optional.empty();
      while (done.isEmpty()) {
        List<TailTable> tables = tail.tables();
        done =
            atOneMoment(
                beginIndex,
                endIndex,
                () ->
                    indexIsBehind(tables)
                        ? Optional.of(work.apply(conversations.withTail(tables)))
                        : Optional.empty());
      }
      return done.get();
    } catch (DiskFailedException e) {
      IndexFile.condemnIfDamaged(index.file(), e);
      throw e;
    }
  }

  /// Fixes what the index shows from now on, and tells whether that is older than everything that
  /// may yet be added to `tables`. If a thread rests between the two long enough for the table that
  /// was filling to be merged, the index has conversations' newer ends, of which `tables` shows
  /// only a middle.
  private boolean indexIsBehind(List<TailTable> tables) {
    indexRows.fixSnapshot();
    return tail.tables().contains(tables.getLast());
  }

  /// See `Reads.search`. The main file comes last, so that all which the index has is there.
  SearchPage search(
      long account,
      SearchQuery query,
      Optional<ConversationId> conversation,
      long before,
      int limit) {
    try {
      return atOneMoment(
          beginIndex,
          endIndex,
          () -> {
            indexRows.fixSnapshot();
            return atOneMoment(
                beginMain,
                endMain,
                () -> search.search(account, query, conversation, before, limit));
          });
    } catch (DiskFailedException e) {
      IndexFile.condemnIfDamaged(index.file(), e);
      throw e;
    }
  }

  /// Looks for what an account missed, all of it at one moment.
  MissedEvents missed(
      long account, long afterId, int afterPart, long upToId, int limit, Timelines timelines) {
    return snapshot(reads ->
        atOneMoment(
            beginMain,
            endMain,
            () -> missed.scan(reads, account, afterId, afterPart, upToId, limit, timelines)));
  }

  /// Runs several statements of one connection in one read transaction.
  static <T> T atOneMoment(Query begin, Query end, Supplier<T> work) {
    begin.update();
    try {
      return work.get();
    } finally {
      end.update();
    }
  }

  ListReads lists() {
    return lists;
  }

  @Override
  public void close() {
    try (main) {
      index.close();
    }
  }
}
