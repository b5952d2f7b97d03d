package holdfast.command;

import holdfast.operate.AdminLink;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Lists what a server could not bring into the present timeline.
@Command(
    name = "unreplayable",
    description = "List what server N could not bring in again after the cluster was split.",
    footer = {
      "",
      "A name that two people took on the two sides of a split, say, and what was written under it.",
      "status says which server has such writes. They stay on its disk.",
      "Exit status: 0 it was asked, 1 it does not answer.",
      "Examples: admin unreplayable 1        admin unreplayable 1 --json"
    },
    mixinStandardHelpOptions = true)
final class AdminUnreplayableCommand implements Callable<Integer> {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

  @Parameters(
      paramLabel = "N",
      converter = ServerIdConverter.class,
      description = "The server's number.")
  private ServerId server = new ServerId(1);

  @Option(names = "--json", description = "A JSON object a line: the command as it was logged.")
  private boolean json;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Member member = config.server(server);
    PrintWriter out = spec.commandLine().getOut();
    try (AdminLink link = AdminLink.open(config, member)) {
      long after = 0;
      OkPayload.Unreplayables page;
      do {
        long from = after;
        page =
            link.ask(
                header -> new ClientRequest.Unreplayable(header, Optional.of(from)),
                OkPayload.Unreplayables.class,
                ANSWER_MAX);
        for (OkPayload.UnreplayableCommand one : page.commands()) {
          out.println(
              json
                  ? one.command()
                  : "%s  %s%n    %s".formatted(Times.utc(one.time()), one.reason(), one.command()));
          after = one.position();
        }
      } while (page.more());
      if (!json) {
        out.println(
            "server %s: %d writes could not be brought in again, %d are yet to be"
                .formatted(server, page.count(), page.waiting()));
      }
      out.flush();
      return 0;
    }
  }
}
