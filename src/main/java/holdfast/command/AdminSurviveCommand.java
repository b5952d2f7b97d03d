package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.operate.AdminLink;
import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Has one server go on by itself, though it may lack something.
@Command(
    name = "survive",
    description = "Have server N go on alone, with what it has, when too many others are gone.",
    footer = {
      "",
      "For a cluster with survivor.takeover that has no primary: two of three died at once, say.",
      "Nothing is thrown away. What the others have and server N lacks comes back with their disks",
      "and is logged again, behind what was written meanwhile. Until then it is not to be seen.",
      "Exit status: 0 it goes on, 1 not done, 4 refused.",
      "Example: admin survive 3"
    },
    mixinStandardHelpOptions = true)
final class AdminSurviveCommand implements Callable<Integer> {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);

  /// Longer than the server takes to say no.
  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

  @Parameters(
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The server's number.")
  private ServerId survivor = new ServerId(1);

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Member member = config.server(survivor);
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_MAX);
    if (!yes) {
      tellWhatIsAtStake(config, status);
      if (!dialog().confirmed("have server " + survivor + " go on alone")) {
        say("not done");
        return HoldfastCommand.FAILED;
      }
    }
    try (AdminLink link = AdminLink.open(config, member)) {
      OkPayload.PrimaryMoved moved =
          link.ask(ClientRequest.Survive::new, OkPayload.PrimaryMoved.class, ANSWER_MAX);
      say(
          "server %s goes on alone, in term %s. Bring the others back with their disks; what is written until then is on this one disk only"
              .formatted(moved.primary(), Timeline.termText(moved.term())));
      return 0;
    } catch (AdminException e) {
      return dialog().refused(e);
    }
  }

  private void tellWhatIsAtStake(ServerConfig config, ClusterStatus status) {
    List<ServerId> silent =
        config.servers().stream()
            .filter(member -> status.of(member).isEmpty())
            .map(Member::id)
            .toList();
    say(
        "silent: "
            + (silent.isEmpty()
                ? "none of the servers of the file"
                : silent.stream().map(id -> "server " + id).collect(Collectors.joining(", "))));
    say(
        "If one of them can be started instead, do that: a majority goes on by itself and lacks nothing.");
    say(
        "What was acknowledged without server %s is not to be seen until the others are back; if their disks are lost, so is that."
            .formatted(survivor));
  }

  private void say(String line) {
    dialog().say(line);
  }

  private Dialog dialog() {
    return new Dialog(spec);
  }
}
