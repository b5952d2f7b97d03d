package holdfast.storage;

import holdfast.check.Check;
import java.time.Duration;

/// The store's bounds that an operator may set.
///
/// @param indexTailMax rows (messages and read marks) that may wait in memory to be merged into the
///   index, `index.tail.max`; at the limit the writer waits for the merge. A single transaction may
///   exceed it by its own rows
/// @param readsWaitingMax reads that may wait for a free reader; beyond, they are rejected
/// @param redoFileBytes of each of the redo log's two files; a step that fits into none, or comes
///   while both are needed, waits for the database instead. 0: there is none, each does
/// @param walBytesReserved how long the database's write-ahead log is made at the start: syncing
///   one that grows holds up every other sync of the disk. 0: it grows
/// @param blockRequests remembered requests that are put into the index as one block
/// @param settleNanos how long a transaction of the database may stay open over several steps,
///   whose log is safe in the redo log; 0: each step has one of its own
/// @param rowsPerConversation so many rows of messages are read in the time that one look into a
///   conversation takes, 0.1 ms: what somebody missed is sought in the way that costs less
public record StoreSettings(
    int indexTailMax,
    int readsWaitingMax,
    int redoFileBytes,
    long walBytesReserved,
    int blockRequests,
    long settleNanos,
    int rowsPerConversation) {
  private static final int BLOCK_REQUESTS = 4_096;
  private static final int REDO_FILE_BYTES = 64 << 10;
  private static final int ROWS_PER_CONVERSATION = 1_000;

  public StoreSettings {
    Check.that(indexTailMax >= 4, "indexTailMax %d is below 4", indexTailMax);
    Check.that(readsWaitingMax >= 1, "readsWaitingMax %d", readsWaitingMax);
    Check.that(
        redoFileBytes == 0 || redoFileBytes >= RedoFile.HEAD_BYTES,
        "redoFileBytes %d",
        redoFileBytes);
    Check.that(blockRequests >= 1, "blockRequests %d", blockRequests);
    Check.that(settleNanos >= 0, "settleNanos %d", settleNanos);
    Check.that(rowsPerConversation >= 0, "rowsPerConversation %d", rowsPerConversation);
  }

  /// For who writes little: each step is a transaction of its own.
  public StoreSettings(int indexTailMax, int readsWaitingMax, int redoFileBytes) {
    this(indexTailMax, readsWaitingMax, redoFileBytes, 0, BLOCK_REQUESTS, 0, ROWS_PER_CONVERSATION);
  }

  public static StoreSettings defaults() {
    return new StoreSettings(65_536, 1_024, REDO_FILE_BYTES);
  }

  /// The same with other blocks of requests.
  StoreSettings blocksOf(int requests) {
    return new StoreSettings(
        indexTailMax,
        readsWaitingMax,
        redoFileBytes,
        walBytesReserved,
        requests,
        settleNanos,
        rowsPerConversation);
  }

  /// The same with a write-ahead log of this length.
  public StoreSettings reserving(long walBytes) {
    return new StoreSettings(
        indexTailMax,
        readsWaitingMax,
        redoFileBytes,
        walBytes,
        blockRequests,
        settleNanos,
        rowsPerConversation);
  }

  /// The same with transactions that stay open so long.
  public StoreSettings settling(Duration after) {
    return new StoreSettings(
        indexTailMax,
        readsWaitingMax,
        redoFileBytes,
        walBytesReserved,
        blockRequests,
        after.toNanos(),
        rowsPerConversation);
  }

  /// The same where a look into a conversation costs so much.
  StoreSettings lookingFor(int rows) {
    return new StoreSettings(
        indexTailMax,
        readsWaitingMax,
        redoFileBytes,
        walBytesReserved,
        blockRequests,
        settleNanos,
        rows);
  }
}
