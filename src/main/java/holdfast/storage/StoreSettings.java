package holdfast.storage;

import holdfast.check.Check;

/// The store's bounds that an operator may set.
///
/// @param indexTailMax rows (messages and read marks) that may wait in memory to be merged into the
///   index, `index.tail.max`; at the limit the writer waits for the merge. A single transaction may
///   exceed it by its own rows
/// @param readsWaitingMax reads that may wait for a free reader; beyond, they are rejected
/// @param walBytesReserved how long the write-ahead log is made at the start: a sync that only
///   overwrites takes about half as long as one that makes the file longer. 0: it grows
/// @param blockRequests remembered requests that are put into the index as one block
public record StoreSettings(
    int indexTailMax, int readsWaitingMax, long walBytesReserved, int blockRequests) {
  private static final int BLOCK_REQUESTS = 4_096;

  public StoreSettings {
    Check.that(indexTailMax >= 4, "indexTailMax %d is below 4", indexTailMax);
    Check.that(readsWaitingMax >= 1, "readsWaitingMax %d", readsWaitingMax);
    Check.that(blockRequests >= 1, "blockRequests %d", blockRequests);
  }

  public StoreSettings(int indexTailMax, int readsWaitingMax, long walBytesReserved) {
    this(indexTailMax, readsWaitingMax, walBytesReserved, BLOCK_REQUESTS);
  }

  public static StoreSettings defaults() {
    return new StoreSettings(65_536, 1_024, 0);
  }
}
