package holdfast.server;

import holdfast.wire.Vitals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How this server is, for STATUS: since when it runs, and how full its disk is. Looked at now and
/// then only. Owned by the replica thread.
final class VitalSigns {
  /// Between two looks at the disk.
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Logger log = LoggerFactory.getLogger(VitalSigns.class);

  private final Path directory;
  private final long upSince = System.currentTimeMillis();
  private Vitals last;
  private long lookedNanos = System.nanoTime();

  VitalSigns(Path directory) {
    this.directory = directory;
    this.last = look();
  }

  Vitals now() {
    if (System.nanoTime() - lookedNanos >= EVERY_NANOS) {
      lookedNanos = System.nanoTime();
      last = look();
    }
    return last;
  }

  private Vitals look() {
    try {
      return new Vitals(upSince, used(), Files.getFileStore(directory).getUsableSpace());
    } catch (IOException e) {
      // A figure for people: nothing depends on it.
      log.debug("the disk does not say how full it is: {}", e.toString());
      return new Vitals(upSince, 0, 0);
    }
  }

  private long used() throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files = listed.toList();
    }
    long bytes = 0;
    for (Path file : files) {
      // One that has gone since counts as empty.
      bytes += file.toFile().length();
    }
    return bytes;
  }
}
