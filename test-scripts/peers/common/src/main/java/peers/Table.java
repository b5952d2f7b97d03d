package peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// The main that turns the lines of a comparison into Markdown tables: one row for each peer and
/// number of outstanding writes, Holdfast's figures of the same pairs beside it. Figures are
/// medians over the rounds; the ratio is the median of the rounds' ratios, with the smallest and
/// largest.
///
/// Argument: the file with the lines.
public final class Table {
  /// The two runs of one round: the peer's and Holdfast's.
  private record Pair(String peer, String holdfast) {}

  private Table() {}

  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(arguments[0]));
    Map<String, List<Pair>> load = pairs(lines, "load");
    if (!load.isEmpty()) {
      System.out.println(
          "| peer | out | msg/s | p50 ms | p99 ms | CPU us | Holdfast msg/s | p50 ms | p99 ms"
              + " | CPU us | ratio (range) |");
      System.out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
      load.forEach((name, pairs) -> loadRows(name, pairs));
    }
    Map<String, List<Pair>> failover = pairs(lines, "failover");
    if (!failover.isEmpty()) {
      System.out.println(
          "| peer | kills | gap ms | longest | lost | Holdfast gap ms | longest | lost | ratio |");
      System.out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
      failover.forEach((name, pairs) -> failoverRow(name, pairs));
    }
  }

  /// The rounds of which both runs succeeded, by the peer's name.
  private static Map<String, List<Pair>> pairs(List<String> lines, String mode) {
    Map<String, Map<Double, String>> holdfasts = new LinkedHashMap<>();
    Map<String, Map<Double, String>> peers = new LinkedHashMap<>();
    for (String line : lines) {
      if (Report.text(line, "mode").equals(mode) && Report.text(line, "error").isEmpty()) {
        boolean holdfast = Report.text(line, "peer").equals("holdfast");
        (holdfast ? holdfasts : peers)
            .computeIfAbsent(Report.text(line, "pair"), name -> new LinkedHashMap<>())
            .put(Report.number(line, "round"), line);
      }
    }
    Map<String, List<Pair>> pairs = new LinkedHashMap<>();
    peers.forEach((name, rounds) ->
        rounds.forEach((round, line) -> {
          String holdfast = holdfasts.getOrDefault(name, Map.of()).get(round);
          if (holdfast != null) {
            pairs.computeIfAbsent(name, key -> new ArrayList<>()).add(new Pair(line, holdfast));
          }
        }));
    return pairs;
  }

  private static void loadRows(String name, List<Pair> pairs) {
    for (int outstanding : new int[] {1, 64, 256}) {
      String prefix = "c" + outstanding + "_";
      double[] ratios =
          sorted(
              pairs,
              pair ->
                  Report.number(pair.holdfast, prefix + "per_s")
                      / Report.number(pair.peer, prefix + "per_s"));
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %s | %s | %.2f (%.2f-%.2f) |%n",
          name,
          outstanding,
          loadCells(pairs, Pair::peer, prefix),
          loadCells(pairs, Pair::holdfast, prefix),
          median(ratios),
          ratios[0],
          ratios[ratios.length - 1]);
    }
  }

  private interface Side {
    String of(Pair pair);
  }

  private static String loadCells(List<Pair> pairs, Side side, String prefix) {
    List<String> cells = new ArrayList<>();
    for (String figure : List.of("per_s", "p50_ms", "p99_ms", "servers_cpu_us")) {
      double value = median(sorted(pairs, pair -> Report.number(side.of(pair), prefix + figure)));
      boolean whole = figure.equals("per_s") || figure.equals("servers_cpu_us");
      cells.add(String.format(Locale.ROOT, whole ? "%.0f" : "%.2f", value));
    }
    return String.join(" | ", cells);
  }

  private static void failoverRow(String name, List<Pair> pairs) {
    double[] peer = gaps(pairs, Pair::peer);
    double[] holdfast = gaps(pairs, Pair::holdfast);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %.0f | %.0f | %d | %.0f | %.0f | %d | %.2f |%n",
        name,
        peer.length,
        median(peer),
        peer[peer.length - 1],
        lost(pairs, Pair::peer),
        median(holdfast),
        holdfast[holdfast.length - 1],
        lost(pairs, Pair::holdfast),
        median(peer) / median(holdfast));
  }

  private static double[] gaps(List<Pair> pairs, Side side) {
    Stream<Long> gaps =
        pairs.stream().flatMap(pair -> Report.longs(side.of(pair), "gaps_ms").stream());
    return gaps.mapToDouble(Long::doubleValue).sorted().toArray();
  }

  private static long lost(List<Pair> pairs, Side side) {
    return pairs.stream().mapToLong(p -> (long) Report.number(side.of(p), "acked_lost")).sum();
  }

  private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
    return pairs.stream().mapToDouble(figure).sorted().toArray();
  }

  private static double median(double[] sorted) {
    double[] middle = Arrays.copyOfRange(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1);
    return Arrays.stream(middle).average().orElseThrow();
  }
}
