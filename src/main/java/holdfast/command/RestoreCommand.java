package holdfast.command;

import holdfast.operate.NewCluster;
import holdfast.operate.OperatorLock;
import holdfast.server.ServerConfig;
import holdfast.storage.CopiedState;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Begins a new cluster from a backup.
@Command(
    name = "restore",
    description = "Begin a new cluster from a backup, with the servers of the file as members.",
    footer = {
      "",
      "Run it on one machine, with all servers stopped everywhere, then start the servers there",
      "first; servers on other machines start with empty data directories and get the database.",
      "The new cluster has an identity of its own: no server of the old one can join it. People",
      "sign in again with their passwords; what was written after the backup is gone.",
      "Exit status: 0 ready to be started, 1 not, 3 a server runs, 4 the file is no backup or",
      "damaged, or there is data in the way.",
      "Example: restore monday.backup && up"
    },
    mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "What admin backup made.")
  private Path file = Path.of("holdfast.backup");

  @Option(
      names = "--put-aside",
      description = "Rename data directories that are in the way, instead of refusing.")
  private boolean putAside;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    PrintWriter out = spec.commandLine().getOut();
    Optional<OperatorLock> lock = OperatorLock.take(config.dataDir());
    if (lock.isEmpty()) {
      out.println("another up or down is at work in " + config.dataDir());
      return HoldfastCommand.FAILED;
    }
    try (OperatorLock _ = lock.get()) {
      NewCluster cluster = NewCluster.here(config);
      List<Path> inTheWay = cluster.inTheWay();
      if (!inTheWay.isEmpty() && !putAside) {
        out.println(
            "not done: there is data in "
                + Founded.join(inTheWay)
                + "; move it away, or give --put-aside");
        return HoldfastCommand.REFUSED;
      }
      CopiedState state = CopiedState.verified(file);
      out.println(
          "%s: %d accounts and %d messages of cluster %s, as of log index %d (%s)"
              .formatted(
                  file,
                  state.accounts(),
                  state.messages(),
                  state.clusterId(),
                  state.position().index(),
                  Times.utc(state.time())));
      out.flush();
      Founded.tell(out, config, cluster.begin(state, Instant.now()));
      return 0;
    }
  }
}
