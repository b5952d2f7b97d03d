package holdfast.command;

import holdfast.bench.Subject;
import holdfast.bench.SuiteResult;
import holdfast.bench.Through;
import holdfast.bench.WriteBench;
import holdfast.bench.WriteSettings;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Closed loops side by side.
@Command(
    name = "suite",
    description = "bench write for several numbers of servers and of messages outstanding.",
    footer = {
      "",
      "Each number of servers gets a cluster of its own, warmed up by its first load.",
      "Example: bench suite --warmup 5 --seconds 5 --plots charts --json suite.jsonl"
    },
    mixinStandardHelpOptions = true)
final class BenchSuiteCommand implements Callable<Integer> {
  private static final int CONVERSATIONS = 1_000;
  private static final int CONNECTIONS = 4;

  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--sizes",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "1,3,5,7",
      description = "Numbers of servers; --servers says nothing here (default: ${DEFAULT-VALUE}).")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--loads",
      paramLabel = "N,N",
      split = ",",
      defaultValue = "256,1024,64,1",
      description = "Messages outstanding, in this order (default: ${DEFAULT-VALUE}).")
  private List<Integer> loads = List.of();

  @Override
  public Integer call() throws Exception {
    sizes.forEach(options::check);
    loads.forEach(options::check);
    SuiteResult suite = new SuiteResult();
    return options.reported(progress -> {
      for (int size : sizes) {
        options.withOwn(
            size,
            (drill, lines) -> {
              for (int load : loads) {
                WriteSettings settings = settings(load);
                suite.add(settings, WriteBench.run(Subject.of(drill.cluster()), settings, lines));
              }
              return suite;
            },
            line -> progress.accept(size + " servers, " + line));
      }
      return suite;
    });
  }

  private WriteSettings settings(int outstanding) {
    return new WriteSettings(
        outstanding,
        OptionalInt.empty(),
        options.timing(),
        Through.ALL,
        CONVERSATIONS,
        CONNECTIONS);
  }
}
