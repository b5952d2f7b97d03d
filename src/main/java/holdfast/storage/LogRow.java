package holdfast.storage;

import holdfast.check.Check;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/// One row of the log: entries of one term that were appended together, packed so that a batch
/// costs a row and not a row an entry. `entries` is each command's length (4 bytes) and bytes.
///
/// @param checksum CRC-32C over everything else, so that a damaged log is noticed before it is used
record LogRow(long firstIndex, int count, long term, long checksum, byte[] entries) {
  static final int LENGTH_BYTES = 4;

  /// Packs entries that follow each other in one term.
  static LogRow pack(List<LogEntry> entries) {
    int bytes = 0;
    for (LogEntry entry : entries) {
      bytes += LENGTH_BYTES + entry.command().length;
    }
    ByteBuffer packed = ByteBuffer.allocate(bytes);
    for (LogEntry entry : entries) {
      packed.putInt(entry.command().length).put(entry.command());
    }
    long firstIndex = entries.getFirst().index();
    long term = entries.getFirst().term();
    byte[] array = packed.array();
    return new LogRow(
        firstIndex,
        entries.size(),
        term,
        checksumOf(firstIndex, entries.size(), term, array),
        array);
  }

  /// The row that a result stands at, whose columns are those of this record; not verified yet.
  static LogRow read(ResultSet row) throws SQLException {
    return new LogRow(
        row.getLong(1), row.getInt(2), row.getLong(3), row.getLong(4), row.getBytes(5));
  }

  long lastIndex() {
    return firstIndex + count - 1;
  }

  LogPosition last() {
    return new LogPosition(term, lastIndex());
  }

  /// Whether the row is as it was written.
  boolean intact() {
    return checksum == checksumOf(firstIndex, count, term, entries);
  }

  /// Hands over the entries from `fromIndex` on until there are no more or `taker` says false;
  /// returns whether it never did.
  boolean unpack(long fromIndex, Predicate<LogEntry> taker) {
    ByteBuffer packed = ByteBuffer.wrap(entries);
    for (long index = firstIndex; index <= lastIndex(); index++) {
      int length = packed.getInt();
      if (index < fromIndex) {
        packed.position(packed.position() + length);
        continue;
      }
      byte[] command = new byte[length];
      packed.get(command);
      if (!taker.test(new LogEntry(index, term, command))) {
        return false;
      }
    }
    Check.that(!packed.hasRemaining(), "log row %d has bytes left over", firstIndex);
    return true;
  }

  private static long checksumOf(long firstIndex, int count, long term, byte[] entries) {
    CRC32C crc = new CRC32C();
    ByteBuffer head = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES);
    head.putLong(firstIndex).putInt(count).putLong(term).flip();
    crc.update(head);
    crc.update(entries);
    return crc.getValue();
  }
}
