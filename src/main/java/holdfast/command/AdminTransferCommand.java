package holdfast.command;

import holdfast.operate.AdminLink;
import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Makes another server primary, as planned.
@Command(
    name = "transfer",
    description = "Make server N primary. No write fails; people notice a slow one at most.",
    footer = {"", "Exit status: 0 it is primary now, 1 not.", "Example: admin transfer 2"},
    mixinStandardHelpOptions = true)
final class AdminTransferCommand implements Callable<Integer> {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);
  private static final Duration TRANSFER_MAX = Duration.ofSeconds(20);

  @Parameters(
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The server's number.")
  private ServerId target = new ServerId(1);

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    PrintWriter out = spec.commandLine().getOut();
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_MAX);
    Optional<Member> primary = status.primary().map(ClusterStatus.Answer::member);
    if (primary.isEmpty()) {
      out.println("not done: there is no primary that could hand over; see status");
      return HoldfastCommand.FAILED;
    }
    if (primary.get().id().equals(target)) {
      out.println("server " + target + " is primary already");
      return 0;
    }
    try (AdminLink link = AdminLink.open(config, primary.get())) {
      OkPayload.PrimaryMoved moved =
          link.ask(
              header -> new ClientRequest.TransferPrimary(header, target),
              OkPayload.PrimaryMoved.class,
              TRANSFER_MAX);
      out.println(
          "server %s is primary now, in term %s; it was server %s"
              .formatted(moved.primary(), Timeline.termText(moved.term()), primary.get().id()));
      return 0;
    }
  }
}
