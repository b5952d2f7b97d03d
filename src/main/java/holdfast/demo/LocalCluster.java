package holdfast.demo;

import holdfast.operate.JavaCommand;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// A cluster of real server processes on this machine, in a temporary folder and on free ports, so
/// that it disturbs no other. Closing it kills every server and removes the folder.
public final class LocalCluster implements AutoCloseable {
  /// Ports are drawn from here: below the range that systems give to outgoing connections. From
  /// within that range a dial to a dead server can meet itself.
  private static final int PORT_MIN = 20_000;

  private static final int PORT_MAX = 30_000;
  private static final int PORT_TRIES_MAX = 10_000;
  private static final long KILL_SECONDS_MAX = 10;
  private static final String HOST = "127.0.0.1";

  private final Path folder;
  private final ServerConfig config;
  private final List<String> sets;
  private final Map<ServerId, Process> processes = new TreeMap<>();

  /// In front of the peer port of the second, for the first to dial.
  private final Map<List<ServerId>, FaultProxy> proxies = new HashMap<>();

  private boolean keepsFiles;
  private boolean closed;

  private LocalCluster(Path folder, ServerConfig config, List<String> sets) {
    this.folder = folder;
    this.config = config;
    this.sets = List.copyOf(sets);
  }

  /// Prepares `servers` servers, none of them running yet; `sets` override their configuration. The
  /// temporary folder is made in `parent`.
  public static LocalCluster create(int servers, List<String> sets, Path parent)
      throws IOException, ConfigException {
    Path folder = Files.createTempDirectory(parent, "holdfast-");
    List<Integer> ports = freePorts(2 * servers);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < servers; i++) {
      text.append(
          "server.%d=%s:%d:%d\n".formatted(i + 1, HOST, ports.get(2 * i), ports.get(2 * i + 1)));
    }
    Path file = Files.writeString(folder.resolve("servers.properties"), text);
    return new LocalCluster(folder, ServerConfig.load(file, Map.of(), sets), sets);
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    Set<Integer> ports = new HashSet<>();
    try {
      for (int tries = 0; ports.size() < count; tries++) {
        if (tries == PORT_TRIES_MAX) {
          throw new IOException("no free ports between " + PORT_MIN + " and " + PORT_MAX);
        }
        int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
        try {
          held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
          ports.add(port);
        } catch (IOException e) {
          // Taken: the next one.
        }
      }
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
    return List.copyOf(ports);
  }

  public Path folder() {
    return folder;
  }

  public ServerConfig config() {
    return config;
  }

  public List<Member> members() {
    return config.servers();
  }

  /// The members whose process runs.
  public synchronized List<Member> running() {
    return members().stream()
        .filter(m -> processes.containsKey(m.id()) && processes.get(m.id()).isAlive())
        .toList();
  }

  /// Puts a proxy between every two servers, in each direction one, from their next start on: each
  /// has a file of its own, which names a proxy as the way to every other.
  public synchronized void layProxies() throws IOException {
    for (Member from : members()) {
      StringBuilder text = new StringBuilder();
      for (Member to : members()) {
        int peerPort = to.peerPort();
        if (!to.id().equals(from.id())) {
          FaultProxy proxy = FaultProxy.to(to.peerPort());
          proxies.put(List.of(from.id(), to.id()), proxy);
          peerPort = proxy.port();
        }
        text.append("server.%s=%s:%d:%d\n".formatted(to.id(), HOST, to.clientPort(), peerPort));
      }
      Files.writeString(file(from.id()), text);
    }
  }

  private Path file(ServerId id) {
    return folder.resolve("servers-" + id + ".properties");
  }

  /// Cuts the cable between two servers: nothing that either sends arrives, and nothing is refused.
  public synchronized void cut(ServerId one, ServerId other) {
    proxies.get(List.of(one, other)).silence(true, true);
    proxies.get(List.of(other, one)).silence(true, true);
  }

  /// Mends all cables.
  public synchronized void mend() {
    proxies.values().forEach(FaultProxy::heal);
  }

  /// Starts server `id`; its output goes to `server-N.log` in the folder.
  public synchronized void start(ServerId id) throws IOException {
    if (closed) {
      throw new IOException("the cluster is being taken down");
    }
    List<String> arguments = new ArrayList<>(List.of("server", id.toString()));
    Path file = proxies.isEmpty() ? config.file() : file(id);
    arguments.addAll(List.of("--config", file.toString()));
    sets.forEach(set -> arguments.addAll(List.of("--set", set)));
    ProcessBuilder builder = new ProcessBuilder(JavaCommand.with(arguments));
    // The caller's own servers are not to be met here.
    builder
        .environment()
        .keySet()
        .removeIf(n -> n.startsWith("HOLDFAST_") && !n.equals("HOLDFAST_LOG"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(id).toFile()));
    Process process = builder.start();
    process.getOutputStream().close();
    processes.put(id, process);
  }

  /// The process of each server started, dead or alive.
  public synchronized SortedMap<ServerId, ProcessHandle> processes() {
    SortedMap<ServerId, ProcessHandle> handles = new TreeMap<>();
    processes.forEach((id, process) -> handles.put(id, process.toHandle()));
    return handles;
  }

  /// Kills server `id` as a power cut would: without a word (SIGKILL). Returns the instant before,
  /// as System.nanoTime.
  public synchronized long kill(ServerId id) {
    long instant = System.nanoTime();
    processes.get(id).destroyForcibly();
    return instant;
  }

  /// Asks server `id` to end (SIGTERM). Returns the instant before, as System.nanoTime.
  public synchronized long terminate(ServerId id) {
    long instant = System.nanoTime();
    processes.get(id).destroy();
    return instant;
  }

  /// Whether server `id`, killed or asked to end, has ended within `patience`.
  public boolean awaitEnd(ServerId id, Duration patience) throws InterruptedException {
    Process process;
    synchronized (this) {
      process = processes.get(id);
    }
    return process.waitFor(patience);
  }

  /// Stops server `id` in the middle of whatever it does (SIGSTOP): to the others it falls silent,
  /// with all its sockets open. Returns the instant before, as System.nanoTime.
  public synchronized long pause(ServerId id) throws IOException, InterruptedException {
    long instant = System.nanoTime();
    signal("STOP", processes.get(id));
    return instant;
  }

  /// Lets it go on.
  public synchronized void resume(ServerId id) throws IOException, InterruptedException {
    signal("CONT", processes.get(id));
  }

  private static void signal(String name, Process process)
      throws IOException, InterruptedException {
    List<String> command = List.of("kill", "-" + name, Long.toString(process.pid()));
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  /// What server `id` wrote.
  public Path log(ServerId id) {
    return folder.resolve("server-" + id + ".log");
  }

  /// Each server's database.
  public SortedMap<ServerId, Path> databases() {
    SortedMap<ServerId, Path> files = new TreeMap<>();
    for (Member member : members()) {
      files.put(member.id(), config.directory(member.id()).resolve("holdfast.db"));
    }
    return files;
  }

  /// Leaves the folder where it is when closing.
  public synchronized void keepFiles() {
    keepsFiles = true;
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    processes.values().forEach(Process::destroyForcibly);
    for (FaultProxy proxy : proxies.values()) {
      proxy.close();
    }
    try {
      for (Process process : processes.values()) {
        process.waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!keepsFiles) {
      remove(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
