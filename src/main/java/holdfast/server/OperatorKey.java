package holdfast.server;

import holdfast.replication.ServerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What an operator proves to a server: `cluster.secret`, or, in a cluster without one, the key in
/// the server's data directory, which only the user it runs as can read. Whoever can read either
/// could change the data anyhow.
public final class OperatorKey {
  /// In the data directory of a server without a secret.
  private static final String FILE = "admin.key";

  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int FILE_BYTES_MAX = 1_024;

  private final byte[] key;
  private final boolean isSecret;

  private OperatorKey(String text, boolean isSecret) {
    this.isSecret = isSecret;
    key = text.getBytes(StandardCharsets.UTF_8);
  }

  /// The key of server `id`, made if there is none yet. For the server itself.
  static OperatorKey ofServer(ServerConfig config, ServerId id) throws IOException {
    if (config.secret().isPresent()) {
      return new OperatorKey(config.secret().get().text(), true);
    }
    Path file = config.directory(id).resolve(FILE);
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    Path draft = file.resolveSibling(FILE + ".new");
    if (!Files.exists(file)) {
      Files.deleteIfExists(draft);
      create(draft);
      Files.writeString(draft, HexFormat.of().formatHex(random) + "\n");
      Files.move(draft, file);
    }
    return new OperatorKey(read(file), false);
  }

  /// The key of server `id` as an operator's command finds it.
  ///
  /// @throws ConfigException if it cannot be read here
  public static OperatorKey toShow(ServerConfig config, ServerId id) throws ConfigException {
    if (config.secret().isPresent()) {
      return new OperatorKey(config.secret().get().text(), true);
    }
    Path file = config.directory(id).resolve(FILE);
    try {
      return new OperatorKey(read(file), false);
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          file
              + " is not there: without cluster.secret a server makes this key when it starts, and the command must find it; check data.dir, or start the server once");
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be read (" + e + "): run this as the user who runs the server");
    }
  }

  private static String read(Path file) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(file + " is not a key: it is too long");
    }
    return Files.readString(file).strip();
  }

  private static void create(Path file) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      Files.newByteChannel(
              file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)
          .close();
    } catch (FileAlreadyExistsException e) {
      throw new IOException(file + " appeared meanwhile", e);
    }
  }

  /// The proof for server `id` over its `nonce`: HMAC-SHA-256, hex.
  public String proof(String nonce, ServerId id) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      String text = "admin" + nonce + id;
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /// Whether it is the cluster's secret, so that servers may be on other machines.
  boolean isSecret() {
    return isSecret;
  }

  /// Compares in constant time.
  boolean fits(String proof, String nonce, ServerId id) {
    return MessageDigest.isEqual(
        proof.getBytes(StandardCharsets.UTF_8), proof(nonce, id).getBytes(StandardCharsets.UTF_8));
  }
}
