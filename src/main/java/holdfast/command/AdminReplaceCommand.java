package holdfast.command;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.server.Newcomer;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Puts a new server in the place of one whose disk is lost, or whose machine is given up.
@Command(
    name = "replace",
    description = "Take server N out of the cluster, and a new one in.",
    footer = {
      "",
      "The old one goes first, for good. The new one is a member at once and has no vote: start it",
      "with the command that is printed. It catches up and gets its vote by itself.",
      "Exit status: 0 so it is, 4 refused, 1 not known or no server answers; said again it goes on",
      "where it stopped.",
      "Example: admin replace 3 --by 6 10.0.0.6:8091:8081"
    },
    mixinStandardHelpOptions = true)
final class AdminReplaceCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The number of the server that goes.")
  private ServerId subject = new ServerId(1);

  @Option(
      names = "--by",
      paramLabel = "M",
      required = true,
      converter = ServerIdConverter.class,
      description = "The new server's number, never used before in this cluster.")
  private ServerId successor = new ServerId(1);

  @Parameters(
      index = "1",
      paramLabel = "HOST:CLIENT_PORT:PEER_PORT",
      description = "Where the new server is to be reached.")
  private String address = "";

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Member next = Newcomer.at(config, successor, address);
    MemberChange.Replace change = new MemberChange.Replace(subject, next);
    MemberWish wish = new MemberWish(config, spec);
    return wish.ask(
        subject,
        header -> new ClientRequest.ReplaceServer(header, change),
        asked ->
            ("server %s is no member any more, and server %s is one, without a vote until it has"
                    + " caught up. Start it at %s, with an empty data directory, and change the"
                    + " file of servers:%n%s")
                .formatted(
                    subject, successor, MemberWish.address(next), wish.toStart(next, asked)));
  }
}
