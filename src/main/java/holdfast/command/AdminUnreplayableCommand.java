package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.operate.AdminLink;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.io.IOException;
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
      "status says which server has such writes. They stay on its disk until --forget.",
      "Exit status: 0 it was asked, 1 it does not answer, or nothing was forgotten.",
      "Examples: admin unreplayable 1        admin unreplayable 1 --json",
      "          admin unreplayable 1 --forget"
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

  @Option(
      names = "--forget",
      description = "Throw away what is listed, once you have told the people it is about.")
  private boolean forget;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Member member = config.server(server);
    try (AdminLink link = AdminLink.open(config, member)) {
      long last = list(link);
      return !forget || last == 0 ? 0 : forget(link, last);
    }
  }

  /// Prints all there are; the last one's position, 0 if there is none.
  private long list(AdminLink link) throws AdminException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    long last = 0;
    OkPayload.Unreplayables page;
    do {
      page = ask(link, Optional.of(last), Optional.empty());
      for (OkPayload.UnreplayableCommand one : page.commands()) {
        out.println(
            json
                ? one.command()
                : "%s  %s%n    %s".formatted(Times.utc(one.time()), one.reason(), one.command()));
        last = one.position();
      }
    } while (page.more());
    if (!json) {
      out.println(
          "server %s: %d writes could not be brought in again, %d are yet to be"
              .formatted(server, page.count(), page.waiting()));
    }
    out.flush();
    return last;
  }

  private int forget(AdminLink link, long upTo) throws AdminException, IOException {
    Dialog dialog = new Dialog(spec);
    if (!yes && !dialog.confirmed("forget what is listed, for good")) {
      dialog.say("not done");
      return HoldfastCommand.FAILED;
    }
    OkPayload.Unreplayables left = ask(link, Optional.of(upTo), Optional.of(upTo));
    dialog.say("server %s: forgotten; %d are left".formatted(server, left.count()));
    return 0;
  }

  private static OkPayload.Unreplayables ask(
      AdminLink link, Optional<Long> after, Optional<Long> forget)
      throws AdminException, IOException {
    return link.ask(
        header -> new ClientRequest.Unreplayable(header, after, forget),
        OkPayload.Unreplayables.class,
        ANSWER_MAX);
  }
}
