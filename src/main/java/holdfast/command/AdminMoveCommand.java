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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Gives a server another address.
@Command(
    name = "move",
    description = "Give server N another address. It keeps its number, its data and its vote.",
    footer = {
      "",
      "Stop the server first: from then on the others look for it at the new address only. Take",
      "its data directory there, and start it with the command that is printed.",
      "Exit status: 0 it is to be reached there, 4 refused, 1 not known or no server answers.",
      "Example: admin move 3 10.0.0.9:8091:8081"
    },
    mixinStandardHelpOptions = true)
final class AdminMoveCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The server's number.")
  private ServerId subject = new ServerId(1);

  @Parameters(
      index = "1",
      paramLabel = "HOST:CLIENT_PORT:PEER_PORT",
      description = "Where it is to be reached.")
  private String address = "";

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Member there = Newcomer.at(config, subject, address);
    MemberChange.Move change =
        new MemberChange.Move(subject, there.host(), there.clientPort(), there.peerPort());
    MemberWish wish = new MemberWish(config, spec);
    return wish.ask(
        subject,
        header -> new ClientRequest.MoveServer(header, change),
        asked ->
            ("server %s is to be reached at %s from now on. Start it there, with its data"
                    + " directory, and change it in the file of servers:%n%s")
                .formatted(subject, MemberWish.address(there), wish.toStart(there, asked)));
  }
}
