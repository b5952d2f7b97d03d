package holdfast.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads how long somebody is to wait, as in the file of settings.
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Duration MIN = Duration.ofSeconds(10);
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})([smhd])");

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      long number = Long.parseLong(form.group(1));
      Duration duration =
          switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      if (duration.compareTo(MIN) >= 0) {
        return duration;
      }
    }
    throw new TypeConversionException("'" + text + "' is not 10s or longer, like 90s, 10m or 2h");
  }
}
