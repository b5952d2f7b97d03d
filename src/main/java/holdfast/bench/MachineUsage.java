package holdfast.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What all processes of this machine have used so far, as Linux counts it.
///
/// @param busyMicros processor time
/// @param loopbackBytes over the loopback device, with all headers
/// @param diskFlushes times a disk was told to make what it holds durable; syncs that come together
///   are one
record MachineUsage(long busyMicros, long loopbackBytes, long diskFlushes) {
  private static final Path PROC = Path.of("/proc");

  /// Devices that are no disk, or stand for others that are counted.
  private static final Set<String> NO_DISKS = Set.of("loop", "ram", "zram", "dm-", "md", "sr");

  /// Where a line of /proc/diskstats counts flushes, since Linux 5.5.
  private static final int FLUSHES_FIELD = 18;

  /// Empty if this is not Linux.
  static Optional<MachineUsage> now() {
    try {
      return Optional.of(
          new MachineUsage(
              busyMicros(lines("stat").getFirst()),
              loopbackBytes(lines("net/dev")),
              diskFlushes(lines("diskstats"))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(PROC.resolve(file), StandardCharsets.ISO_8859_1);
  }

  private static String[] fields(String line) {
    return line.strip().split("[ :]+", -1);
  }

  /// cpu user nice system idle iowait irq softirq steal …
  static long busyMicros(String line) {
    String[] fields = fields(line);
    long ticks = 0;
    for (int field : new int[] {1, 2, 3, 6, 7}) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks * ProcessUsage.TICK_MICROS;
  }

  static long loopbackBytes(List<String> lines) {
    return lines.stream()
        .map(MachineUsage::fields)
        .filter(fields -> fields[0].equals("lo"))
        .mapToLong(fields -> Long.parseLong(fields[1]))
        .sum();
  }

  /// A partition's flushes are counted at its disk.
  static long diskFlushes(List<String> lines) {
    return lines.stream()
        .map(MachineUsage::fields)
        .filter(fields -> fields.length > FLUSHES_FIELD)
        .filter(fields -> NO_DISKS.stream().noneMatch(fields[2]::startsWith))
        .mapToLong(fields -> Long.parseLong(fields[FLUSHES_FIELD]))
        .sum();
  }

  MachineUsage since(MachineUsage before) {
    return new MachineUsage(
        busyMicros - before.busyMicros,
        loopbackBytes - before.loopbackBytes,
        diskFlushes - before.diskFlushes);
  }
}
