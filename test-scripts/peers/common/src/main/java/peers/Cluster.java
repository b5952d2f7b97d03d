package peers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The server processes of one system. Each is started, killed and measured by its process id.
public final class Cluster {
  private static final long KILL_SECONDS_MAX = 10;
  private static final long WRAPPER_SECONDS_MAX = 2;

  /// Processor time is counted in these by /proc.
  private static final double TICKS_PER_SECOND = 100;

  /// `kernelName`: what /proc calls the server itself, when `command` is a wrapper around it; else
  /// empty.
  private record Spec(List<String> command, Map<String, String> environment, String kernelName) {}

  private final Path folder;
  private final List<Spec> specs = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> helpers = new ArrayList<>();

  /// In the folder that PEER_DATA names, which must not be there yet.
  public static Cluster fromEnvironment() throws IOException {
    return new Cluster(Files.createDirectory(Path.of(System.getenv("PEER_DATA"))));
  }

  private Cluster(Path folder) {
    this.folder = folder;
  }

  /// Where servers keep their data, configuration and logs.
  public Path folder() {
    return folder;
  }

  public void add(List<String> command) {
    add(command, Map.of(), "");
  }

  public void add(List<String> command, Map<String, String> environment, String kernelName) {
    specs.add(new Spec(List.copyOf(command), Map.copyOf(environment), kernelName));
    processes.add(null);
  }

  /// The command line of a server written in Java, in the JVM and with the class path of the
  /// driver.
  public static List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String flags = System.getenv().getOrDefault("PEER_JVM_ARGS", "").strip();
    if (!flags.isEmpty()) {
      command.addAll(List.of(flags.split("\\s+")));
    }
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return command;
  }

  public int size() {
    return specs.size();
  }

  /// The indexes of all servers.
  public List<Integer> all() {
    return IntStream.range(0, specs.size()).boxed().toList();
  }

  public synchronized void start(int i) throws IOException {
    Spec spec = specs.get(i);
    processes.set(i, launch(spec.command, spec.environment, "server-" + i + ".log"));
  }

  public void startAll() throws IOException {
    for (int i : all()) {
      start(i);
    }
  }

  /// Starts a process that serves the system but is none of its servers (epmd, Sentinel).
  public synchronized void helper(String name, List<String> command) throws IOException {
    helpers.add(launch(command, Map.of(), name + ".log"));
  }

  private Process launch(List<String> command, Map<String, String> environment, String log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.directory(folder.toFile());
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(log).toFile()));
    return builder.start();
  }

  public boolean alive(int i) {
    return processes.get(i) != null && processes.get(i).isAlive();
  }

  private ProcessHandle server(int i) {
    ProcessHandle process = processes.get(i).toHandle();
    String name = specs.get(i).kernelName;
    if (name.isEmpty()) {
      return process;
    }
    return process
        .descendants()
        .filter(child -> name.equals(kernelName(child.pid())))
        .findFirst()
        .orElse(process);
  }

  /// Kills the server itself as a power cut would (SIGKILL); returns when it is dead.
  public void kill9(int i) throws InterruptedException {
    Process process = processes.get(i);
    server(i).destroyForcibly();
    if (!process.waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  /// The memory that server `i` occupies, in MiB.
  public long rssMiB(int i) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + server(i).pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Usage usage() throws IOException {
    double servers = 0;
    for (int i : all()) {
      servers += processorSeconds(Long.toString(server(i).pid()));
    }
    double driver = processorSeconds("self");
    return new Usage(System.nanoTime() / 1e9, servers, driver, machineSeconds());
  }

  private static double machineSeconds() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      String[] fields = lines.findFirst().orElseThrow().strip().split("\\s+");
      long busy = 0;
      for (int i = 1; i <= 8; i++) {
        if (i != 4 && i != 5) { // Idle, and idle while waiting for a disk.
          busy += Long.parseLong(fields[i]);
        }
      }
      return busy / TICKS_PER_SECOND;
    }
  }

  private static double processorSeconds(String process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /// Kills every process that was started here, and their children.
  public synchronized void stopAll() {
    List<Process> all = new ArrayList<>(helpers);
    processes.stream().filter(process -> process != null).forEach(all::add);
    List<Process> wrappers = new ArrayList<>();
    for (Process process : all) {
      List<ProcessHandle> children = process.descendants().toList();
      children.forEach(ProcessHandle::destroyForcibly);
      if (children.isEmpty()) {
        process.destroyForcibly();
      } else {
        wrappers.add(process);
      }
    }
    try {
      // A wrapper ends with its server, whose end it takes note of: else zombies may remain.
      for (Process wrapper : wrappers) {
        if (!wrapper.waitFor(WRAPPER_SECONDS_MAX, TimeUnit.SECONDS)) {
          wrapper.destroyForcibly();
        }
      }
      for (Process process : all) {
        process.waitFor(KILL_SECONDS_MAX, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String kernelName(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
    } catch (IOException e) {
      return ""; // It has ended meanwhile.
    }
  }
}
