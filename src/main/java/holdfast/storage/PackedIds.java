package holdfast.storage;

import java.nio.ByteBuffer;
import java.util.List;

/// The ids of consecutive messages of one conversation, as a row of the index holds them: eight
/// bytes each, big-endian, the first one's seq beside them. A conversation's rows follow each other
/// without a gap and are never changed.
final class PackedIds {
  /// Ids of one row at most: what a look-up of one of them has to read.
  static final int IDS_MAX = 128;

  private PackedIds() {}

  /// `count` ids from `ids[from]` on.
  static byte[] pack(long[] ids, int from, int count) {
    ByteBuffer packed = ByteBuffer.allocate(count * Long.BYTES);
    for (int i = from; i < from + count; i++) {
      packed.putLong(ids[i]);
    }
    return packed.array();
  }

  /// Adds to `found` the ids of those of the messages `from` to `to` (seqs) that are in the row
  /// which begins with `firstSeq`.
  static void unpack(byte[] packed, long firstSeq, long from, long to, List<Long> found) {
    ByteBuffer ids = ByteBuffer.wrap(packed);
    long lastSeq = firstSeq + packed.length / Long.BYTES - 1;
    for (long seq = Math.max(from, firstSeq); seq <= Math.min(to, lastSeq); seq++) {
      found.add(ids.getLong((int) (seq - firstSeq) * Long.BYTES));
    }
  }
}
