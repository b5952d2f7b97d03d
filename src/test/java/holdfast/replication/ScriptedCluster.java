package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Several replicas joined by a network that delivers when it is told to, driven by the commands of
/// a script:
///
/// ```
/// servers 3                       servers 1–3, never started before
/// servers 3 logs=1,1,2 logs=1,1   a founded cluster; the terms of each one's log, in order
/// servers 3 logs=1 term=4         the same, in a later term than that of the last entry
/// settings entries=4              one REPLICATE and the window hold at most so many entries
/// tick 1 2 count=3 elapsed=50     time passes there (all: everywhere)
/// timeout 2                       time passes at 2 until it stands for election
/// elect 2                         nobody hears a primary any more; 2 stands for election and wins
/// deliver [1->2]                  everything on its way, and what that causes (or one link's)
/// run ticks=20                    all tick and everything is delivered, so many times
/// lose 1->2 | isolate 3 | cut 1->3 | heal
/// found 1 members 1 2 -3          the founding entry that server 1 asked for
/// propose 1 a b | read 1 7 | take-over 1 [3]
/// send-held 1 | asked 1 3         what 1 holds back is due; clients of 3 wait for it
/// died 2 1 | alive 2 1            at 2, evidence about the process of 1
/// crash 1 | restart 1 | hold-sync 1 | sync 1
/// status | log 2
/// ```
///
/// `quietly` before a command leaves its trace out.
final class ScriptedCluster {
  private static final int DELIVERIES_MAX = 100_000;

  private final TreeMap<ServerId, TestServer> servers = new TreeMap<>();
  private final TreeSet<ServerId> crashed = new TreeSet<>();
  private final TreeSet<String> cuts = new TreeSet<>();
  private final ArrayDeque<Flight> flights = new ArrayDeque<>();
  private final StringBuilder trace = new StringBuilder();
  private ReplicaSettings settings = TestServer.SETTINGS;
  private long nextId = 1;
  private boolean quiet;

  private record Flight(ServerId from, Envelope envelope) {
    String link() {
      return from + "->" + envelope.to();
    }
  }

  /// Carries out one command; returns its trace.
  String run(String line) {
    trace.setLength(0);
    List<String> words = new ArrayList<>(Arrays.asList(line.strip().split(" +", -1)));
    quiet = words.getFirst().equals("quietly");
    if (quiet) {
      words.removeFirst();
    }
    TreeMap<String, String> options = new TreeMap<>();
    List<String> logs = new ArrayList<>();
    for (String word : List.copyOf(words)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.remove(word);
        if (word.startsWith("logs=")) {
          logs.add(word.substring(equals + 1));
        }
        options.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    command(words.removeFirst(), words, options, logs);
    return trace.toString();
  }

  private void command(
      String name, List<String> words, Map<String, String> options, List<String> logs) {
    switch (name) {
      case "servers" -> start(Integer.parseInt(words.getFirst()), logs, number(options, "term", 0));
      case "settings" -> limitEntries(number(options, "entries", 1));
      case "tick" -> tick(which(words), number(options, "count", 1), number(options, "elapsed", 1));
      case "timeout" -> server(words.getFirst()).timeOut();
      case "elect" -> elect(server(words.getFirst()));
      case "deliver" -> deliver(words.isEmpty() ? Optional.empty() : Optional.of(words.getFirst()));
      case "run" -> runFor(number(options, "ticks", 1));
      case "lose" -> flights.removeIf(flight -> flight.link().equals(words.getFirst()));
      case "isolate" -> isolate(words.getFirst());
      case "cut" -> cuts.add(words.getFirst());
      case "heal" -> cuts.clear();
      case "found" -> found(words);
      case "propose" -> propose(words);
      case "read" -> step(words.getFirst(), new Event.ReadRequested(Long.parseLong(words.get(1))));
      case "take-over" ->
          step(
              words.getFirst(),
              new Event.TakeOverRequested(
                  words.size() > 1 ? Optional.of(id(words.get(1))) : Optional.empty()));
      case "send-held" -> step(words.getFirst(), new Event.SendHeld());
      case "asked" -> step(words.getFirst(), new Event.Asked(id(words.get(1))));
      case "died" -> step(words.getFirst(), new Event.PeerDied(id(words.get(1))));
      case "alive" -> step(words.getFirst(), new Event.PeerAlive(id(words.get(1))));
      case "crash" -> crash(id(words.getFirst()));
      case "restart" -> restart(id(words.getFirst()));
      case "hold-sync" -> server(words.getFirst()).holdSyncs();
      case "sync" -> server(words.getFirst()).syncAll();
      case "status" -> servers.values().forEach(this::traceStatus);
      case "log" -> traceLog(server(words.getFirst()));
      default -> throw new IllegalArgumentException("unknown command: " + name);
    }
  }

  private void start(int count, List<String> logs, int term) {
    for (int i = 1; i <= count; i++) {
      long[] terms = {};
      if (!logs.isEmpty()) {
        String log = logs.get(Math.min(i, logs.size()) - 1);
        terms = Arrays.stream(log.split(",", -1)).mapToLong(Long::parseLong).toArray();
      }
      List<LogEntry> entries = TestLog.log(count, terms);
      long lastTerm = entries.isEmpty() ? 0 : entries.getLast().term();
      TestServer server =
          new TestServer(
              TestLog.id(i),
              TestLog.configured(count),
              new HardState(Math.max(term, lastTerm), Optional.empty()),
              entries,
              entries.isEmpty() ? 0 : 1,
              settings,
              i);
      server.connect(envelope -> send(server.id, envelope), this::trace);
      servers.put(server.id, server);
    }
  }

  private void limitEntries(int entries) {
    Check.that(servers.isEmpty(), "settings come before servers");
    ReplicaSettings s = TestServer.SETTINGS;
    settings =
        new ReplicaSettings(
            s.electionTicksMin(),
            s.electionTicksMax(),
            s.heartbeatTicks(),
            s.diedTicksMax(),
            s.caughtUpTicks(),
            entries,
            s.windowBytesMax(),
            entries,
            s.batchBytesMax(),
            s.uncommittedBytesMax(),
            s.cacheBytesMax(),
            0);
  }

  private void tick(List<TestServer> which, int count, int elapsed) {
    for (int i = 0; i < count; i++) {
      for (TestServer server : which) {
        server.step(new Event.Tick(elapsed));
      }
    }
  }

  private void elect(TestServer candidate) {
    tick(which(List.of("all")), settings.electionTicksMin(), 1);
    flights.clear();
    candidate.timeOut();
    deliver(Optional.empty());
  }

  private void runFor(int ticks) {
    for (int i = 0; i < ticks; i++) {
      tick(which(List.of("all")), 1, 1);
      deliver(Optional.empty());
    }
  }

  private void deliver(Optional<String> link) {
    for (int i = 0; i < DELIVERIES_MAX; i++) {
      Optional<Flight> next =
          flights.stream().filter(f -> link.isEmpty() || link.get().equals(f.link())).findFirst();
      if (next.isEmpty()) {
        return;
      }
      flights.remove(next.get());
      servers
          .get(next.get().envelope().to())
          .step(new Event.Received(next.get().from(), next.get().envelope().message()));
    }
    throw new IllegalStateException("the servers never stop talking");
  }

  /// Puts a message on its way, unless the way is cut.
  private void send(ServerId from, Envelope envelope) {
    Flight flight = new Flight(from, envelope);
    boolean lost = cuts.contains(flight.link()) || crashed.contains(envelope.to());
    trace(flight.link() + " " + envelope.message() + (lost ? " (dropped)" : ""));
    if (!lost) {
      flights.addLast(flight);
    }
  }

  private void isolate(String server) {
    for (ServerId other : servers.keySet()) {
      cuts.add(server + "->" + other);
      cuts.add(other + "->" + server);
    }
  }

  private void found(List<String> words) {
    TestServer server = server(words.removeFirst());
    Check.that(server.foundingWanted(), "server %s does not want a founding entry", server.id);
    server.step(new Event.Founded(TestLog.bytes(String.join(" ", words))));
  }

  private void propose(List<String> words) {
    TestServer server = server(words.removeFirst());
    List<Event.Proposal> proposals = new ArrayList<>();
    for (String command : words) {
      proposals.add(new Event.Proposal(nextId++, TestLog.bytes(command)));
    }
    server.step(new Event.Proposed(proposals));
  }

  private void step(String server, Event event) {
    server(server).step(event);
  }

  private void crash(ServerId id) {
    crashed.add(id);
    flights.removeIf(flight -> flight.from().equals(id) || flight.envelope().to().equals(id));
  }

  private void restart(ServerId id) {
    crashed.remove(id);
    servers.get(id).restart();
    servers.get(id).syncAll();
  }

  private void traceStatus(TestServer server) {
    Replica replica = server.replica();
    trace(
        crashed.contains(server.id)
            ? server.id + " is down"
            : "%s %s term=%d primary=%s last=%s commit=%d"
                .formatted(
                    server.id,
                    replica.role(),
                    replica.term(),
                    replica.primary().map(ServerId::toString).orElse("none"),
                    replica.last(),
                    replica.commitIndex()));
  }

  private void traceLog(TestServer server) {
    StringBuilder line = new StringBuilder(server.id + " has");
    for (LogEntry entry : server.disk()) {
      line.append(' ').append(entry).append('=').append(TestLog.text(entry).replace(' ', '_'));
    }
    trace(line.toString());
  }

  private void trace(String line) {
    if (!quiet) {
      trace.append(line).append('\n');
    }
  }

  private List<TestServer> which(List<String> words) {
    List<TestServer> which = new ArrayList<>();
    for (TestServer server : servers.values()) {
      boolean named = words.contains("all") || words.contains(server.id.toString());
      if (named && !crashed.contains(server.id)) {
        which.add(server);
      }
    }
    return which;
  }

  private static int number(Map<String, String> options, String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
  }

  private TestServer server(String number) {
    return servers.get(id(number));
  }

  private static ServerId id(String number) {
    return TestLog.id(Integer.parseInt(number));
  }
}
