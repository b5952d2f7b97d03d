package holdfast.bench;

import holdfast.bench.plot.Chart;
import holdfast.bench.plot.Scale;
import holdfast.replication.ServerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The report on a load.
public record LoadResult(Work work, Measured measured) implements BenchResult {
  private static final JsonMapper JSON = new JsonMapper();
  private static final double MIB = 1 << 20;

  @Override
  public boolean isClean() {
    return measured.isClean();
  }

  private long amount() {
    Tally.Counts counts = measured.counts();
    return work.countsDeliveries() ? counts.deliveries() : counts.done();
  }

  private double perSecond(long amount) {
    return amount * (double) TimeUnit.SECONDS.toNanos(1) / measured.nanos();
  }

  double perSecond() {
    return perSecond(amount());
  }

  private double each(long part) {
    return amount() == 0 ? 0 : (double) part / amount();
  }

  private Optional<Double> perFlush() {
    return measured
        .used()
        .machine()
        .filter(machine -> machine.diskFlushes() > 0)
        .map(machine -> (double) measured.counts().done() / machine.diskFlushes());
  }

  /// Processors that were busy with something else; 0 if that is not known.
  double elsewhereCores() {
    long micros = measured.used().elsewhereMicros().orElse(0L);
    return (double) TimeUnit.MICROSECONDS.toNanos(micros) / measured.nanos();
  }

  private double longestGapMs() {
    return measured.counts().seconds().stream()
        .mapToDouble(second -> Latencies.ms(second.gapNanos()))
        .max()
        .orElse(0);
  }

  /// Like `write-3-servers-256`.
  private String name() {
    return work.bench() + "-" + measured.servers().size() + "-servers-" + work.variant();
  }

  private String headline() {
    return "%d server%s, %s, %d s"
        .formatted(
            measured.servers().size(),
            measured.servers().size() == 1 ? "" : "s",
            work.title(),
            TimeUnit.NANOSECONDS.toSeconds(measured.nanos()));
  }

  @Override
  public String table() {
    Text text = new Text();
    text.line("%s", headline());
    text.line("  throughput   %,.0f %s/s", perSecond(), work.unit());
    if (work.countsDeliveries()) {
      text.line("  sent         %,.0f messages/s", perSecond(measured.counts().done()));
    }
    if (measured.deliveryLatencies().count() > 0) {
      latencies(text, "delivery", measured.deliveryLatencies());
    }
    latencies(text, "latency", measured.latencies());
    text.line("  silence      at most %.1f ms without any OK", longestGapMs());
    measured.disk().ifPresent(disk -> disk(text, disk));
    Tally.Counts counts = measured.counts();
    text.line(
        "  driver       sent %.0f and received %.0f bytes a %s, events included",
        each(counts.bytesSent()), each(counts.bytesReceived()), work.one());
    measured
        .used()
        .machine()
        .ifPresent(machine ->
            text.line(
                "  loopback     %.0f bytes a %s, servers among each other and all headers included",
                each(machine.loopbackBytes()), work.one()));
    perFlush()
        .ifPresent(requests ->
            text.line("  disk         %.1f requests a flush, all servers together", requests));
    processes(text);
    faults(text);
    return text.toString();
  }

  /// What of the latencies may be the disk's doing.
  private static void disk(Text text, Measured.Disk disk) {
    DiskWatch.Pauses pauses = disk.pauses();
    if (pauses.count() == 0) {
      text.line(
          "  pauses       none of the disk; a sync beside the load took at most %.1f ms",
          Latencies.ms(pauses.longestNanos()));
      return;
    }
    text.line(
        "  pauses       %d of the disk, %.0f ms at most, %.0f in all; without what met one:",
        pauses.count(), Latencies.ms(pauses.longestNanos()), Latencies.ms(pauses.totalNanos()));
    latencies(text, "", disk.awake());
  }

  private static void latencies(Text text, String name, Latencies values) {
    text.line(
        "  %-12s p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
        name,
        Latencies.ms(values.p50()),
        Latencies.ms(values.p99()),
        Latencies.ms(values.p999()),
        Latencies.ms(values.max()));
  }

  private void processes(Text text) {
    text.line(
        "  %-12s %21s   %10s   %12s", "", "CPU us a " + work.one(), "memory MiB", "bytes written");
    text.line(
        "  %-12s %7s%7s%7s   %10s   %12s", "", "user", "system", "both", "now", "a " + work.one());
    for (ServerId id : measured.servers()) {
      String name = "server " + id + (id.equals(measured.primary()) ? " *" : "");
      usage(text, name, Optional.ofNullable(measured.used().servers().get(id)));
    }
    usage(text, "driver", measured.used().driver());
    text.line("  elsewhere    %.2f cores", elsewhereCores());
  }

  private void usage(Text text, String name, Optional<ProcessUsage> usage) {
    if (usage.isEmpty()) {
      text.line("  %-12s not a process of this machine that is known", name);
      return;
    }
    ProcessUsage value = usage.get();
    text.line(
        "  %-12s %7.1f%7.1f%7.1f   %10.0f   %12.0f",
        name,
        each(value.userMicros()),
        each(value.systemMicros()),
        each(value.micros()),
        value.residentBytes() / MIB,
        each(value.writtenBytes()));
  }

  private void faults(Text text) {
    if (measured.notBegun() > 0) {
      text.line(
          "  NOT KEPT UP  %,d requests were due and could not begin in time", measured.notBegun());
    }
    if (!isClean()) {
      text.line(
          "  NOT CLEAN    %d errors, %d replies missing", measured.errors(), measured.missing());
      measured.errorWords().forEach(words -> text.line("               %s", words));
    }
  }

  @Override
  public List<String> json(Instant time) {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", work.bench());
    root.put("time", time.toString());
    root.put("servers", measured.servers().size());
    work.settings().forEach((name, value) -> root.set(name, JSON.valueToTree(value)));
    root.put("measured_ms", TimeUnit.NANOSECONDS.toMillis(measured.nanos()));
    Tally.Counts counts = measured.counts();
    root.put("done", counts.done());
    root.put("per_second", perSecond());
    if (work.countsDeliveries()) {
      root.put("deliveries", counts.deliveries());
      measured.deliveryLatencies().writeTo(root.putObject("delivery_ms"));
    }
    measured.latencies().writeTo(root.putObject("latency_ms"));
    counts.seconds().stream().map(this::amount).forEach(root.putArray("each_second")::add);
    counts.seconds().stream()
        .map(second -> Latencies.ms(second.gapNanos()))
        .forEach(root.putArray("silence_ms_each_second")::add);
    root.put("silence_ms_max", longestGapMs());
    measured.disk().ifPresent(disk -> disk(root.putObject("disk"), disk));
    root.put("bytes_sent", each(counts.bytesSent()));
    root.put("bytes_received", each(counts.bytesReceived()));
    measured
        .used()
        .machine()
        .ifPresent(machine -> root.put("loopback_bytes", each(machine.loopbackBytes())));
    perFlush().ifPresent(requests -> root.put("requests_a_flush", requests));
    root.put("primary", measured.primary().toString());
    ObjectNode processes = root.putObject("processes");
    measured
        .used()
        .servers()
        .forEach((id, usage) -> usage(processes.putObject(id.toString()), usage));
    measured.used().driver().ifPresent(driver -> usage(processes.putObject("driver"), driver));
    root.put("elsewhere_cores", elsewhereCores());
    root.put("not_begun", measured.notBegun());
    root.put("errors", measured.errors());
    root.put("missing", measured.missing());
    return List.of(root.toString());
  }

  private static void disk(ObjectNode node, Measured.Disk disk) {
    node.put("pauses", disk.pauses().count())
        .put("pauses_ms", Latencies.ms(disk.pauses().totalNanos()))
        .put("sync_ms_max", Latencies.ms(disk.pauses().longestNanos()))
        .put("requests_without", disk.awake().count());
    disk.awake().writeTo(node.putObject("latency_without_ms"));
  }

  private long amount(Tally.Second second) {
    return work.countsDeliveries() ? second.deliveries() : second.done();
  }

  private void usage(ObjectNode node, ProcessUsage usage) {
    node.put("user_us", each(usage.userMicros()))
        .put("system_us", each(usage.systemMicros()))
        .put("resident_bytes", usage.residentBytes())
        .put("resident_max_bytes", usage.residentMaxBytes())
        .put("written_bytes", each(usage.writtenBytes()));
  }

  @Override
  public Map<String, Chart> charts() {
    Map<String, Chart> charts = new LinkedHashMap<>();
    List<Chart.Series> curves = new ArrayList<>();
    curves.add(new Chart.Series("until its OK", measured.latencies().curve()));
    curves.add(new Chart.Series("until delivered", measured.deliveryLatencies().curve()));
    charts.put(
        name() + "-latency",
        new Chart(
            "Latency of " + work.unit(),
            headline(),
            new Chart.Axis("percentile", Scale.PERCENTILE),
            new Chart.Axis("ms", Scale.LOG),
            curves));
    charts.put(
        name() + "-seconds", overTime("Throughput", work.unit() + " in each second", this::amount));
    charts.put(
        name() + "-silence",
        overTime(
            "Longest time without any OK",
            "ms, in each second",
            second -> Latencies.ms(second.gapNanos())));
    return charts;
  }

  private Chart overTime(String title, String label, ToDoubleFunction<Tally.Second> value) {
    List<Tally.Second> seconds = measured.counts().seconds();
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < seconds.size(); i++) {
      points.add(new Chart.Point(i + 1, value.applyAsDouble(seconds.get(i))));
    }
    return new Chart(
        title,
        headline(),
        new Chart.Axis("seconds", Scale.LINEAR),
        new Chart.Axis(label, Scale.LINEAR),
        List.of(new Chart.Series(title, points)));
  }
}
