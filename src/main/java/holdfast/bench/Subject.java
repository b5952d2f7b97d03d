package holdfast.bench;

import holdfast.demo.LocalCluster;
import holdfast.operate.ClusterStatus;
import holdfast.operate.PidFile;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The servers that are measured.
///
/// @param pids the process of each that runs on this machine and is known
/// @param folder of those that were started to be measured: what is put there goes with them
public record Subject(List<Member> members, SortedMap<ServerId, Long> pids, Optional<Path> folder) {
  private static final Duration STATUS_MAX = Duration.ofSeconds(2);

  public Subject {
    members = List.copyOf(members);
  }

  /// Servers started for the measurement.
  public static Subject of(LocalCluster cluster) {
    SortedMap<ServerId, Long> pids = new TreeMap<>();
    cluster.processes().forEach((id, process) -> pids.put(id, process.pid()));
    return new Subject(cluster.members(), pids, Optional.of(cluster.folder()));
  }

  /// Servers that run already; the processes of those that `up` started here are known.
  public static Subject running(ServerConfig config) throws IOException {
    SortedMap<ServerId, Long> pids = new TreeMap<>();
    for (Member member : config.servers()) {
      PidFile.of(config, member.id())
          .running()
          .ifPresent(process -> pids.put(member.id(), process.pid()));
    }
    return new Subject(config.servers(), pids, Optional.empty());
  }

  ServerId primary() throws BenchException, InterruptedException {
    return ClusterStatus.ask(members, STATUS_MAX)
        .primary()
        .map(answer -> answer.member().id())
        .orElseThrow(() -> new BenchException("there is no primary"));
  }

  /// The servers by which a load enters, the primary first if it is one of them.
  List<Member> entrances(Through through, ServerId primary) throws BenchException {
    List<Member> first = members.stream().filter(m -> m.id().equals(primary)).toList();
    List<Member> backups = members.stream().filter(m -> !m.id().equals(primary)).toList();
    List<Member> chosen =
        switch (through) {
          case ALL -> Stream.concat(first.stream(), backups.stream()).toList();
          case PRIMARY -> first;
          case BACKUPS -> backups;
        };
    if (chosen.isEmpty()) {
      throw new BenchException("a cluster of one has no backups");
    }
    return chosen;
  }

  /// What each known process has used so far.
  Map<ServerId, ProcessUsage> usage() {
    Map<ServerId, ProcessUsage> usage = new TreeMap<>();
    pids.forEach((id, pid) -> {
      Optional<ProcessUsage> used = ProcessUsage.of(pid);
      used.ifPresent(value -> usage.put(id, value));
    });
    return usage;
  }
}
