package holdfast.demo;

import holdfast.operate.ClusterStatus;
import holdfast.operate.Poll;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.wire.ServerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A cluster of real processes under a steady load, and the means to hurt it and to see what came
/// of it. The demo and the kill-two check are both made of this.
public final class ClusterDrill implements AutoCloseable {
  private static final Duration STATUS_TIMEOUT = Duration.ofMillis(500);

  /// Starting a JVM on a busy machine takes its time.
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private final LocalCluster cluster;
  private final Ledger ledger = new Ledger();
  private Optional<Load> load = Optional.empty();

  private ClusterDrill(LocalCluster cluster) {
    this.cluster = cluster;
  }

  /// Prepares a cluster; nothing runs yet.
  public static ClusterDrill of(int servers, List<String> sets)
      throws IOException, ConfigException {
    return in(Path.of(System.getProperty("java.io.tmpdir")), servers, sets);
  }

  /// The same with its temporary folder in `parent`: on the disk that matters.
  public static ClusterDrill in(Path parent, int servers, List<String> sets)
      throws IOException, ConfigException {
    return new ClusterDrill(LocalCluster.create(servers, sets, parent));
  }

  public LocalCluster cluster() {
    return cluster;
  }

  /// What must be on every disk in the end; other senders than the load's writers add theirs.
  public Ledger ledger() {
    return ledger;
  }

  /// Starts all servers and returns the primary they elect.
  public ClusterStatus.Answer startAll() throws IOException, InterruptedException, DrillException {
    for (Member member : cluster.members()) {
      cluster.start(member.id());
    }
    return awaitPrimary(0, START_MAX);
  }

  /// Makes the writers' accounts and lets them write.
  public void startLoad(int writers, Duration pace) throws InterruptedException, DrillException {
    Load started = Load.start(writers, pace, ledger, cluster.members());
    load = Optional.of(started);
    started.resume();
    started.awaitProgressSince(System.nanoTime());
  }

  /// Lets the load go on after `compare`.
  public void resumeLoad() throws InterruptedException, DrillException {
    load().resume();
    load().awaitProgressSince(System.nanoTime());
  }

  /// Returns when every writer had `messages` more acknowledged.
  void awaitMessages(int messages) throws InterruptedException, DrillException {
    load().awaitMore(messages);
  }

  private Load load() {
    return load.orElseThrow();
  }

  /// The cluster as it sees itself now.
  public ClusterStatus status() throws InterruptedException {
    return ClusterStatus.ask(cluster.running(), STATUS_TIMEOUT);
  }

  /// A primary that was killed.
  ///
  /// @param term the term it was primary in
  /// @param instant the one before its death, as System.nanoTime
  public record Death(ServerId id, long term, long instant) {}

  /// Kills the primary, whichever server that is.
  public Death killPrimary() throws InterruptedException, DrillException {
    ClusterStatus.Answer primary = awaitPrimary(0, Load.RECOVERY_MAX);
    ServerId id = primary.member().id();
    return new Death(id, primary.status().term(), cluster.kill(id));
  }

  /// Returns when every writer has had an acknowledgement from the successor.
  public Failover awaitFailover(Death death) throws InterruptedException, DrillException {
    ClusterStatus.Answer successor = awaitPrimary(death.term() + 1, Load.RECOVERY_MAX);
    load().awaitProgressSince(System.nanoTime());
    return new Failover(
        death.id(),
        successor.member().id(),
        load().longestWaitsSince(death.instant()),
        successor.status().term() - death.term());
  }

  private ClusterStatus.Answer awaitPrimary(long termMin, Duration patience)
      throws InterruptedException, DrillException {
    Optional<ClusterStatus.Answer> primary =
        Poll.until(patience, () -> status().primary().filter(p -> p.status().term() >= termMin));
    if (primary.isPresent()) {
      return primary.get();
    }
    String why = status().view().flatMap(view -> view.status().why()).orElse("no server says why");
    throw new DrillException("no primary within " + patience.toSeconds() + " s: " + why);
  }

  /// Kills server `id`, primary or not.
  public Death kill(ServerId id) throws InterruptedException, DrillException {
    long term = awaitPrimary(0, Load.RECOVERY_MAX).status().term();
    return new Death(id, term, cluster.kill(id));
  }

  /// Returns the primary's answer once that tolerates so many failures.
  ClusterStatus.Answer awaitTolerated(int failures) throws InterruptedException, DrillException {
    Optional<ClusterStatus.Answer> primary =
        Poll.until(
            START_MAX,
            () -> status().primary().filter(p -> p.status().failuresTolerated() >= failures));
    if (primary.isPresent()) {
      return primary.get();
    }
    throw new DrillException(
        "not %d more failures tolerated within %d s".formatted(failures, START_MAX.toSeconds()));
  }

  /// Returns when server `id` says of itself that it goes on alone.
  void awaitSolo(Member member) throws InterruptedException, DrillException {
    Optional<ClusterStatus.Answer> solo =
        Poll.until(
            Load.RECOVERY_MAX, () -> status().of(member).filter(answer -> answer.status().solo()));
    if (solo.isEmpty()) {
      throw new DrillException(
          "server %s does not go on alone within %d s"
              .formatted(member.id(), Load.RECOVERY_MAX.toSeconds()));
    }
  }

  /// Starts dead servers again.
  public void restart(List<ServerId> ids) throws IOException {
    for (ServerId id : ids) {
      cluster.start(id);
    }
  }

  /// Returns when every server is up, votes and has what was committed when this was called.
  public void awaitAllUp() throws InterruptedException, DrillException {
    long committed = awaitPrimary(0, START_MAX).own().map(ServerStatus::commitIndex).orElse(0L);
    if (Poll.until(START_MAX, () -> status().primary().filter(p -> areUp(p, committed)))
        .isPresent()) {
      return;
    }
    ClusterStatus status = status();
    Set<ServerId> missing = cluster.members().stream().map(Member::id).collect(Collectors.toSet());
    status.answers().forEach(answer -> missing.remove(answer.member().id()));
    throw new DrillException(
        "not all servers are up and have caught up within "
            + START_MAX.toSeconds()
            + " s"
            + (missing.isEmpty() ? "" : "; no answer from " + missing));
  }

  private boolean areUp(ClusterStatus.Answer primary, long index) {
    List<ServerStatus> rows = primary.status().servers();
    return rows.size() == cluster.members().size()
        && rows.stream().allMatch(row -> row.up() && row.voter() && row.lastIndex() >= index);
  }

  /// Returns when nothing of an earlier timeline waits to be brought in again, on any disk.
  void awaitRescued() throws InterruptedException, DrillException, SQLException {
    if (Poll.until(
            START_MAX,
            () -> Optional.of(Databases.waiting(cluster.databases())).filter(rows -> rows == 0))
        .isEmpty()) {
      throw new DrillException(
          Databases.waiting(cluster.databases())
              + " writes are not brought in again within "
              + START_MAX.toSeconds()
              + " s");
    }
  }

  /// Pauses the load, waits until all servers have everything, and compares what they have on disk.
  public Databases.Report compare() throws InterruptedException, DrillException, SQLException {
    return compare(Databases.Numbering.KEPT);
  }

  Databases.Report compare(Databases.Numbering numbering)
      throws InterruptedException, DrillException, SQLException {
    if (load.isPresent()) {
      load().pause();
    }
    return Databases.compareSettled(cluster.databases(), ledger.entries(), numbering, START_MAX);
  }

  /// What is wrong after servers that were alone have been put together again.
  List<String> faults(Databases.Report report) throws SQLException {
    List<String> faults = new ArrayList<>(report.faults());
    long unreplayable = Databases.unreplayable(cluster.databases());
    if (unreplayable > 0) {
      faults.add(unreplayable + " writes could not be brought in again");
    }
    return faults;
  }

  @Override
  public void close() throws IOException {
    load.ifPresent(Load::close);
    cluster.close();
  }
}
