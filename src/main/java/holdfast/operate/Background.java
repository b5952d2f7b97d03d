package holdfast.operate;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Starts servers that outlive the command that started them. Their output goes to
/// `server-N/server.log`.
public final class Background {
  /// A log longer than this, in bytes, is put aside (as server.log.1) before the next start.
  private static final long LOG_BYTES_MAX = 64L << 20;

  /// How much of a log's end is read to say why a server ended, in bytes.
  private static final int TAIL_BYTES_MAX = 16 << 10;

  /// A server just started.
  ///
  /// @param logStart where in its log this run begins, in bytes
  public record Started(ServerId id, Process process, Path log, long logStart) {
    /// The last lines this run wrote.
    public List<String> lastLines(int count) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
        long from = Math.max(logStart, file.length() - TAIL_BYTES_MAX);
        byte[] tail = new byte[Math.toIntExact(file.length() - from)];
        file.seek(from);
        file.readFully(tail);
        List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
      }
    }
  }

  private Background() {}

  /// Starts server `id` of the file, with `sets` overriding it.
  public static Started start(ServerConfig config, ServerId id, List<String> sets)
      throws IOException {
    return start(config, id, List.of("server", id.toString()), sets);
  }

  /// Starts `member`, which the file does not know, and has `seed`'s cluster take it in, or come
  /// back.
  public static Started join(ServerConfig config, Member member, Member seed, List<String> sets)
      throws IOException {
    List<String> words =
        List.of(
            "join",
            "--id",
            member.id().toString(),
            "--host",
            member.host(),
            "--client-port",
            Integer.toString(member.clientPort()),
            "--peer-port",
            Integer.toString(member.peerPort()),
            "--seed",
            (seed.host().contains(":") ? "[" + seed.host() + "]" : seed.host())
                + ":"
                + seed.peerPort());
    return start(config, member.id(), words, sets);
  }

  private static Started start(
      ServerConfig config, ServerId id, List<String> words, List<String> sets) throws IOException {
    Path directory = Files.createDirectories(config.directory(id));
    Path log = directory.resolve("server.log");
    if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
      Files.move(log, directory.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    long logStart = Files.exists(log) ? Files.size(log) : 0;
    List<String> command = new ArrayList<>();
    // A session of its own: neither Ctrl-C nor the end of this terminal reaches it.
    onPath("setsid").ifPresent(setsid -> command.add(setsid.toString()));
    command.addAll(JavaCommand.with(arguments(config, words, sets)));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    PidFile.of(config, id).write(process.toHandle());
    return new Started(id, process, log, logStart);
  }

  private static List<String> arguments(
      ServerConfig config, List<String> words, List<String> sets) {
    List<String> arguments = new ArrayList<>(words);
    arguments.addAll(List.of("--config", config.file().toAbsolutePath().toString()));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return arguments;
  }

  private static Optional<Path> onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
