package holdfast.command;

import holdfast.bench.Through;
import holdfast.bench.WriteBench;
import holdfast.bench.WriteSettings;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Direct messages, in a closed loop or at a rate.
@Command(
    name = "write",
    description = "Direct messages: so many on their way at any time, or so many a second.",
    footer = {
      "",
      "Every message is acknowledged by a majority. Without --config, servers are started for the",
      "measurement, in a temporary folder and on free ports, and ended after it.",
      "With --rate, a message's latency counts from the time it was due, whatever held it up.",
      "Exit status: 0 only if every request got its OK.",
      "Example: bench write --servers 3 --outstanding 256 --seconds 15",
      "Example: bench write --rate 5000 --plots charts"
    },
    mixinStandardHelpOptions = true)
final class BenchWriteCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      defaultValue = "256",
      description = "Messages on their way at any time (default: ${DEFAULT-VALUE}).")
  private int outstanding = 256;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "An open loop of so many messages a second; --outstanding is for its warm-up.")
  private Optional<Integer> rate = Optional.empty();

  @Option(
      names = "--through",
      defaultValue = "all",
      description =
          "The servers the messages are given to: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}).")
  private Through through = Through.ALL;

  @Option(
      names = "--conversations",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Between how many pairs, about; at most 200 for each connection"
              + " (default: ${DEFAULT-VALUE}).")
  private int conversations = 1_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "To each server; each is one sender's (default: ${DEFAULT-VALUE}).")
  private int connections = 4;

  @Override
  public Integer call() throws Exception {
    options.check(outstanding, rate.orElse(1), conversations, connections);
    WriteSettings settings =
        new WriteSettings(
            outstanding,
            rate.map(OptionalInt::of).orElse(OptionalInt.empty()),
            options.timing(),
            through,
            conversations,
            connections);
    return options.run((subject, progress) -> WriteBench.run(subject, settings, progress));
  }
}
