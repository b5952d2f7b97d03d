package holdfast.bench;

import holdfast.bench.plot.Chart;
import holdfast.bench.plot.Scale;
import holdfast.replication.ServerId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The report on primaries that went.
///
/// @param repeats how often requests were sent again, by what had become of them
record FailoverResult(
    FailoverSettings settings, int servers, List<Round> rounds, SortedMap<String, Long> repeats)
    implements BenchResult {
  private static final JsonMapper JSON = new JsonMapper();

  /// One change of primary.
  ///
  /// @param primary the one that went
  /// @param outages as each writer saw it
  /// @param terms that were needed, until all was as before; 1 if the first election succeeded
  record Round(ServerId primary, List<Outage> outages, long terms) {
    Round {
      outages = List.copyOf(outages);
    }
  }

  FailoverResult {
    rounds = List.copyOf(rounds);
  }

  /// Writes went on in every round, or there would be no result.
  @Override
  public boolean isClean() {
    return true;
  }

  private Distribution distribution(ToLongFunction<Outage> part) {
    return new Distribution(
        rounds.stream()
            .flatMap(round -> round.outages().stream())
            .map(outage -> Latencies.ms(part.applyAsLong(outage)))
            .toList());
  }

  private Distribution gaps() {
    return distribution(Outage::gapNanos);
  }

  private Distribution firsts() {
    return distribution(Outage::firstNanos);
  }

  private long repeated() {
    return repeats.values().stream().mapToLong(Long::longValue).sum();
  }

  private long terms() {
    return rounds.stream().mapToLong(Round::terms).sum();
  }

  private String headline() {
    return "%d servers, the primary %s %d times, %d writer%s through %s"
        .formatted(
            servers,
            settings.kind().participle(),
            rounds.size(),
            settings.writers(),
            settings.writers() == 1 ? "" : "s",
            settings.through().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String table() {
    Text text = new Text();
    text.line("%s", headline());
    text.line("  %-20s %8s %8s %8s %8s %8s", "ms", "min", "p50", "p90", "p99", "max");
    row(text, "without an OK", gaps());
    row(text, "end to first OK", firsts());
    text.line(
        "  %-20s %d, %.1f a round",
        "repeated requests", repeated(), (double) repeated() / rounds.size());
    repeats.forEach((reason, count) -> text.line("    %-18s %d", reason, count));
    text.line("  %-20s %d in %d rounds", "terms", terms(), rounds.size());
    return text.toString();
  }

  private static void row(Text text, String name, Distribution values) {
    text.line(
        "  %-20s %8.1f %8.1f %8.1f %8.1f %8.1f",
        name,
        values.min(),
        values.percentile(50),
        values.percentile(90),
        values.percentile(99),
        values.max());
  }

  @Override
  public List<String> json(Instant time) {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", "failover");
    root.put("time", time.toString());
    root.put("servers", servers);
    root.put("kind", settings.kind().toString());
    root.put("rounds", rounds.size());
    root.put("writers", settings.writers());
    root.put("through", settings.through().name().toLowerCase(Locale.ROOT));
    gaps().writeTo(root.putObject("gap_ms"));
    firsts().writeTo(root.putObject("first_ms"));
    root.put("repeated", repeated());
    root.set("repeated_after", JSON.valueToTree(repeats));
    root.put("terms", terms());
    return List.of(root.toString());
  }

  @Override
  public Map<String, Chart> charts() {
    return Map.of(
        "failover-" + settings.kind(),
        new Chart(
            "Without a primary",
            headline(),
            new Chart.Axis("ms", Scale.LINEAR),
            new Chart.Axis("% of all that took at most so long", Scale.LINEAR),
            List.of(
                new Chart.Series("without an OK", gaps().cumulative()),
                new Chart.Series("end to first OK", firsts().cumulative()))));
  }
}
