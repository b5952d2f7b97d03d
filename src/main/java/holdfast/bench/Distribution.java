package holdfast.bench;

import holdfast.bench.plot.Chart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// A few values, exactly.
final class Distribution {
  private final double[] sorted;

  Distribution(Collection<Double> values) {
    sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /// The smallest value that at least so many percent are not above (nearest rank); 0 if there are
  /// none.
  double percentile(double percent) {
    if (sorted.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
  }

  double min() {
    return percentile(0);
  }

  double max() {
    return percentile(100);
  }

  /// What share of the values, in percent, is not above each.
  List<Chart.Point> cumulative() {
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < sorted.length; i++) {
      points.add(new Chart.Point(sorted[i], 100.0 * i / sorted.length));
      points.add(new Chart.Point(sorted[i], 100.0 * (i + 1) / sorted.length));
    }
    return points;
  }

  void writeTo(ObjectNode node) {
    node.put("min", min())
        .put("p50", percentile(50))
        .put("p90", percentile(90))
        .put("p99", percentile(99))
        .put("max", max());
    Arrays.stream(sorted).forEach(node.putArray("all")::add);
  }
}
