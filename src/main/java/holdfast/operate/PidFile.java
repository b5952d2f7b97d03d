package holdfast.operate;

import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Which process runs a server in the background: `server-N/pid`, written by `up`. Two lines: the
/// process id, and the instant the process started, since ids are given out again.
public final class PidFile {
  /// How far two readings of one process's start may be apart: some systems derive it from a boot
  /// time that moves when the clock is set.
  private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

  private final Path path;
  private final ServerId id;

  private PidFile(Path path, ServerId id) {
    this.path = path;
    this.id = id;
  }

  public static PidFile of(ServerConfig config, ServerId id) {
    return new PidFile(config.directory(id).resolve("pid"), id);
  }

  public Path path() {
    return path;
  }

  public boolean exists() {
    return Files.exists(path);
  }

  /// Records `process`; whole or not at all.
  public void write(ProcessHandle process) throws IOException {
    Path draft = path.resolveSibling("pid.new");
    Instant started = process.info().startInstant().orElse(Instant.now());
    Files.writeString(draft, process.pid() + "\n" + started + "\n");
    Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
  }

  public void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /// The recorded process, if it still runs and is, by start and command line, this server: the
  /// only kind that may be ended.
  public Optional<ProcessHandle> running() throws IOException {
    try {
      List<String> lines = Files.readAllLines(path);
      if (lines.size() < 2) {
        return Optional.empty();
      }
      Instant started = Instant.parse(lines.get(1).strip());
      return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
          .filter(ProcessHandle::isAlive)
          .filter(process -> startedAt(process, started))
          .filter(this::runsThisServer);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new IOException(path + ": not written by Holdfast; remove it");
    }
  }

  private static boolean startedAt(ProcessHandle process, Instant recorded) {
    return process
        .info()
        .startInstant()
        .map(s -> Duration.between(s, recorded).abs().compareTo(START_TOLERANCE) <= 0)
        .orElse(false);
  }

  private boolean runsThisServer(ProcessHandle process) {
    List<String> words =
        process
            .info()
            .arguments()
            .map(Arrays::asList)
            .or(() -> process.info().commandLine().map(line -> Arrays.asList(line.split(" ", -1))))
            .orElse(List.of());
    return isFollowedByOwnId(words, words.indexOf("server"))
        || (words.contains("join") && isFollowedByOwnId(words, words.indexOf("--id")));
  }

  private boolean isFollowedByOwnId(List<String> words, int at) {
    return at > 0
        && at + 1 < words.size()
        && words.get(at + 1).equals(id.toString())
        && words.subList(0, at).stream().anyMatch(word -> word.contains("oldfast"));
  }
}
