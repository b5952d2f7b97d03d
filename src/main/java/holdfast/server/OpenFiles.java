package holdfast.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many files the system lets this process have open, connections included. Clients do not get
/// all of them: a server without any left could neither take a peer's link nor read its database.
final class OpenFiles {
  private static final Logger log = LoggerFactory.getLogger(OpenFiles.class);

  /// Files that are not a client's connection: databases and their readers, the redo log,
  /// snapshots, peers' links, and the connections that are being turned away.
  static final int RESERVED = 512;

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern SOFT = Pattern.compile("Max open files\\s+(\\d{1,9})\\s.*");

  private OpenFiles() {}

  /// So many client connections at once leave enough for the rest: `wanted`, or fewer, which is
  /// logged.
  static int connectionsMax(int wanted) {
    int limit = limit().orElse(Integer.MAX_VALUE);
    int most = Math.min(wanted, besidesReserved(limit));
    if (most < wanted) {
      log.warn(
          "takes at most {} client connections, not {} (connections.max), as this process may open"
              + " {} files: raise `ulimit -n`, or lower connections.max",
          most,
          wanted,
          limit);
    }
    return most;
  }

  /// Where there are so few that the reserve would leave clients less, half; below some 600 those
  /// that are turned away may then take what a server needs, for as long as they take to leave.
  static int besidesReserved(int limit) {
    return Math.max(limit / 2, limit - RESERVED);
  }

  private static OptionalInt limit() {
    if (!Files.isReadable(LIMITS)) {
      return OptionalInt.empty();
    }
    try {
      return softLimit(Files.readAllLines(LIMITS));
    } catch (IOException e) {
      log.debug("{} cannot be read: {}", LIMITS, e.getMessage());
      return OptionalInt.empty();
    }
  }

  /// What these lines of Linux say is in force; empty: nothing bounds it.
  static OptionalInt softLimit(List<String> lines) {
    return lines.stream()
        .map(SOFT::matcher)
        .filter(Matcher::matches)
        .mapToInt(line -> Integer.parseInt(line.group(1)))
        .findFirst();
  }
}
