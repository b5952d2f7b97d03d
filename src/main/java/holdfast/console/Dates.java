package holdfast.console;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as people read them, seen from some present time in some place.
///
/// @param now ms
record Dates(ZoneId zone, long now) {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter YEAR_AND_TIME =
      DateTimeFormatter.ofPattern("d MMM yyyy HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("EEEE d MMMM yyyy", Locale.ENGLISH);

  static Dates from(Model model) {
    return new Dates(model.settings().zone(), model.now());
  }

  private ZonedDateTime at(long millis) {
    return Instant.ofEpochMilli(millis).atZone(zone);
  }

  String time(long millis) {
    return at(millis).format(TIME);
  }

  LocalDate day(long millis) {
    return at(millis).toLocalDate();
  }

  String dayName(long millis) {
    return at(millis).format(DAY);
  }

  /// The time of day; with the day if that was not today.
  String dayAndTime(long millis) {
    ZonedDateTime then = at(millis);
    ZonedDateTime present = at(now);
    if (then.toLocalDate().equals(present.toLocalDate())) {
      return then.format(TIME);
    }
    return then.format(then.getYear() == present.getYear() ? DAY_AND_TIME : YEAR_AND_TIME);
  }
}
