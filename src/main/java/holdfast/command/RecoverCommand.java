package holdfast.command;

import holdfast.operate.NewCluster;
import holdfast.operate.OperatorLock;
import holdfast.operate.Recovery;
import holdfast.replication.Member;
import holdfast.replication.Timeline;
import holdfast.server.ServerConfig;
import holdfast.storage.SurvivingDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Begins a new cluster from what is left of one that lost its quorum for good.
@Command(
    name = "recover",
    description = "Begin a new cluster from the data directories that are left of a lost one.",
    footer = {
      "",
      "For when so many disks are gone that no majority will ever be up again. Give the directories",
      "of all servers that are left, copied here from other machines, all of stopped servers. It",
      "takes the most advanced, says what may be lost, asks, and begins a new cluster, with the",
      "servers of the file as members. The directories given are not changed; those in the place of",
      "the new ones are renamed.",
      "Exit status: 0 ready to be started, 1 not done, 2 they do not belong together, 3 a server",
      "runs, 4 a directory cannot be used.",
      "Example: recover data/server-1 /tmp/server-4"
    },
    mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      arity = "1..*",
      description = "A surviving data directory (server-N).")
  private List<Path> directories = new ArrayList<>();

  @Option(
      names = "--without-redo-log",
      description = {
        "Also take a directory whose redo log is missing or damaged: its database as it stands,",
        "which may lack the last of what was acknowledged: milliseconds, or seconds if it is the",
        "database's own holdfast.db-wal that is lost. For when there is nothing better."
      })
  private boolean withoutRedoLog;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServerConfig config = options.load();
    Optional<OperatorLock> lock = OperatorLock.take(config.dataDir());
    if (lock.isEmpty()) {
      say("another up or down is at work in " + config.dataDir());
      return HoldfastCommand.FAILED;
    }
    try (OperatorLock _ = lock.get()) {
      NewCluster cluster = NewCluster.here(config);
      Recovery recovery = Recovery.look(directories, withoutRedoLog);
      recovery.survivors().forEach(survivor -> say(describe(recovery, survivor)));
      if (recovery.isQuorum()) {
        say(
            "not done: these are a majority of the voters. Nothing is lost: start them as they are, and they go on");
        return HoldfastCommand.FAILED;
      }
      tellWhatIsAtStake(recovery);
      if (!yes && !dialog().confirmed("begin a new cluster")) {
        say("not done");
        return HoldfastCommand.FAILED;
      }
      NewCluster.Made made = recovery.begin(config, cluster, Instant.now());
      Founded.tell(spec.commandLine().getOut(), config, made);
      return 0;
    }
  }

  private static String describe(Recovery recovery, SurvivingDirectory survivor) {
    return "%s (%s): log ends at index %d of term %s; applied up to %d, %s%s%s"
        .formatted(
            survivor.directory(),
            recovery
                .memberOf(survivor)
                .map(member -> "server " + member.id())
                .orElse("no member any more"),
            survivor.last().index(),
            Timeline.termText(survivor.last().term()),
            survivor.appliedIndex(),
            Times.utc(survivor.time()),
            survivor.redoLogLost() ? "; without its redo log, counts as missing" : "",
            survivor.equals(recovery.chosen()) ? "  <- the most advanced: taken" : "");
  }

  private void tellWhatIsAtStake(Recovery recovery) {
    SurvivingDirectory chosen = recovery.chosen();
    String missing =
        recovery.votersMissing().stream()
            .map(Member::id)
            .map(id -> "server " + id)
            .collect(Collectors.joining(", "));
    say("missing: " + missing);
    if (recovery.mayHaveLost()) {
      say(
          "may be lost: every write that was acknowledged after log index "
              + chosen.last().index()
              + " (the last command applied here is of "
              + Times.utc(chosen.time())
              + "). The missing servers were a majority by themselves, so nobody can know how many"
              + " there are");
    } else {
      say("nothing that was acknowledged is lost: no majority was made of the missing ones alone");
    }
    if (recovery.unconfirmed() > 0) {
      say(
          "kept: the last "
              + recovery.unconfirmed()
              + " entries of this log, though nobody knows whether they were acknowledged");
    }
    say(
        "the new cluster has an identity of its own: the old servers can never join it, even if"
            + " their disks come back. People sign in again with their passwords");
  }

  private void say(String line) {
    dialog().say(line);
  }

  private Dialog dialog() {
    return new Dialog(spec);
  }
}
