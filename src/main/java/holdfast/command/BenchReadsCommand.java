package holdfast.command;

import holdfast.bench.ReadBench;
import holdfast.bench.ReadSettings;
import holdfast.bench.Through;
import holdfast.wire.ReadLevel;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Pages of history, or of conversations.
@Command(
    name = "reads",
    description = "Pages read, so many requests on their way at any time.",
    footer = {
      "",
      "The conversations are filled before. A linearizable read is confirmed with the primary.",
      "Exit status: 0 only if every request got its OK.",
      "Example: bench reads --kind history --read linearizable",
      "One who has 500 conversations:",
      "  bench reads --kind conversations --through primary --connections 1 --conversations 500",
      "A search right after the filling goes through what the index lacks: give --warmup."
    },
    mixinStandardHelpOptions = true)
final class BenchReadsCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--kind",
      defaultValue = "history",
      description =
          "What is read: ${COMPLETION-CANDIDATES}: the newest page of a conversation, one from"
              + " its middle, the first"
              + " of one's conversations, or a search for a word that every message has, or none"
              + " (default: ${DEFAULT-VALUE}).")
  private ReadSettings.Kind kind = ReadSettings.Kind.HISTORY;

  @Option(
      names = "--read",
      defaultValue = "local",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private ReadLevel level = ReadLevel.LOCAL;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "A page's length, 1 to 200 (default: ${DEFAULT-VALUE}).")
  private int limit = 50;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      defaultValue = "64",
      description = "Requests on their way at any time (default: ${DEFAULT-VALUE}).")
  private int outstanding = 64;

  @Option(
      names = "--stored",
      paramLabel = "N",
      defaultValue = "50000",
      description = "Messages written before (default: ${DEFAULT-VALUE}).")
  private int stored = 50_000;

  @Option(
      names = "--conversations",
      paramLabel = "N",
      defaultValue = "1000",
      description = "In about so many conversations (default: ${DEFAULT-VALUE}).")
  private int conversations = 1_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "To each server; each is one reader's (default: ${DEFAULT-VALUE}).")
  private int connections = 4;

  @Option(
      names = "--through",
      defaultValue = "all",
      description =
          "The servers that are asked: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Through through = Through.ALL;

  @Override
  public Integer call() throws Exception {
    options.check(limit, outstanding, stored, conversations, connections);
    ReadSettings settings =
        new ReadSettings(
            kind,
            level,
            limit,
            outstanding,
            options.timing(),
            through,
            stored,
            conversations,
            connections);
    return options.run((subject, progress) -> ReadBench.run(subject, settings, progress));
  }
}
