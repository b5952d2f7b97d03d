package holdfast.operate;

import holdfast.storage.CopiedState;
import holdfast.storage.StoreException;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/// Fetches a copy of a running server's database into a file here: verified, on disk, and only then
/// under its name. It holds password hashes, so it is for its owner only.
public final class BackupFetch {
  /// How long a server may take to make the copy: it does so slowly on purpose.
  private static final Duration COPY_MAX = Duration.ofHours(6);

  private static final Duration PIECE_MAX = Duration.ofSeconds(30);

  /// Pieces asked for and not yet there.
  private static final int WINDOW_PIECES = 4;

  private final AdminLink link;
  private final OkPayload.BackupMade made;
  private final MessageDigest sha;

  private BackupFetch(AdminLink link, OkPayload.BackupMade made) {
    this.link = link;
    this.made = made;
    try {
      this.sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Has a copy made and fetches it to `target`, which must not exist.
  ///
  /// @param progress told the percentage now and then
  public static CopiedState run(AdminLink link, Path target, LongConsumer progress)
      throws AdminException, IOException, StoreException {
    if (Files.exists(target)) {
      throw new IOException(target + " is there already: choose another name");
    }
    OkPayload.BackupMade made =
        link.ask(
            header -> new ClientRequest.BackupDatabase(header, Optional.empty()),
            OkPayload.BackupMade.class,
            COPY_MAX);
    Path draft = target.resolveSibling(target.getFileName() + ".part");
    Files.deleteIfExists(draft);
    try {
      new BackupFetch(link, made).fetch(draft, progress);
      CopiedState state = CopiedState.verified(draft);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(target);
      return new CopiedState(
          target,
          state.clusterId(),
          state.position(),
          state.time(),
          state.accounts(),
          state.messages());
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private void fetch(Path draft, LongConsumer progress) throws AdminException, IOException {
    try (FileChannel out =
        FileChannel.open(
            draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
      ArrayDeque<String> asked = new ArrayDeque<>();
      // How long a piece is the server says with the first one, which is then read again.
      long piece = await(send(0), 0).length;
      long got = 0;
      long next = 0;
      while (got < made.bytes()) {
        while (asked.size() < WINDOW_PIECES && next < made.bytes()) {
          asked.addLast(send(next));
          next += piece;
        }
        byte[] data = await(asked.removeFirst(), got);
        // Every piece but the last has the length of the first; anything else is not understood.
        if (data.length == 0 || (data.length != piece && got + data.length != made.bytes())) {
          throw new IOException("the server sent a piece of another length than the first");
        }
        out.write(ByteBuffer.wrap(data));
        sha.update(data);
        got += data.length;
        progress.accept(100 * got / made.bytes());
      }
      out.force(true);
    }
    String digest = HexFormat.of().formatHex(sha.digest());
    if (!digest.equals(made.digest())) {
      throw new IOException("the copy arrived damaged (digest): fetch it again");
    }
  }

  private String send(long offset) throws IOException {
    return link.send(header -> new ClientRequest.BackupDatabase(header, Optional.of(offset)));
  }

  private byte[] await(String id, long offset) throws AdminException, IOException {
    OkPayload.BackupPiece piece = link.await(id, OkPayload.BackupPiece.class, PIECE_MAX);
    if (piece.offset() != offset) {
      throw new IOException("the server sent another piece than the one asked for");
    }
    try {
      return Base64.getDecoder().decode(piece.data());
    } catch (IllegalArgumentException e) {
      throw new IOException("the server sent a piece that is not base64", e);
    }
  }

  private static void syncFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
