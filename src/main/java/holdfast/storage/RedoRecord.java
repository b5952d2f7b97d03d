package holdfast.storage;

import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.ServerId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What one synced step changed of log and hard state, as the redo log keeps it: the length of what
/// follows the checksum (4 bytes), the checksum (CRC-32C, 4), the sequence number (8), whether a
/// hard state follows (1; its term 8, its vote 4, 0 for none), the number of entries (4), the first
/// one's index (8), and of each its term (8), length (4) and bytes. The checksum begins with the
/// file's salt, so that what an earlier use of the file left is never taken for a record of this
/// one.
///
/// @param sequence counts records; no number is used twice, some are left out
/// @param entries which follow each other; the log is truncated where they begin
record RedoRecord(long sequence, Optional<HardState> hardState, List<LogEntry> entries) {
  /// Of length, checksum and sequence number.
  static final int HEAD_BYTES = 2 * Integer.BYTES + Long.BYTES;

  private static final int CHECKED_FROM = 2 * Integer.BYTES;
  private static final int HARD_STATE_BYTES = Long.BYTES + Integer.BYTES;
  private static final int ENTRY_BYTES = Long.BYTES + Integer.BYTES;

  RedoRecord {
    entries = List.copyOf(entries);
  }

  /// How long the record is in a file.
  int bytes() {
    int bytes = HEAD_BYTES + 1 + (hardState.isPresent() ? HARD_STATE_BYTES : 0) + Integer.BYTES;
    if (!entries.isEmpty()) {
      bytes += Long.BYTES;
    }
    for (LogEntry entry : entries) {
      bytes += ENTRY_BYTES + entry.command().length;
    }
    return bytes;
  }

  /// Puts the record where `target` stands, for a file of this salt.
  void put(ByteBuffer target, long salt) {
    int start = target.position();
    target.putInt(bytes() - CHECKED_FROM).putInt(0).putLong(sequence);
    target.put((byte) (hardState.isPresent() ? 1 : 0));
    hardState.ifPresent(
        state -> target.putLong(state.term()).putInt(state.vote().map(ServerId::value).orElse(0)));
    target.putInt(entries.size());
    if (!entries.isEmpty()) {
      target.putLong(entries.getFirst().index());
    }
    for (LogEntry entry : entries) {
      target.putLong(entry.term()).putInt(entry.command().length).put(entry.command());
    }
    int checksum = checksum(target, start + CHECKED_FROM, target.position(), salt);
    target.putInt(start + Integer.BYTES, checksum);
  }

  /// The sequence number of the record at `at`, if a whole one stands there.
  static Optional<Long> sequenceAt(ByteBuffer source, int at, long salt) {
    int left = source.limit() - at;
    if (left < HEAD_BYTES) {
      return Optional.empty();
    }
    int checked = source.getInt(at);
    if (checked < HEAD_BYTES - CHECKED_FROM + 1 || checked > left - CHECKED_FROM) {
      return Optional.empty();
    }
    int from = at + CHECKED_FROM;
    return isFormed(source, from, from + checked)
            && source.getInt(at + Integer.BYTES) == checksum(source, from, from + checked, salt)
        ? Optional.of(source.getLong(from))
        : Optional.empty();
  }

  /// Whether these bytes could be what a checksum is made of: quicker to see than that.
  private static boolean isFormed(ByteBuffer source, int from, int to) {
    int at = from + Long.BYTES;
    byte hardState = source.get(at);
    at += 1 + (hardState == 1 ? HARD_STATE_BYTES : 0);
    if (hardState < 0 || hardState > 1 || to - at < Integer.BYTES) {
      return false;
    }
    int count = source.getInt(at);
    at += Integer.BYTES + (count == 0 ? 0 : Long.BYTES);
    for (int i = 0; i < count; i++) {
      if (to - at < ENTRY_BYTES) {
        return false;
      }
      int length = source.getInt(at + Long.BYTES);
      if (length < 0 || length > to - at - ENTRY_BYTES) {
        return false;
      }
      at += ENTRY_BYTES + length;
    }
    return at == to;
  }

  /// The record where `source` stands, which must be a whole one; leaves it behind that.
  static RedoRecord take(ByteBuffer source) {
    source.position(source.position() + CHECKED_FROM);
    long sequence = source.getLong();
    Optional<HardState> hardState = Optional.empty();
    if (source.get() == 1) {
      long term = source.getLong();
      int vote = source.getInt();
      hardState =
          Optional.of(
              new HardState(term, vote == 0 ? Optional.empty() : Optional.of(new ServerId(vote))));
    }
    List<LogEntry> entries = new ArrayList<>();
    int count = source.getInt();
    long firstIndex = count == 0 ? 0 : source.getLong();
    for (int i = 0; i < count; i++) {
      long term = source.getLong();
      byte[] command = new byte[source.getInt()];
      source.get(command);
      entries.add(new LogEntry(firstIndex + i, term, command));
    }
    return new RedoRecord(sequence, hardState, entries);
  }

  private static int checksum(ByteBuffer bytes, int from, int to, long salt) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(salt).flip());
    crc.update(bytes.duplicate().clear().limit(to).position(from));
    return (int) crc.getValue();
  }
}
