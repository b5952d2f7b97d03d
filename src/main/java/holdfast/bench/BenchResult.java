package holdfast.bench;

import holdfast.bench.plot.Chart;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What came of a measurement.
public interface BenchResult {
  /// For people.
  String table();

  /// For programs: JSON objects, each to stand on one line.
  List<String> json(Instant time);

  /// For the eye: charts by the name of their file, without its ending.
  Map<String, Chart> charts();

  /// Whether all that was asked was done, and nothing else; other figures cannot be believed.
  boolean isClean();
}
