package holdfast.storage;

import holdfast.chat.ConversationId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The writing connection to `index.db`, which holds nothing that could not be rebuilt from the
/// main file's rows. It does not sync its commits: after a power failure it is merely behind, and
/// the rows after its merge point are merged again.
final class IndexFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IndexFile.class);
  private static final int CACHE_KIB = 16 * 1024;

  /// The write-ahead log is copied into the file when it is longer than this: in one piece, which
  /// takes the processor from others for so long.
  private static final long WAL_PAGES_MAX = (2L << 20) / Schema.PAGE_BYTES;

  /// About so many pages of words are written by one call that merges them; more where one word's
  /// list is longer, which is not parted.
  private static final int WORDS_PAGES = 2;

  /// So many segments of about one size are merged into one. More make a search look at more, and
  /// fewer make every word be written more often (FTS5, `usermerge`).
  private static final int WORDS_SEGMENTS = 8;

  /// From so many on FTS5 merges them at once, in one piece, whoever waits: never, if merging keeps
  /// up, since what is merged next is the size that has most (FTS5, `crisismerge`).
  private static final int WORDS_SEGMENTS_MAX = 32;

  /// Such a call that has changed fewer rows has found nothing to merge (FTS5, `merge`).
  private static final long WORDS_MERGED_MIN = 2;

  private final Path file;
  private final Sqlite sqlite;
  private final Query mergePoint;
  private final Query moveMergePoint;
  private final Query messageId;
  private final Query addMessages;
  private final Query moveHead;
  private final Query addConversation;
  private final Query moveRead;
  private final Query searchedId;
  private final Query moveSearchedId;
  private final Query putWords;
  private final Query removeWords;
  private final Query mergeWords;
  private final Query changesEver;
  private final Query putRequests;
  private final Query dropRequests;
  private final Query requestSpans;

  private IndexFile(Path file, Sqlite sqlite) {
    this.file = file;
    this.sqlite = sqlite;
    mergePoint = sqlite.prepare("SELECT id FROM merge_point");
    moveMergePoint = sqlite.prepare("UPDATE merge_point SET id = ?");
    messageId =
        sqlite.prepare(
            "SELECT first_seq, ids FROM message_index WHERE low = ? AND high = ? AND first_seq <= ?"
                + " ORDER BY first_seq DESC LIMIT 1");
    addMessages =
        sqlite.prepare("INSERT INTO message_index(low, high, first_seq, ids) VALUES (?, ?, ?, ?)");
    moveHead =
        sqlite.prepare(
            "INSERT OR REPLACE INTO head(low, high, last_seq, last_id) VALUES (?, ?, ?, ?)");
    addConversation =
        sqlite.prepare("INSERT INTO account_conversation(account, low, high) VALUES (?, ?, ?)");
    moveRead =
        sqlite.prepare(
            "INSERT INTO read_position(account, low, high, seq) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)");
    searchedId = sqlite.prepare("SELECT searched_id FROM merge_point");
    moveSearchedId = sqlite.prepare("UPDATE merge_point SET searched_id = ?");
    putWords = sqlite.prepare("INSERT OR REPLACE INTO message_words(rowid, words) VALUES (?, ?)");
    removeWords = sqlite.prepare("DELETE FROM message_words WHERE rowid = ?");
    // Not whenever words are put, and then as much as FTS5 thinks right, but a little at a time.
    configureWords(sqlite, "automerge", 0);
    configureWords(sqlite, "usermerge", WORDS_SEGMENTS);
    configureWords(sqlite, "crisismerge", WORDS_SEGMENTS_MAX);
    mergeWords =
        sqlite.prepare(
            "INSERT INTO message_words(message_words, rank) VALUES ('merge', %d)"
                .formatted(WORDS_PAGES));
    changesEver = sqlite.prepare("SELECT total_changes()");
    putRequests =
        sqlite.prepare(
            "INSERT OR REPLACE INTO request_block(last_id, after_id, checksum, requests)"
                + " VALUES (?, ?, ?, ?)");
    dropRequests =
        sqlite.prepare(
            "DELETE FROM request_block WHERE last_id <= (SELECT last_id FROM request_block"
                + " ORDER BY last_id DESC LIMIT 1 OFFSET ?)");
    requestSpans =
        sqlite.prepare("SELECT after_id, last_id FROM request_block ORDER BY last_id DESC LIMIT ?");
  }

  private static void configureWords(Sqlite sqlite, String option, int value) {
    sqlite.run(
        "INSERT INTO message_words(message_words, rank) VALUES ('%s', %d)"
            .formatted(option, value));
  }

  /// Opens the index of the directory `memberKey`, whose main file has applied everything up to
  /// `appliedId`; one that is missing, damaged, of another schema or directory, or ahead of the
  /// main file, is made anew, empty. One of an older version is brought to this one.
  static IndexFile open(DataDirectory directory, String memberKey, long appliedId)
      throws IOException, StoreException {
    Path file = directory.index();
    if (Files.exists(file)) {
      Optional<String> useless = whyUseless(file, memberKey, appliedId);
      if (useless.isEmpty()) {
        Sqlite sqlite = openToWrite(file);
        Schema.INDEX.upgrade(sqlite, file);
        // What power loss, or a restored database, has taken back comes again, perhaps as something
        // else.
        sqlite.run(
            "UPDATE merge_point SET searched_id = min(searched_id, %d)".formatted(appliedId));
        sqlite.run("DELETE FROM request_block WHERE last_id > " + appliedId);
        return new IndexFile(file, sqlite);
      }
      LOG.warn("{} {}: building it anew from the messages", file, useless.get());
    }
    return create(file, memberKey);
  }

  /// Makes an empty index in place of whatever is there.
  static IndexFile create(Path file, String memberKey) throws IOException {
    DataDirectory.delete(file);
    DataDirectory.create(file);
    Sqlite sqlite = openToWrite(file);
    sqlite.run("BEGIN IMMEDIATE");
    Schema.INDEX.create(sqlite);
    sqlite
        .prepare("INSERT INTO merge_point(one, id, member_key, searched_id) VALUES (1, 0, ?, 0)")
        .set(1, memberKey)
        .update();
    sqlite.run("COMMIT");
    return new IndexFile(file, sqlite);
  }

  private static Sqlite openToWrite(Path file) {
    return Sqlite.open(file, CACHE_KIB, "journal_mode=WAL", "synchronous=NORMAL");
  }

  private static Optional<String> whyUseless(Path file, String memberKey, long appliedId) {
    try (Sqlite sqlite = Sqlite.openToRead(file, CACHE_KIB)) {
      Schema.INDEX.verifyKnown(sqlite, file);
      String madeFor =
          sqlite
              .prepare("SELECT member_key FROM merge_point")
              .first(row -> row.getString(1))
              .orElse("");
      if (!madeFor.equals(memberKey)) {
        return Optional.of("was made for another data directory");
      }
      return sqlite.number("SELECT id FROM merge_point") > appliedId
          ? Optional.of("is ahead of the messages, which power loss can do")
          : Optional.empty();
    } catch (StoreException e) {
      return Optional.of("is of a newer version or another program");
    } catch (DiskFailedException e) {
      // Whatever is wrong with it, a new one is as good; a bad disk shows again at once.
      return Optional.of("cannot be read (" + e.getMessage() + ")");
    }
  }

  Path file() {
    return file;
  }

  /// Everything up to this id is merged.
  long mergePoint() {
    return mergePoint.number();
  }

  /// The message that the index has at this place.
  Optional<Long> idOf(ConversationId conversation, long seq) {
    List<Long> found = new ArrayList<>();
    messageId
        .with(conversation.low(), conversation.high(), seq)
        .visit(row -> {
          PackedIds.unpack(row.getBytes(2), row.getLong(1), seq, seq, found);
          return true;
        });
    return found.stream().findFirst();
  }

  /// Everything up to this id can be found by its words.
  long searchedId() {
    return searchedId.number();
  }

  /// Sets the words by which a message is found; empty: none.
  void putWords(long message, String words) {
    if (words.isEmpty()) {
      removeWords.with(message).update();
    } else {
      putWords.set(1, message).set(2, words).update();
    }
  }

  /// Moves the point up to which all messages are searchable; at the end of the transaction that
  /// makes them, since FTS5 writes out, as a segment of its own, what words it has by then.
  void moveSearchedId(long upToId) {
    moveSearchedId.with(upToId).update();
  }

  /// Merges some of the segments that have come of putting words, so that a search has few to look
  /// at. False: there was nothing to merge.
  boolean mergeWords() {
    long before = changesEver.number();
    mergeWords.update();
    return changesEver.number() - before >= WORDS_MERGED_MIN;
  }

  /// Puts a block of requests, and drops all but the newest `blocksKept`.
  void putRequests(RequestBlock block, int blocksKept) {
    inTransaction(() -> {
      putRequests
          .with(block.lastId(), block.afterId(), block.checksum())
          .set(4, block.bytes())
          .update();
      dropRequests.with(blocksKept).update();
    });
  }

  /// What the newest blocks of requests tell of, at most `count` of them, the newest first.
  List<RequestBlock.Span> requestSpans(int count) {
    return requestSpans
        .with(count)
        .list(row -> new RequestBlock.Span(row.getLong(1), row.getLong(2)));
  }

  /// Does all of `work`, or, if it throws, nothing.
  void inTransaction(Runnable work) {
    sqlite.run("BEGIN IMMEDIATE");
    try {
      work.run();
      sqlite.run("COMMIT");
    } catch (RuntimeException e) {
      sqlite.rollBack();
      throw e;
    }
  }

  /// Merges a full table in one transaction, in the order of the index so that each of its pages is
  /// touched once, and moves the merge point with it: everything up to `upToId` is known to be
  /// merged then. Calls `breathe` wherever it can be left for a while.
  void merge(TailTable table, long upToId, Runnable breathe) {
    inTransaction(() -> {
      for (Map.Entry<ConversationId, TailTable.Run> entry : table.sortedRuns().entrySet()) {
        addRun(entry.getKey(), entry.getValue());
        breathe.run();
      }
      for (Map.Entry<Long, Set<ConversationId>> entry : table.sortedStarted().entrySet()) {
        List<ConversationId> sorted = entry.getValue().stream().sorted().toList();
        for (ConversationId conversation : sorted) {
          addConversation.with(entry.getKey(), conversation.low(), conversation.high()).update();
          breathe.run();
        }
      }
      for (Map.Entry<TailTable.ReadKey, Long> entry : table.sortedReads().entrySet()) {
        TailTable.ReadKey key = entry.getKey();
        moveRead
            .with(
                key.account(),
                key.conversation().low(),
                key.conversation().high(),
                entry.getValue())
            .update();
        breathe.run();
      }
      moveMergePoint.with(upToId).update();
    });
  }

  private void addRun(ConversationId conversation, TailTable.Run run) {
    for (int from = 0; from < run.count(); from += PackedIds.IDS_MAX) {
      int count = Math.min(PackedIds.IDS_MAX, run.count() - from);
      addMessages
          .with(conversation.low(), conversation.high(), run.firstSeq() + from)
          .set(4, PackedIds.pack(run.ids(), from, count))
          .update();
    }
    moveHead.with(conversation.low(), conversation.high(), run.lastSeq(), run.lastId()).update();
  }

  /// Copies the write-ahead log into the file if it has become long; whether it had. As this is the
  /// only writer, it is then used again from its beginning.
  boolean checkpointIfLong() {
    Sqlite.WalState wal = sqlite.checkpoint(Sqlite.CheckpointMode.NOOP);
    boolean isLong = wal.pages() > WAL_PAGES_MAX;
    if (isLong) {
      sqlite.checkpoint(Sqlite.CheckpointMode.PASSIVE);
    }
    return isLong;
  }

  /// If `failure` says that the index at `file` is damaged, takes its name away, so that the next
  /// start builds a new one. Connections that have it open go on with it until then.
  static void condemnIfDamaged(Path file, DiskFailedException failure) {
    if (failure.damagedFile().equals(Optional.of(file))) {
      try {
        DataDirectory.delete(file);
        LOG.warn("{} is damaged: the next start will build it anew", file);
      } catch (IOException e) {
        LOG.error("delete {} by hand before the next start", file, e);
      }
    }
  }

  @Override
  public void close() {
    sqlite.close();
  }
}
