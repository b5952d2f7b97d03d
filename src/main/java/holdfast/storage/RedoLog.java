package holdfast.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest changes of log and hard state, in two files of fixed length beside the database, each
/// on disk before anything is said that rests on it: so the database's own transactions may be
/// larger, and be synced later by another thread (DESIGN, Storage; ADR 3). A redo log as databases
/// have it: after a crash what the database lacks is done again from here.
///
/// The files are written in turn. One is begun anew only when all its records are durable in the
/// database. Only what was there before is written over, so that a sync need not make anything else
/// durable.
///
/// `covered` is for any thread, the rest for the replica thread.
final class RedoLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedoLog.class);
  private static final List<String> FILES = List.of("redo-1", "redo-2");

  /// One part in so many of what is free may be taken.
  private static final int SHARE_MAX = 8;

  /// With less than this left on the disk, a write that fails does so for want of room.
  private static final long ROOM_MIN_BYTES = 1 << 20;

  /// A page: written in larger pieces, a file is cached in larger pieces, and changing one byte
  /// then writes all of a piece back.
  private static final int FILL_BYTES = 4_096;

  /// One of the two files, and the last record in it.
  private static final class Slot {
    final Path path;

    /// Opened so that a write returns when it is on disk (O_DSYNC): one system call for both. Not a
    /// channel, which an interrupt would close.
    final RandomAccessFile file;

    long salt;
    long lastSequence;

    Slot(Path path) throws IOException {
      this.path = path;
      file = new RandomAccessFile(path.toFile(), "rwd");
    }
  }

  private final List<Slot> slots;
  private final int fileBytes;
  private final SecureRandom random = new SecureRandom();
  private int current;
  private int position;
  private long written;
  private final AtomicLong covered;

  private RedoLog(List<Slot> slots, int fileBytes, long sequence) {
    this.slots = slots;
    this.fileBytes = fileBytes;
    written = sequence;
    covered = new AtomicLong(sequence);
  }

  /// The files, there or not. The first is the one that is used first.
  static List<Path> files(Path directory) {
    return FILES.stream().map(directory::resolve).toList();
  }

  /// Begins the log of a database that holds everything up to record `sequence`; whatever the files
  /// held is gone. Empty: there is no room for them.
  ///
  /// @param fileBytes of each file
  static Optional<RedoLog> begin(DataDirectory data, int fileBytes, long sequence)
      throws IOException {
    List<Slot> slots = new ArrayList<>();
    try {
      for (Path path : files(data.directory())) {
        DataDirectory.create(path);
        if (!filled(path, fileBytes)) {
          close(slots);
          return Optional.empty();
        }
        slots.add(new Slot(path));
      }
      data.sync();
      RedoLog log = new RedoLog(slots, fileBytes, sequence);
      for (Slot slot : slots) {
        slot.file.write(new byte[RedoFile.HEAD_BYTES]);
      }
      byte[] head = new byte[RedoFile.HEAD_BYTES];
      log.putHead(ByteBuffer.wrap(head), slots.getFirst(), sequence + 1);
      slots.getFirst().file.seek(0);
      slots.getFirst().file.write(head);
      log.position = RedoFile.HEAD_BYTES;
      return Optional.of(log);
    } catch (IOException e) {
      close(slots);
      if (hasRoom(data.directory())) {
        throw e;
      }
      LOG.warn("no room for a redo log, each write waits for the database: {}", e.toString());
      return Optional.empty();
    }
  }

  /// Sees to it that the file is so long, and that the disk has all of it. False: there is no room
  /// for it, or no telling whether there is.
  private static boolean filled(Path path, int bytes) {
    try {
      if (Files.size(path) == bytes) {
        return true;
      }
      if (Files.getFileStore(path).getUsableSpace() / SHARE_MAX >= bytes) {
        fill(path, bytes);
        return true;
      }
      LOG.warn("too little room for {}: each write waits for the database, which is slower", path);
    } catch (IOException e) {
      LOG.warn(
          "without {} each write waits for the database, which is slower: {}", path, e.toString());
    }
    return false;
  }

  private static void fill(Path path, int bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(0);
      byte[] zeros = new byte[FILL_BYTES];
      for (int at = 0; at < bytes; at += zeros.length) {
        file.write(zeros, 0, Math.min(zeros.length, bytes - at));
      }
      file.getFD().sync();
    }
  }

  /// The number of the last record written; before the first, that of the database.
  long written() {
    return written;
  }

  /// Everything up to the record `sequence` is durable in the database.
  void covered(long sequence) {
    covered.accumulateAndGet(sequence, Math::max);
  }

  /// Writes a record and waits until it is on disk. False: there is no room, neither in the file
  /// that is being filled, nor is the other one free yet; or the disk is full. Then only the
  /// database itself can make the change durable.
  ///
  /// @param record with a number greater than that of any before
  boolean append(RedoRecord record) {
    int bytes = record.bytes();
    if (bytes > fileBytes - RedoFile.HEAD_BYTES) {
      return false;
    }
    boolean next = position + bytes > fileBytes;
    int target = next ? (current + 1) % slots.size() : current;
    Slot slot = slots.get(target);
    if (next && slot.lastSequence > covered.get()) {
      return false;
    }
    byte[] piece = new byte[next ? RedoFile.HEAD_BYTES + bytes : bytes];
    ByteBuffer filling = ByteBuffer.wrap(piece);
    if (next) {
      putHead(filling, slot, record.sequence());
    }
    record.put(filling, slot.salt);
    int at = next ? 0 : position;
    if (!write(slot, at, piece)) {
      return false;
    }
    current = target;
    position = at + piece.length;
    slot.lastSequence = record.sequence();
    written = record.sequence();
    return true;
  }

  /// Puts the head that begins a file anew.
  private void putHead(ByteBuffer target, Slot slot, long firstSequence) {
    slot.salt = random.nextLong();
    RedoFile.putHead(target, slot.salt, firstSequence);
  }

  private static boolean write(Slot slot, int at, byte[] piece) {
    try {
      slot.file.seek(at);
      slot.file.write(piece);
      return true;
    } catch (IOException e) {
      if (hasRoom(slot.path)) {
        throw new DiskFailedException(slot.path + " cannot be written: " + e.getMessage(), e);
      }
      return false;
    }
  }

  /// Whether a write cannot have failed because the disk is full.
  private static boolean hasRoom(Path path) {
    try {
      return Files.getFileStore(path).getUsableSpace() > ROOM_MIN_BYTES;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    close(slots);
  }

  private static void close(List<Slot> slots) throws IOException {
    for (Slot slot : slots) {
      slot.file.close();
    }
  }
}
