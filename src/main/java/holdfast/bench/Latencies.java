package holdfast.bench;

import holdfast.bench.plot.Chart;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.node.ObjectNode;

/// How long things took, in nanoseconds.
///
/// @param count how many
/// @param curve milliseconds by percentile, for a chart
record Latencies(
    long count, long p50, long p99, long p999, long max, long mean, List<Chart.Point> curve) {
  private static final double NANOS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);

  /// Percentiles a curve goes through, up to the last that so many values can tell.
  private static final double[] PERCENTILES = {
    0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999
  };

  private static final double ROUNDING = 1e-6;

  Latencies {
    curve = List.copyOf(curve);
  }

  static Latencies of(Histogram histogram) {
    long count = histogram.getTotalCount();
    List<Chart.Point> curve = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      if (count * (100 - percentile) > 100 - ROUNDING) {
        curve.add(new Chart.Point(percentile, ms(histogram.getValueAtPercentile(percentile))));
      }
    }
    return new Latencies(
        count,
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getMaxValue(),
        (long) histogram.getMean(),
        curve);
  }

  static double ms(long nanos) {
    return nanos / NANOS_PER_MS;
  }

  void writeTo(ObjectNode node) {
    node.put("mean", ms(mean))
        .put("p50", ms(p50))
        .put("p99", ms(p99))
        .put("p999", ms(p999))
        .put("max", ms(max));
  }
}
