package holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// Looks into the heap of a server of this user, by the JDK's own tool. Not into this process's: it
/// stands still while the tool writes, and would have to read.
final class HeapProbe {
  private HeapProbe() {}

  /// Bytes of the objects that are in use, after a full collection; empty if that cannot be had.
  static OptionalLong liveBytes(long pid) throws InterruptedException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(tool)) {
      return OptionalLong.empty();
    }
    try {
      Process process =
          new ProcessBuilder(tool.toString(), Long.toString(pid), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      List<String> lines = process.inputReader().lines().toList();
      return process.waitFor() == 0 ? total(lines) : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /// The last line is `Total`, the number of objects, and their bytes.
  static OptionalLong total(List<String> lines) {
    String[] last = lines.isEmpty() ? new String[0] : lines.getLast().strip().split(" +", -1);
    return last.length == 3 && last[0].equals("Total")
        ? OptionalLong.of(Long.parseLong(last[2]))
        : OptionalLong.empty();
  }
}
