package holdfast.command;

import holdfast.bench.RoomBench;
import holdfast.bench.RoomSettings;
import holdfast.bench.Through;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Messages to a room.
@Command(
    name = "rooms",
    description = "Messages to one room, all of whose members are online.",
    footer = {
      "",
      "Each message is pushed to every member's connection, the senders' own included. A message is",
      "sent when, by the count of deliveries, an earlier one has reached all.",
      "Exit status: 0 only if every request got its OK and every delivery was made, once.",
      "Example: bench rooms --members 200"
    },
    mixinStandardHelpOptions = true)
final class BenchRoomsCommand implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--members",
      paramLabel = "N",
      defaultValue = "200",
      description = "Connections that each message is pushed to (default: ${DEFAULT-VALUE}).")
  private int members = 200;

  @Option(
      names = "--accounts",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Of at most so many accounts; the others are further connections of the same, since each"
              + " account costs two password hashes (default: ${DEFAULT-VALUE}).")
  private int accounts = 200;

  @Option(
      names = "--senders",
      paramLabel = "N",
      defaultValue = "4",
      description = "Members that send (default: ${DEFAULT-VALUE}).")
  private int senders = 4;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      defaultValue = "16",
      description = "Messages on their way at any time (default: ${DEFAULT-VALUE}).")
  private int outstanding = 16;

  @Option(
      names = "--through",
      defaultValue = "all",
      description =
          "The servers the members are on: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Through through = Through.ALL;

  @Override
  public Integer call() throws Exception {
    options.check(members, accounts, senders, outstanding);
    RoomSettings settings =
        new RoomSettings(members, accounts, senders, outstanding, options.timing(), through);
    return options.run((subject, progress) -> RoomBench.run(subject, settings, progress));
  }
}
