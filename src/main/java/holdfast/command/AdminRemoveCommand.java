package holdfast.command;

import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.wire.ClientRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Takes a server out of the cluster, for good.
@Command(
    name = "remove",
    description = "Take server N out of the cluster, for good. It may run or not.",
    footer = {
      "",
      "If it runs it ends by itself; if it is primary it hands over first. Refused if too few of",
      "those that are left answer. Said again it changes nothing.",
      "Exit status: 0 it is no member, 4 refused, 1 not known or no server answers.",
      "Example: admin remove 3"
    },
    mixinStandardHelpOptions = true)
final class AdminRemoveCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The server's number, which is never given again.")
  private ServerId subject = new ServerId(1);

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    MemberChange.Remove change = new MemberChange.Remove(subject);
    return new MemberWish(options.load(), spec)
        .ask(
            subject,
            header -> new ClientRequest.RemoveServer(header, change),
            asked ->
                ("server %s is no member any more. If it runs it ends by itself. Take it out of the"
                        + " file of servers; its number is never given again")
                    .formatted(subject));
  }
}
