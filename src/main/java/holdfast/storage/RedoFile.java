package holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// What one of the two files of a redo log holds: a head of 32 bytes (a name, the salt, the number
/// of the first record, CRC-32C of these), and records one behind the other, up to where the last
/// use of the file, or its zeros, show.
///
/// @param firstSequence of the first record, whether there is one or not
/// @param records whole ones from the beginning on
/// @param beyondDamage the greatest number of a record that stands whole behind one that does not;
///   0: none. A crash cannot do that, since each record is on disk before the next is written
record RedoFile(long firstSequence, List<RedoRecord> records, long beyondDamage) {
  static final int HEAD_BYTES = 32;

  private static final byte[] NAME = "HFREDO01".getBytes(StandardCharsets.US_ASCII);
  private static final int SALT_AT = NAME.length;
  private static final int SEQUENCE_AT = SALT_AT + Long.BYTES;
  private static final int CHECKSUM_AT = SEQUENCE_AT + Long.BYTES;

  /// A file is taken for damaged only if a record behind the damage is not further on than this.
  private static final long SEQUENCE_STEP_MAX = 1 << 24;

  /// Looking for records behind damage ends when so many times the file was summed up: clients may
  /// send what looks like the heads of long ones.
  private static final int LOOKED_AT_FACTOR = 16;

  RedoFile {
    records = List.copyOf(records);
  }

  /// Puts the head of a file whose first record will be `firstSequence`.
  static void putHead(ByteBuffer target, long salt, long firstSequence) {
    int start = target.position();
    target.put(NAME).putLong(salt).putLong(firstSequence);
    target.putLong(checksum(target, start));
  }

  /// The number of the last record; without any, the one before the first.
  long lastSequence() {
    return records.isEmpty() ? firstSequence - 1 : records.getLast().sequence();
  }

  /// Reads `file`. Empty: it was never used.
  ///
  /// @throws DiskFailedException it is missing, or its head is damaged
  static Optional<RedoFile> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new DiskFailedException(file, "it is missing");
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (isZero(bytes)) {
      return Optional.empty();
    }
    boolean whole =
        bytes.limit() >= HEAD_BYTES
            && bytes.slice(0, NAME.length).equals(ByteBuffer.wrap(NAME))
            && bytes.getLong(CHECKSUM_AT) == checksum(bytes, 0);
    if (!whole) {
      throw new DiskFailedException(file, "its head is damaged");
    }
    return Optional.of(records(bytes));
  }

  private static boolean isZero(ByteBuffer bytes) {
    for (int at = 0; at < Math.min(HEAD_BYTES, bytes.limit()); at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static RedoFile records(ByteBuffer bytes) {
    long salt = bytes.getLong(SALT_AT);
    long first = bytes.getLong(SEQUENCE_AT);
    List<RedoRecord> records = new ArrayList<>();
    bytes.position(HEAD_BYTES);
    long before = first - 1;
    while (follows(RedoRecord.sequenceAt(bytes, bytes.position(), salt), before)) {
      RedoRecord record = RedoRecord.take(bytes);
      records.add(record);
      before = record.sequence();
    }
    return new RedoFile(first, records, greatestBehind(bytes, salt, before));
  }

  private static boolean follows(Optional<Long> sequence, long before) {
    return sequence.isPresent()
        && sequence.get() > before
        && sequence.get() - before < SEQUENCE_STEP_MAX;
  }

  private static long greatestBehind(ByteBuffer bytes, long salt, long before) {
    long greatest = 0;
    int last = bytes.limit() - RedoRecord.HEAD_BYTES;
    long left = (long) LOOKED_AT_FACTOR * bytes.limit();
    for (int at = bytes.position() + 1; at <= last && left > 0; at++) {
      // Cheap to look at, and seldom plausible by chance; only then the checksum is worth its time.
      long plausible = bytes.getLong(at + 2 * Integer.BYTES) - before;
      if (plausible > 0 && plausible < SEQUENCE_STEP_MAX) {
        greatest = Math.max(greatest, RedoRecord.sequenceAt(bytes, at, salt).orElse(0L));
        left -= Math.clamp(bytes.getInt(at), 0, bytes.limit());
      }
    }
    return greatest;
  }

  private static long checksum(ByteBuffer head, int start) {
    CRC32C crc = new CRC32C();
    crc.update(head.duplicate().clear().limit(start + CHECKSUM_AT).position(start));
    return crc.getValue();
  }
}
