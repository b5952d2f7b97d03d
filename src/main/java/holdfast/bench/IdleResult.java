package holdfast.bench;

import holdfast.bench.plot.Chart;
import holdfast.bench.plot.Scale;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The report on idle connections.
///
/// @param idleUsed what the server used while nobody did anything, for `settings.timing().measured`
/// @param pings messages between two of them
record IdleResult(
    IdleSettings settings,
    long openedNanos,
    IdleBench.Memory before,
    IdleBench.Memory after,
    ProcessUsage idleUsed,
    Measured pings)
    implements BenchResult {
  private static final JsonMapper JSON = new JsonMapper();
  private static final double MIB = 1 << 20;

  @Override
  public boolean isClean() {
    return pings.isClean();
  }

  private double residentEach() {
    return (double) (after.residentBytes() - before.residentBytes()) / settings.connections();
  }

  private OptionalDouble liveEach() {
    if (before.liveBytes().isEmpty() || after.liveBytes().isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        (double) (after.liveBytes().getAsLong() - before.liveBytes().getAsLong())
            / settings.connections());
  }

  private double openedPerSecond() {
    return settings.connections() * (double) TimeUnit.SECONDS.toNanos(1) / openedNanos;
  }

  private double idleCores() {
    return (double) TimeUnit.MICROSECONDS.toNanos(idleUsed.micros())
        / settings.timing().measured().toNanos();
  }

  private String headline() {
    return "%d servers, %,d idle connections of %,d accounts on the primary"
        .formatted(pings.servers().size(), settings.connections(), settings.accounts());
  }

  @Override
  public String table() {
    Text text = new Text();
    text.line("%s", headline());
    text.line("  opened       %,.0f a second, one after the other, by token", openedPerSecond());
    text.line(
        "  memory       %.1f KB of resident memory a connection (%.0f MiB, from %.0f)",
        residentEach() / 1_000, after.residentBytes() / MIB, before.residentBytes() / MIB);
    liveEach()
        .ifPresentOrElse(
            bytes -> text.line("  heap         %.1f KB a connection in use", bytes / 1_000),
            () -> text.line("  heap         not known: no jcmd beside this java"));
    text.line("  idle         %.3f cores", idleCores());
    text.line("  two of them, %d messages a second:", settings.rate());
    line(text, "delivery", pings.deliveryLatencies());
    line(text, "latency", pings.latencies());
    if (!isClean()) {
      text.line("  NOT CLEAN    %d errors, %d replies missing", pings.errors(), pings.missing());
      pings.errorWords().forEach(words -> text.line("               %s", words));
    }
    return text.toString();
  }

  private static void line(Text text, String name, Latencies values) {
    text.line(
        "  %-12s p50 %.2f ms, p99 %.2f ms, max %.2f ms",
        name, Latencies.ms(values.p50()), Latencies.ms(values.p99()), Latencies.ms(values.max()));
  }

  @Override
  public List<String> json(Instant time) {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", "idle");
    root.put("time", time.toString());
    root.put("servers", pings.servers().size());
    root.put("connections", settings.connections());
    root.put("accounts", settings.accounts());
    root.put("rate", settings.rate());
    root.put("opened_per_second", openedPerSecond());
    root.put("resident_bytes_before", before.residentBytes());
    root.put("resident_bytes_after", after.residentBytes());
    root.put("resident_bytes_each", residentEach());
    liveEach().ifPresent(bytes -> root.put("heap_bytes_each", bytes));
    root.put("idle_cores", idleCores());
    pings.deliveryLatencies().writeTo(root.putObject("delivery_ms"));
    pings.latencies().writeTo(root.putObject("latency_ms"));
    root.put("errors", pings.errors());
    root.put("missing", pings.missing());
    return List.of(root.toString());
  }

  @Override
  public Map<String, Chart> charts() {
    return Map.of(
        "idle-latency",
        new Chart(
            "Latency between two idle connections",
            headline(),
            new Chart.Axis("percentile", Scale.PERCENTILE),
            new Chart.Axis("ms", Scale.LOG),
            List.of(
                new Chart.Series("until its OK", pings.latencies().curve()),
                new Chart.Series("until delivered", pings.deliveryLatencies().curve()))));
  }
}
