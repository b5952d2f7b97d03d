package holdfast.storage;

import java.nio.file.Path;
import java.util.Optional;

/// The disk or a file on it failed. What was written before may be lost without a trace, so the
/// server must exit at once: it must neither try again nor acknowledge anything more (DESIGN
/// 10.20).
public final class DiskFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Path> damagedFile;

  /// The disk did not do what it was asked.
  DiskFailedException(String message, Throwable cause) {
    super(message, cause);
    damagedFile = Optional.empty();
  }

  /// The file's content is at fault, rather than the disk's answer.
  DiskFailedException(Path file, String message, Throwable cause) {
    super(message, cause);
    damagedFile = Optional.of(file);
  }

  /// The same, found by looking at the content.
  DiskFailedException(Path file, String message) {
    super(file + ": " + message);
    damagedFile = Optional.of(file);
  }

  /// The file whose content is damaged, if that is what happened.
  Optional<Path> damagedFile() {
    return damagedFile;
  }
}
