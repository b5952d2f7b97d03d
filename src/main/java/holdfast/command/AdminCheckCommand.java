package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.operate.AdminLink;
import holdfast.operate.CheckUp;
import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Has every server walk its tables, and holds them against each other.
@Command(
    name = "check",
    description = "Have every server walk its tables, and hold them against each other.",
    footer = {
      "",
      "Servers go on serving; each is asked after the other. One that does not answer is left out.",
      "Exit status: 0 all that answer are sound and equal, 1 not."
    },
    mixinStandardHelpOptions = true)
final class AdminCheckCommand implements Callable<Integer> {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_MAX);
    List<Member> answering = status.answers().stream().map(ClusterStatus.Answer::member).toList();
    if (answering.isEmpty()) {
      say("no server answers");
      return HoldfastCommand.FAILED;
    }
    // What all of them have applied by now.
    long logIndex =
        status.answers().stream()
            .flatMap(answer -> answer.own().stream())
            .mapToLong(own -> own.appliedIndex())
            .min()
            .orElse(0);
    say("checking everything up to log index " + logIndex);
    CheckUp checkUp = new CheckUp();
    List<String> failures = new ArrayList<>();
    for (Member member : config.servers()) {
      if (answering.contains(member)) {
        ask(config, member, logIndex, checkUp, failures);
      } else {
        say("server " + member.id() + ": does not answer, left out");
      }
    }
    List<String> differences = checkUp.differences();
    differences.forEach(this::say);
    boolean well = failures.isEmpty() && differences.isEmpty() && checkUp.faults() == 0;
    say(well ? "all is well" : "not all is well; docs/OPERATING.md says what to do");
    return well ? 0 : HoldfastCommand.FAILED;
  }

  private void ask(
      ServerConfig config, Member member, long logIndex, CheckUp checkUp, List<String> failures)
      throws ConfigException {
    try (AdminLink link = AdminLink.open(config, member)) {
      checkUp.ask(link, member.id(), logIndex).forEach(this::say);
    } catch (AdminException | IOException e) {
      failures.add(e.getMessage());
      say("server " + member.id() + ": not checked: " + e.getMessage());
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
