package holdfast.bench;

import holdfast.bench.plot.Chart;
import holdfast.bench.plot.Scale;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/// Closed loops of direct messages side by side: by number of servers, then by messages
/// outstanding.
public final class SuiteResult implements BenchResult {
  private final SortedMap<Integer, SortedMap<Integer, LoadResult>> results = new TreeMap<>();

  /// Adds a result of `WriteBench`.
  public void add(WriteSettings settings, LoadResult result) {
    results
        .computeIfAbsent(result.measured().servers().size(), _ -> new TreeMap<>())
        .put(settings.outstanding(), result);
  }

  private List<LoadResult> all() {
    return results.values().stream().flatMap(row -> row.values().stream()).toList();
  }

  @Override
  public boolean isClean() {
    return all().stream().allMatch(LoadResult::isClean);
  }

  @Override
  public String table() {
    Text text = new Text();
    text.line(
        "%8s %12s %12s %9s %9s %9s %9s  %s",
        "servers",
        "outstanding",
        "messages/s",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
        "elsewhere");
    results.forEach((servers, row) ->
        row.forEach((outstanding, result) -> {
          Latencies latencies = result.measured().latencies();
          text.line(
              "%8d %12d %,12.0f %9.2f %9.2f %9.2f %9.2f  %.2f cores%s",
              servers,
              outstanding,
              result.perSecond(),
              Latencies.ms(latencies.p50()),
              Latencies.ms(latencies.p99()),
              Latencies.ms(latencies.p999()),
              Latencies.ms(latencies.max()),
              result.elsewhereCores(),
              result.isClean() ? "" : "  NOT CLEAN");
        }));
    return text.toString();
  }

  @Override
  public List<String> json(Instant time) {
    return all().stream().flatMap(result -> result.json(time).stream()).toList();
  }

  @Override
  public Map<String, Chart> charts() {
    Map<String, Chart> charts = new LinkedHashMap<>();
    charts.put(
        "suite-throughput",
        chart("Throughput", new Chart.Axis("messages/s", Scale.LINEAR), LoadResult::perSecond));
    charts.put(
        "suite-p99",
        chart(
            "99 of 100 are acknowledged within",
            new Chart.Axis("ms", Scale.LOG),
            result -> Latencies.ms(result.measured().latencies().p99())));
    return charts;
  }

  private Chart chart(String title, Chart.Axis y, ToDoubleFunction<LoadResult> value) {
    List<Chart.Series> series = new ArrayList<>();
    results.forEach((servers, row) -> {
      List<Chart.Point> points = new ArrayList<>();
      row.forEach((outstanding, result) ->
          points.add(new Chart.Point(outstanding, value.applyAsDouble(result))));
      series.add(new Chart.Series(servers + (servers == 1 ? " server" : " servers"), points));
    });
    return new Chart(
        title,
        "direct messages in a closed loop",
        new Chart.Axis("messages outstanding", Scale.OUTSTANDING),
        y,
        series);
  }
}
