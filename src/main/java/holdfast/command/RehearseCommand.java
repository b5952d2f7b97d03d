package holdfast.command;

import holdfast.bench.LoginBench;
import holdfast.bench.LoginSettings;
import holdfast.bench.ReadBench;
import holdfast.bench.ReadSettings;
import holdfast.bench.RoomBench;
import holdfast.bench.RoomSettings;
import holdfast.bench.Subject;
import holdfast.bench.Through;
import holdfast.bench.Timing;
import holdfast.bench.WriteBench;
import holdfast.bench.WriteSettings;
import holdfast.client.ChatClient;
import holdfast.client.ChatListener;
import holdfast.client.ClientSettings;
import holdfast.client.HostPort;
import holdfast.client.Notice;
import holdfast.demo.LocalCluster;
import holdfast.operate.ClusterStatus;
import holdfast.operate.Poll;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.Server;
import holdfast.server.StartException;
import holdfast.wire.ReadLevel;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs servers and their clients in this one process, for some seconds, as they run in life: with
/// little to do, with much, and while the primary hands over. It is for the JVM, which keeps what
/// it learns of that (JEP 483, 514 and 515): a server that starts with it has its classes linked
/// already, and knows which methods to compile.
@Command(
    name = "rehearse",
    hidden = true,
    description = "Run a cluster in this process for some seconds, for the JVM to learn from.",
    footer = {"", "setup_distributed.sh build does this.", "Example: rehearse --dir /tmp"},
    mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  private static final int SERVERS = 3;
  private static final int HAND_OVERS = 2;
  private static final List<ReadSettings.Kind> READS =
      List.of(
          ReadSettings.Kind.HISTORY,
          ReadSettings.Kind.CONVERSATIONS,
          ReadSettings.Kind.SEARCH_COMMON);
  private static final String NAME = "rehearsing";
  private static final String PASSWORD = "nobody needs to know";
  private static final Duration REHEARSAL_MAX = Duration.ofMinutes(3);
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration STATUS_MAX = Duration.ofMillis(500);
  private static final Timing TIMING = new Timing(Duration.ZERO, Duration.ofSeconds(1));
  private static final Timing WRITING = new Timing(Duration.ZERO, Duration.ofSeconds(3));

  /// Long enough for the compilers to have done their work, and for what they go by to be what a
  /// server under load does.
  private static final Timing FLOODING = new Timing(Duration.ZERO, Duration.ofSeconds(10));

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where their folder is made, and removed (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(".");

  private final Map<ServerId, Server> running = new TreeMap<>();

  /// @throws TimeoutException if it hangs; the build that waits for it is not to
  @Override
  public Integer call() throws Exception {
    FutureTask<Integer> rehearsal = new FutureTask<>(this::rehearse);
    Thread.ofPlatform().name("rehearsal").daemon().start(rehearsal);
    return rehearsal.get(REHEARSAL_MAX.toSeconds(), TimeUnit.SECONDS);
  }

  private Integer rehearse() throws Exception {
    try (LocalCluster cluster = LocalCluster.create(SERVERS, List.of(), directory)) {
      try {
        for (Member member : cluster.members()) {
          start(cluster, member.id());
        }
        awaitAllUp(cluster);
        work(Subject.of(cluster));
        chat(cluster);
      } finally {
        running.values().forEach(Server::close);
      }
    }
    return 0;
  }

  private static void unheard(String progress) {}

  private void start(LocalCluster cluster, ServerId id) throws StartException {
    running.put(id, Server.start(cluster.config(), id));
  }

  /// Returns the primary, once every server follows it.
  private static ServerId awaitAllUp(LocalCluster cluster)
      throws InterruptedException, IOException {
    return Poll.until(START_MAX, () -> primaryOfAll(cluster.members()))
        .orElseThrow(() -> new IOException("no cluster within " + START_MAX));
  }

  private static Optional<ServerId> primaryOfAll(List<Member> members) throws InterruptedException {
    return ClusterStatus.ask(members, STATUS_MAX)
        .primary()
        .filter(primary -> primary.status().servers().stream().allMatch(ServerStatus::up))
        .map(primary -> primary.member().id());
  }

  private static void work(Subject subject) throws Exception {
    write(subject, 1, WRITING);
    write(subject, 64, WRITING);
    write(subject, 256, FLOODING);
    for (ReadSettings.Kind kind : READS) {
      ReadSettings reads =
          new ReadSettings(kind, ReadLevel.LOCAL, 50, 4, TIMING, Through.PRIMARY, 1_000, 20, 1);
      ReadBench.run(subject, reads, RehearseCommand::unheard);
    }
    LoginBench.run(
        subject,
        new LoginSettings(LoginSettings.Kind.TOKEN, 4, TIMING, Through.ALL),
        RehearseCommand::unheard);
    RoomBench.run(
        subject, new RoomSettings(6, 6, 2, 8, TIMING, Through.ALL), RehearseCommand::unheard);
  }

  private static void write(Subject subject, int outstanding, Timing timing) throws Exception {
    WriteSettings writes =
        new WriteSettings(outstanding, OptionalInt.empty(), timing, Through.ALL, 100, 1);
    WriteBench.run(subject, writes, RehearseCommand::unheard);
  }

  /// Somebody writes while one primary after the other hands over.
  private void chat(LocalCluster cluster) throws Exception {
    try (ChatClient writer = ChatClient.open(settings(cluster), new Silent())) {
      ChatClient.await(writer.register(NAME, PASSWORD));
      ChatClient.await(writer.login(NAME, PASSWORD));
      for (int i = 0; i < HAND_OVERS; i++) {
        ServerId primary = awaitAllUp(cluster);
        Thread leaving = Thread.ofPlatform().start(running.remove(primary)::stop);
        while (leaving.isAlive()) {
          ChatClient.await(writer.send("@" + NAME, "one after the other"));
        }
        start(cluster, primary);
      }
      awaitAllUp(cluster);
    }
  }

  private static ClientSettings settings(LocalCluster cluster) {
    List<HostPort> servers =
        cluster.members().stream()
            .map(member -> new HostPort(member.host(), member.clientPort()))
            .toList();
    return ClientSettings.of(servers, NAME);
  }

  /// Nobody listens.
  private static final class Silent implements ChatListener {
    @Override
    public void onEvent(ServerEvent event) {}

    @Override
    public void onNotice(Notice notice) {}
  }
}
