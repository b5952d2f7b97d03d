package holdfast.cluster;

import holdfast.demo.FaultProxy;
import holdfast.protocol.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Servers as processes of their own, from the jar, in a temporary folder and on free ports of
/// 127.0.0.1. Each has a `servers.properties` of its own, so that the peer ports in it can be those
/// of proxies. When a test failed, the folder stays and is named.
final class ServerProcesses implements AutoCloseable {
  /// How long anything may take before a test gives up. No time is asserted.
  static final long PATIENCE_SECONDS = 120;

  /// For tests that are not about how soon a primary is replaced: a busy machine, too, shall leave
  /// one its office.
  static final String CALM = "election.timeout=1500ms-3000ms";

  /// Not an exit status.
  static final int STAYS = -1;

  private static final int STAY_SECONDS = 5;
  private static final int PORT_MIN = 20_000;
  private static final int PORT_MAX = 30_000;
  private static final long POLL_MS = 20;
  private static final int ANSWER_MS = 10_000;

  private final Path folder;
  private final int count;

  /// The servers that the files name, from 1 on; the others join.
  private final int first;

  private final List<Integer> clientPorts;
  private final List<Integer> peerPorts;
  private final Map<Integer, Process> processes = new HashMap<>();
  private final Map<List<Integer>, FaultProxy> proxies = new HashMap<>();
  private final List<String> lines;
  private boolean passed;

  private ServerProcesses(Path folder, int count, int first, List<String> lines)
      throws IOException {
    this.folder = folder;
    this.count = count;
    this.first = first;
    this.lines = lines;
    List<Integer> ports = freePorts(2 * count);
    this.clientPorts = ports.subList(0, count);
    this.peerPorts = ports.subList(count, 2 * count);
  }

  /// @param lines more lines of servers.properties
  static ServerProcesses create(int count, String... lines) throws IOException {
    return createForMore(count, count, lines);
  }

  /// Ports for `count` servers, of which the files name the `first` ones only.
  static ServerProcesses createForMore(int first, int count, String... lines) throws IOException {
    ServerProcesses made =
        new ServerProcesses(
            Files.createTempDirectory("holdfast-it-"), count, first, Arrays.asList(lines));
    for (int number = 1; number <= count; number++) {
      made.configure(number, lines);
    }
    return made;
  }

  /// The same with a proxy between every two servers, in each direction one.
  static ServerProcesses createWithProxies(int count, String... lines) throws IOException {
    ServerProcesses made =
        new ServerProcesses(
            Files.createTempDirectory("holdfast-it-"), count, count, Arrays.asList(lines));
    for (int from = 1; from <= count; from++) {
      for (int to = 1; to <= count; to++) {
        if (from != to) {
          made.proxies.put(List.of(from, to), FaultProxy.to(made.peerPorts.get(to - 1)));
        }
      }
    }
    for (int number = 1; number <= count; number++) {
      made.configure(number, lines);
    }
    return made;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    Set<Integer> ports = new HashSet<>();
    while (ports.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        ports.add(free.getLocalPort());
      } catch (IOException e) {
        // Taken: the next one.
      }
    }
    return List.copyOf(ports);
  }

  /// Writes the file of server `number`.
  void configure(int number, String... own) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int other = 1; other <= first; other++) {
      FaultProxy proxy = proxies.get(List.of(number, other));
      int peerPort = proxy == null ? peerPorts.get(other - 1) : proxy.port();
      text.append(
          "server.%d=127.0.0.1:%d:%d\n".formatted(other, clientPorts.get(other - 1), peerPort));
    }
    for (String line : own) {
      text.append(line).append('\n');
    }
    Files.writeString(file(number), text);
  }

  List<String> lines() {
    return lines;
  }

  Path file(int number) {
    return folder.resolve("servers-" + number + ".properties");
  }

  Path folder() {
    return folder;
  }

  /// The servers' temporary folder.
  Path temporary() {
    return folder.resolve("temporary");
  }

  Path directory(int number) {
    return folder.resolve("data").resolve("server-" + number);
  }

  Path log(int number) {
    return folder.resolve("server-" + number + ".log");
  }

  int clientPort(int number) {
    return clientPorts.get(number - 1);
  }

  List<Integer> clientPorts() {
    return clientPorts;
  }

  int peerPort(int number) {
    return peerPorts.get(number - 1);
  }

  FaultProxy proxy(int from, int to) {
    return proxies.get(List.of(from, to));
  }

  /// Cuts `one` off from everybody in both directions.
  void isolate(int one) {
    proxies.forEach((pair, proxy) -> {
      if (pair.contains(one)) {
        proxy.silence(true, true);
      }
    });
  }

  void heal() {
    proxies.values().forEach(FaultProxy::heal);
  }

  // ---- processes

  void start(int number) throws IOException {
    run(number, List.of(), "server", Integer.toString(number));
  }

  /// Starts a server that the system lets open so many files.
  void startWithOpenFiles(int number, int filesMax) throws IOException {
    // From there on the shell is the server: its pid is the process's.
    List<String> shell = List.of("sh", "-c", "ulimit -n " + filesMax + "; exec \"$@\"", "sh");
    run(number, shell, "server", Integer.toString(number));
  }

  /// Has the cluster take server `number` in, asked of `seed`, at ports of its own.
  void join(int number, int seed) throws IOException {
    join(number, seed, clientPort(number), peerPort(number));
  }

  void join(int number, int seed, int clientPort, int peerPort) throws IOException {
    run(
        number,
        List.of(),
        "join",
        "--id",
        Integer.toString(number),
        "--host",
        "127.0.0.1",
        "--client-port",
        Integer.toString(clientPort),
        "--peer-port",
        Integer.toString(peerPort),
        "--seed",
        "127.0.0.1:" + peerPort(seed));
  }

  private void run(int number, List<String> through, String... what) throws IOException {
    List<String> command = new ArrayList<>(through);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-Djava.io.tmpdir=" + Files.createDirectories(temporary()),
            "-jar",
            System.getProperty("holdfast.jar")));
    command.addAll(Arrays.asList(what));
    command.addAll(List.of("--config", file(number).toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST_"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(number).toFile()));
    Process process = builder.start();
    process.getOutputStream().close();
    processes.put(number, process);
  }

  void startAll() throws IOException {
    for (int number = 1; number <= first; number++) {
      start(number);
    }
  }

  /// Kills it as a power cut would (SIGKILL), and waits until it is gone.
  void kill(int number) throws InterruptedException {
    processes.get(number).destroyForcibly();
    awaitExit(number);
  }

  /// STOP, CONT or TERM.
  void signal(int number, String name) throws IOException, InterruptedException {
    long pid = processes.get(number).pid();
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("kill -" + name + " " + pid + " failed");
    }
  }

  void stopAll() throws InterruptedException {
    killAll();
    for (int number : List.copyOf(processes.keySet())) {
      awaitExit(number);
    }
  }

  /// For an end that nobody waits for.
  void killAll() {
    processes.values().forEach(Process::destroyForcibly);
  }

  boolean isAlive(int number) {
    return processes.get(number).isAlive();
  }

  /// Its exit status.
  int awaitExit(int number) throws InterruptedException {
    Process process = processes.get(number);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("server " + number + " does not end; see " + log(number));
    }
    return process.exitValue();
  }

  /// Its exit status, or STAYS when it has not ended after a time in which an election could have
  /// been held several times.
  int awaitExitOrStay(int number) throws InterruptedException {
    Process process = processes.get(number);
    return process.waitFor(STAY_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : STAYS;
  }

  // ---- what they say

  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  static void await(String what, Condition condition) throws InterruptedException {
    await(what, PATIENCE_SECONDS, condition);
  }

  private static void await(String what, long seconds, Condition condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (IOException e) {
        // Not there, or not yet.
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain: " + what);
      }
      Thread.sleep(POLL_MS);
    }
  }

  /// HELLO's payload, or nothing if the server does not answer.
  Optional<JsonNode> hello(int number) {
    try (RawClient client = RawClient.connect(clientPort(number))) {
      client.patience(ANSWER_MS);
      return Optional.of(client.ok("HELLO", "{}"));
    } catch (IOException | AssertionError e) {
      return Optional.empty();
    }
  }

  JsonNode status(int number) throws IOException {
    try (RawClient client = RawClient.connect(clientPort(number))) {
      client.patience(ANSWER_MS);
      return client.ok("STATUS", "{}");
    }
  }

  /// Waits until one of these servers is primary, knows it, and the others of them agree.
  int awaitPrimary(List<Integer> among) throws InterruptedException {
    int[] found = {0};
    await(
        "a primary among " + among + " in " + folder,
        () -> {
          Set<String> named = new HashSet<>();
          int primary = 0;
          for (int number : among) {
            Optional<JsonNode> hello = hello(number);
            named.add(hello.map(h -> h.path("primary").asString("")).orElse(""));
            if (hello.map(h -> h.path("role").asString().equals("PRIMARY")).orElse(false)) {
              primary = number;
            }
          }
          found[0] = primary;
          return primary > 0 && named.equals(Set.of(Integer.toString(primary)));
        });
    return found[0];
  }

  int awaitPrimary() throws InterruptedException {
    return awaitPrimary(Stream.iterate(1, n -> n + 1).limit(first).toList());
  }

  /// Waits until all of `among` say that these, and only these, are voters.
  void awaitVoters(List<Integer> voters, List<Integer> among) throws InterruptedException {
    awaitVoters(voters, among, PATIENCE_SECONDS);
  }

  /// The same for servers that have much to fetch first.
  void awaitVoters(List<Integer> voters, List<Integer> among, long seconds)
      throws InterruptedException {
    await(
        "voters " + voters + " at " + among + " in " + folder,
        seconds,
        () -> {
          for (int number : among) {
            List<Integer> found = new ArrayList<>();
            for (JsonNode server : status(number).path("servers")) {
              if (server.path("voter").asBoolean()) {
                found.add(Integer.parseInt(server.path("server_id").asString()));
              }
            }
            if (!found.equals(voters)) {
              return false;
            }
          }
          return true;
        });
  }

  List<Integer> all() {
    return Stream.iterate(1, n -> n + 1).limit(count).toList();
  }

  List<Integer> allBut(Integer... left) {
    return all().stream().filter(n -> !Arrays.asList(left).contains(n)).toList();
  }

  long term(int number) {
    return hello(number).map(h -> h.path("term").asLong()).orElse(0L);
  }

  String logText(int number) throws IOException {
    return Files.readString(log(number));
  }

  /// The test held: the folder need not stay.
  void passed() {
    passed = true;
  }

  @Override
  public void close() throws IOException {
    killAll();
    try {
      for (Process process : processes.values()) {
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (FaultProxy proxy : proxies.values()) {
      proxy.close();
    }
    if (passed) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } else {
      System.out.println("the servers' files are kept in " + folder);
    }
  }
}
