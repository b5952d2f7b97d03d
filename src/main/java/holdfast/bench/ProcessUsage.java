package holdfast.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a process has used so far, as Linux counts it.
///
/// @param userMicros processor time in the program
/// @param systemMicros processor time in the kernel on its behalf
/// @param residentBytes memory now
/// @param residentMaxBytes the most memory it ever had
/// @param writtenBytes sent to storage
record ProcessUsage(
    long userMicros,
    long systemMicros,
    long residentBytes,
    long residentMaxBytes,
    long writtenBytes) {
  /// The kernel's unit for processor times (USER_HZ), the same on every Linux of today.
  static final long TICK_MICROS = 10_000;

  private static final long KIB = 1_024;
  private static final Path PROC = Path.of("/proc");

  /// Of a process of this user; empty if it is not there, or if this is not Linux.
  static Optional<ProcessUsage> of(long pid) {
    Path folder = PROC.resolve(Long.toString(pid));
    try {
      return Optional.of(
          parse(
              Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1),
              Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1),
              Files.readAllLines(folder.resolve("io"), StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static ProcessUsage parse(String stat, List<String> status, List<String> io) {
    // The second field, the program's name in brackets, may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return new ProcessUsage(
        Long.parseLong(fields[11]) * TICK_MICROS,
        Long.parseLong(fields[12]) * TICK_MICROS,
        value(status, "VmRSS:") * KIB,
        value(status, "VmHWM:") * KIB,
        value(io, "write_bytes:"));
  }

  private static long value(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
      }
    }
    return 0;
  }

  long micros() {
    return userMicros + systemMicros;
  }

  /// What was used since `before`; memory as it is.
  ProcessUsage since(ProcessUsage before) {
    return new ProcessUsage(
        userMicros - before.userMicros,
        systemMicros - before.systemMicros,
        residentBytes,
        residentMaxBytes,
        writtenBytes - before.writtenBytes);
  }
}
