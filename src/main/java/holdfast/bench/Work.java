package holdfast.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a load does, for its report.
///
/// @param bench the subcommand
/// @param variant tells it from others of the same subcommand, in file names
/// @param title what is special about it, in a line, after the number of servers
/// @param unit what is counted, in the plural
/// @param countsDeliveries whether that is messages pushed, rather than requests done
/// @param settings as JSON has them; numbers, strings and booleans
record Work(
    String bench,
    String variant,
    String title,
    String unit,
    boolean countsDeliveries,
    Map<String, Object> settings) {
  Work {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /// What is counted, one of it.
  String one() {
    return unit.endsWith("ies")
        ? unit.substring(0, unit.length() - 3) + "y"
        : unit.substring(0, unit.length() - 1);
  }
}
