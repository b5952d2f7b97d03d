package holdfast.bench;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import holdfast.replication.ServerId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What came of a closed loop of direct messages.
///
/// @param nanos how long was measured
/// @param missing replies that never came
/// @param errors replies that were not the OK to a request in flight; `errorWords`: the first few
public record WriteResult(
    WriteSettings settings,
    Load load,
    List<ServerId> servers,
    ServerId primary,
    long nanos,
    Tally.Counts counts,
    WriteBench.Used used,
    long missing,
    long errors,
    List<String> errorWords) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final double NANOS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double MIB = 1 << 20;

  /// The load as it was in the end.
  record Load(int connections, int receivers) {
    int conversations() {
      return connections * receivers;
    }
  }

  public boolean isClean() {
    return errors == 0 && missing == 0;
  }

  private double perSecond() {
    return counts.done() * (double) TimeUnit.SECONDS.toNanos(1) / nanos;
  }

  private double perMessage(long amount) {
    return counts.done() == 0 ? 0 : (double) amount / counts.done();
  }

  private static double ms(long nanos) {
    return nanos / NANOS_PER_MS;
  }

  /// For people.
  public String table() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%d servers, %d outstanding on %d connections through %s, %,d conversations, %d s",
        servers.size(),
        settings.outstanding(),
        load.connections(),
        settings.through().name().toLowerCase(Locale.ROOT),
        load.conversations(),
        TimeUnit.NANOSECONDS.toSeconds(nanos));
    line(text, "  throughput   %,.0f messages/s", perSecond());
    Tally.Latencies latencies = counts.latencies();
    line(
        text,
        "  latency      p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
        ms(latencies.p50()),
        ms(latencies.p99()),
        ms(latencies.p999()),
        ms(latencies.max()));
    line(
        text,
        "  driver       sent %.0f and received %.0f bytes a message, events included",
        perMessage(counts.bytesSent()),
        perMessage(counts.bytesReceived()));
    line(text, "  %-12s %21s   %10s   %12s", "", "CPU us a message", "memory MiB", "bytes written");
    line(text, "  %-12s %7s%7s%7s   %10s   %12s", "", "user", "system", "both", "now", "a message");
    for (ServerId id : servers) {
      String name = "server " + id + (id.equals(primary) ? " *" : "");
      usage(text, name, Optional.ofNullable(used.servers().get(id)));
    }
    usage(text, "driver", used.driver());
    used.elsewhereMicros()
        .ifPresent(micros ->
            line(
                text,
                "  elsewhere    %.2f cores",
                (double) TimeUnit.MICROSECONDS.toNanos(micros) / nanos));
    if (!isClean()) {
      line(text, "  NOT CLEAN    %d errors, %d replies missing", errors, missing);
      errorWords.forEach(words -> line(text, "               %s", words));
    }
    return text.toString();
  }

  private void usage(StringBuilder text, String name, Optional<ProcessUsage> usage) {
    if (usage.isEmpty()) {
      line(text, "  %-12s not a process of this machine that is known", name);
      return;
    }
    ProcessUsage value = usage.get();
    line(
        text,
        "  %-12s %7.1f%7.1f%7.1f   %10.0f   %12.0f",
        name,
        perMessage(value.userMicros()),
        perMessage(value.systemMicros()),
        perMessage(value.micros()),
        value.residentBytes() / MIB,
        perMessage(value.writtenBytes()));
  }

  @FormatMethod
  private static void line(StringBuilder text, @FormatString String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /// For programs: one JSON object on one line, without its newline.
  public String json(Instant time) {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", "write");
    root.put("time", time.toString());
    root.put("servers", servers.size());
    root.put("outstanding", settings.outstanding());
    root.put("through", settings.through().name().toLowerCase(Locale.ROOT));
    root.put("connections", load.connections());
    root.put("conversations", load.conversations());
    root.put("warmup_s", settings.warmup().toSeconds());
    root.put("measured_ms", TimeUnit.NANOSECONDS.toMillis(nanos));
    root.put("done", counts.done());
    root.put("per_second", perSecond());
    Tally.Latencies latencies = counts.latencies();
    root.putObject("latency_ms")
        .put("mean", ms(latencies.mean()))
        .put("p50", ms(latencies.p50()))
        .put("p99", ms(latencies.p99()))
        .put("p999", ms(latencies.p999()))
        .put("max", ms(latencies.max()));
    counts.perSecond().forEach(root.putArray("each_second")::add);
    root.put("bytes_sent", perMessage(counts.bytesSent()));
    root.put("bytes_received", perMessage(counts.bytesReceived()));
    root.put("events", perMessage(counts.events()));
    root.put("primary", primary.toString());
    ObjectNode processes = root.putObject("processes");
    for (Map.Entry<ServerId, ProcessUsage> server : used.servers().entrySet()) {
      usage(processes.putObject(server.getKey().toString()), server.getValue());
    }
    used.driver().ifPresent(driver -> usage(processes.putObject("driver"), driver));
    used.elsewhereMicros()
        .ifPresent(micros ->
            root.put("elsewhere_cores", (double) TimeUnit.MICROSECONDS.toNanos(micros) / nanos));
    root.put("errors", errors);
    root.put("missing", missing);
    return root.toString();
  }

  private void usage(ObjectNode node, ProcessUsage usage) {
    node.put("user_us", perMessage(usage.userMicros()))
        .put("system_us", perMessage(usage.systemMicros()))
        .put("resident_bytes", usage.residentBytes())
        .put("resident_max_bytes", usage.residentMaxBytes())
        .put("written_bytes", perMessage(usage.writtenBytes()));
  }
}
