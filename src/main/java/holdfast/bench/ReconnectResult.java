package holdfast.bench;

import holdfast.bench.plot.Chart;
import holdfast.bench.plot.Scale;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The report on crowds that lost their server.
///
/// @param setbacks attempts that failed, by why
record ReconnectResult(
    ReconnectSettings settings, int servers, List<Round> rounds, SortedMap<String, Long> setbacks)
    implements BenchResult {
  private static final JsonMapper JSON = new JsonMapper();

  /// One server's end.
  ///
  /// @param backMs from its end until each client was signed in again
  /// @param before a healthy client's writes on another server, in the calm
  /// @param during the same from the end until half a second after the last was back
  /// @param errors of that client: requests without an OK
  record Round(List<Double> backMs, Latencies before, Latencies during, long errors) {
    Round {
      backMs = List.copyOf(backMs);
    }
  }

  ReconnectResult {
    rounds = List.copyOf(rounds);
  }

  /// Everybody came back in every round, or there would be no result.
  @Override
  public boolean isClean() {
    return rounds.stream().allMatch(round -> round.errors() == 0);
  }

  private String headline() {
    return "%d servers, %,d clients on the %s that is killed, of %,d accounts, %d rounds"
        .formatted(
            servers, settings.connections(), settings.victim(), settings.accounts(), rounds.size());
  }

  @Override
  public String table() {
    Text text = new Text();
    text.line("%s", headline());
    text.line("  %-26s %8s %8s %8s", "ms", "p50", "p99", "max");
    for (int i = 0; i < rounds.size(); i++) {
      Round round = rounds.get(i);
      Distribution back = new Distribution(round.backMs());
      text.line(
          "  %-26s %8.0f %8.0f %8.0f",
          "round " + (i + 1) + ", back", back.percentile(50), back.percentile(99), back.max());
      row(text, "  healthy client, before", round.before());
      row(text, "  healthy client, during", round.during());
    }
    setbacks.forEach((why, count) -> text.line("  %-26s %,d times", why, count));
    if (!isClean()) {
      text.line(
          "  NOT CLEAN    %d errors of the healthy client",
          rounds.stream().mapToLong(Round::errors).sum());
    }
    return text.toString();
  }

  private static void row(Text text, String name, Latencies values) {
    text.line(
        "  %-26s %8.1f %8.1f %8.1f",
        name, Latencies.ms(values.p50()), Latencies.ms(values.p99()), Latencies.ms(values.max()));
  }

  @Override
  public List<String> json(Instant time) {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", "reconnect");
    root.put("time", time.toString());
    root.put("servers", servers);
    root.put("connections", settings.connections());
    root.put("accounts", settings.accounts());
    root.put("rate", settings.rate());
    root.put("victim", settings.victim().toString());
    ArrayNode array = root.putArray("rounds");
    for (Round round : rounds) {
      ObjectNode node = array.addObject();
      Distribution back = new Distribution(round.backMs());
      node.putObject("back_ms")
          .put("p50", back.percentile(50))
          .put("p99", back.percentile(99))
          .put("max", back.max());
      round.before().writeTo(node.putObject("before_ms"));
      round.during().writeTo(node.putObject("during_ms"));
      node.put("errors", round.errors());
    }
    root.set("setbacks", JSON.valueToTree(setbacks));
    return List.of(root.toString());
  }

  @Override
  public Map<String, Chart> charts() {
    List<Chart.Series> series =
        rounds.stream()
            .map(round ->
                new Chart.Series("clients back", new Distribution(round.backMs()).cumulative()))
            .toList();
    return Map.of(
        "reconnect-" + settings.victim(),
        new Chart(
            "Back on another server",
            headline(),
            new Chart.Axis("ms", Scale.LINEAR),
            new Chart.Axis("% of the clients", Scale.LINEAR),
            series));
  }
}
