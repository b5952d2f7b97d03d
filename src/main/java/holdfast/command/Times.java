package holdfast.command;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times and sizes as operators read them.
final class Times {
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final String[] UNITS = {"B", "K", "M", "G", "T", "P", "E"};
  private static final int UNIT = 1_024;

  private Times() {}

  /// @param ms since the epoch
  static String utc(long ms) {
    return UTC.format(Instant.ofEpochMilli(ms));
  }

  /// The two largest units of a time, like 3d4h; never below nothing.
  static String span(long ms) {
    Duration time = Duration.ofMillis(Math.max(0, ms));
    if (time.toDays() > 0) {
      return time.toDays() + "d" + time.toHoursPart() + "h";
    }
    if (time.toHours() > 0) {
      return time.toHours() + "h" + time.toMinutesPart() + "m";
    }
    if (time.toMinutes() > 0) {
      return time.toMinutes() + "m" + time.toSecondsPart() + "s";
    }
    return time.toSeconds() + "s";
  }

  /// Bytes with one digit behind the point at most, like 1.5G.
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= UNIT && unit < UNITS.length - 1) {
      value /= UNIT;
      unit++;
    }
    return unit == 0 || value >= 10
        ? Math.round(value) + UNITS[unit]
        : String.format(Locale.ROOT, "%.1f%s", value, UNITS[unit]);
  }
}
