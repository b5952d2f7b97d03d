package holdfast.operate;

import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.server.ConfigException;
import holdfast.server.Replay;
import holdfast.server.ServerConfig;
import holdfast.storage.CopiedState;
import holdfast.storage.StoreException;
import holdfast.storage.SurvivingDirectory;
import holdfast.wire.CommandCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the surviving data directories of a cluster that lost its quorum are good for: which of
/// them is the most advanced, and what may be missing from it (docs/DESIGN.md, Founding from a
/// state).
///
/// @param survivors as given; one without its redo log is good for what it has, but does not count
///   as a voter that is left, since what it acknowledged last may be missing
/// @param chosen the one whose log ends last, by term and then index: whatever a majority of which
///   one voter is among the survivors has acknowledged, is in it
/// @param votersMissing voters of its last membership of which no directory was given, or one
///   without its redo log
public record Recovery(
    List<SurvivingDirectory> survivors, SurvivingDirectory chosen, List<Member> votersMissing) {
  public Recovery {
    survivors = List.copyOf(survivors);
    votersMissing = List.copyOf(votersMissing);
  }

  /// Looks at the directories, all of stopped servers of one cluster.
  ///
  /// @param evenWithoutRedoLog whether one whose redo log is missing or damaged is taken, too
  /// @throws StoreException one cannot be used
  /// @throws ConfigException they do not belong together
  public static Recovery look(List<Path> directories, boolean evenWithoutRedoLog)
      throws ConfigException, IOException, StoreException {
    List<SurvivingDirectory> survivors = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Path directory : directories) {
      SurvivingDirectory survivor =
          SurvivingDirectory.look(directory, new CommandCodec(), evenWithoutRedoLog);
      survivors.add(survivor);
      if (!survivor.clusterId().equals(survivors.getFirst().clusterId())) {
        throw new ConfigException(
            "%s is of cluster %s, %s of cluster %s: give the directories of one"
                .formatted(
                    directory,
                    survivor.clusterId(),
                    directories.getFirst(),
                    survivors.getFirst().clusterId()));
      }
      if (!keys.add(survivor.memberKey())) {
        throw new ConfigException(
            directory + " is another copy of a directory already given: give each server once");
      }
    }
    SurvivingDirectory chosen =
        survivors.stream().max(Comparator.comparing(SurvivingDirectory::last)).orElseThrow();
    survivors.stream()
        .filter(SurvivingDirectory::redoLogLost)
        .map(SurvivingDirectory::memberKey)
        .forEach(keys::remove);
    Membership membership = chosen.membership();
    List<Member> missing =
        membership.members().stream()
            .filter(Member::voter)
            .filter(voter -> voter.key().map(key -> !keys.contains(key)).orElse(true))
            .toList();
    return new Recovery(survivors, chosen, missing);
  }

  /// The member whose directory this is, if the last membership still has it.
  public Optional<Member> memberOf(SurvivingDirectory survivor) {
    return chosen.membership().members().stream()
        .filter(member -> member.key().equals(Optional.of(survivor.memberKey())))
        .findFirst();
  }

  /// Whether the survivors are a majority: then nothing is to be recovered, they are to be started.
  public boolean isQuorum() {
    Membership membership = chosen.membership();
    return membership.voters().size() - votersMissing.size() >= membership.quorum();
  }

  /// Whether a majority may have acknowledged something that no survivor ever heard of.
  public boolean mayHaveLost() {
    return votersMissing.size() >= chosen.membership().quorum();
  }

  /// What is kept though nobody knows whether it was ever acknowledged.
  public long unconfirmed() {
    LogPosition last = chosen.last();
    return Math.max(0, last.index() - chosen.appliedIndex());
  }

  /// Begins a new cluster from the chosen directory, all of its log included. The survivors are not
  /// changed, but those in the place of the new directories are put aside.
  public NewCluster.Made begin(ServerConfig config, NewCluster cluster, Instant now)
      throws IOException, InterruptedException, StoreException {
    Files.createDirectories(config.dataDir());
    Path work = Files.createTempDirectory(config.dataDir(), "recover-");
    try {
      Path source = work.resolve("source");
      chosen.copyTo(source);
      CopiedState state = Replay.run(config, source, work.resolve("state.db"));
      return cluster.begin(state, now);
    } finally {
      delete(work);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
