package holdfast.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/// Runs the demo and keeps what it printed: with its times, as an asciicast (version 2), and as the
/// text in the README. Nothing is added but the command at its head.
///
/// Arguments: the project's folder, and where the asciicast goes.
final class DemoRecording {
  private static final String COMMAND = "./setup_distributed.sh demo";
  private static final String BEGIN = "<!-- recorded session: begin -->\n";
  private static final String END = "<!-- recorded session: end -->";
  private static final int ROWS = 30;
  private static final int COLUMNS_MIN = 80;
  private static final JsonMapper JSON = new JsonMapper();

  /// @param seconds since the beginning
  private record Line(double seconds, String text) {}

  private DemoRecording() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path project = Path.of(arguments[0]).toAbsolutePath().normalize();
    List<Line> lines = run(project);
    Files.writeString(Path.of(arguments[1]), asciicast(lines));
    Path readme = project.resolve("README.md");
    Files.writeString(readme, replaced(Files.readString(readme), lines));
  }

  private static List<Line> run(Path project) throws IOException, InterruptedException {
    List<Line> lines = new ArrayList<>();
    Process demo =
        new ProcessBuilder(COMMAND.split(" "))
            .directory(project.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    demo.getOutputStream().close();
    Runtime.getRuntime().addShutdownHook(new Thread(demo::destroy));
    long begun = System.nanoTime();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(new Line((System.nanoTime() - begun) / 1e9, line));
        System.out.println(line);
      }
    }
    if (demo.waitFor() != 0) {
      throw new IOException("the demo ended with " + demo.exitValue());
    }
    return lines;
  }

  private static String asciicast(List<Line> lines) {
    int columns = lines.stream().mapToInt(line -> line.text().length()).max().orElse(COLUMNS_MIN);
    StringBuilder cast = new StringBuilder();
    cast.append(
        "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": \"%s\"}\n"
            .formatted(Math.max(COLUMNS_MIN, columns), ROWS, COMMAND));
    cast.append(event(0, "$ " + COMMAND));
    lines.forEach(line -> cast.append(event(line.seconds(), line.text())));
    return cast.toString();
  }

  private static String event(double seconds, String text) {
    return String.format(
        Locale.ROOT, "[%.3f, \"o\", %s]\n", seconds, JSON.writeValueAsString(text + "\r\n"));
  }

  private static String replaced(String readme, List<Line> lines) {
    int from = readme.indexOf(BEGIN) + BEGIN.length();
    int to = readme.indexOf(END);
    String text = String.join("\n", lines.stream().map(Line::text).toList()).strip();
    return readme.substring(0, from)
        + "```\n$ "
        + COMMAND
        + "\n\n"
        + text
        + "\n```\n"
        + readme.substring(to);
  }
}
