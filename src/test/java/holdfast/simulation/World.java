package holdfast.simulation;

import holdfast.replication.Event;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Everything there is in one run: machines, the network between them, clients, time, and the laws
/// that all of it must keep.
final class World {
  private static final long LINK_NEWS_US_MAX = 5 * Agenda.MS;
  private static final long REDIAL_US_MAX = 500 * Agenda.MS;
  private static final long INSTALL_US_MAX = 300 * Agenda.MS;
  private static final long CLOCK_AHEAD_US_MAX = 2 * Agenda.SECOND;

  private final Plan plan;
  private final Trace trace;
  private final Agenda agenda = new Agenda();
  private final Laws laws;
  private final Commands commands;
  private final Network network;
  private final Directory directory = new Directory();
  private final Membership configured;

  /// Every machine that ever was, in the order of their ids; and those in service.
  private final List<Server> machines = new ArrayList<>();

  private List<Server> servers;
  private final List<Client> clients = new ArrayList<>();
  private final SplittableRandom random;
  private long snapshotNumber;

  /// When the latest news of a link reach its dialler: by dialler and target.
  private final long[][] linkNews;

  private Consumer<ServerProcess> onElected = _ -> {};
  private Consumer<ServerId> onVote = _ -> {};

  World(SplittableRandom random, Plan plan, Trace trace) {
    this.random = random;
    this.plan = plan;
    this.trace = trace;
    this.laws = Laws.of(this, plan);
    this.commands = new Commands(random.split());
    this.network = new Network(agenda, random.split(), plan.machinesMax());
    this.linkNews = new long[plan.machinesMax() + 1][plan.machinesMax() + 1];
    List<Member> members = new ArrayList<>();
    for (int number = 1; number <= plan.servers(); number++) {
      members.add(member(new ServerId(number)));
    }
    this.configured = new Membership(0, members);
    for (Member member : members) {
      machines.add(new Server(member.id(), configured, random.nextLong(CLOCK_AHEAD_US_MAX)));
    }
    this.servers = List.copyOf(machines);
  }

  /// A server that may vote, at its address.
  static Member member(ServerId id) {
    return new Member(
        id, "localhost", 10_000 + id.value(), 20_000 + id.value(), true, Optional.empty());
  }

  Plan plan() {
    return plan;
  }

  Trace trace() {
    return trace;
  }

  Agenda agenda() {
    return agenda;
  }

  Laws laws() {
    return laws;
  }

  Commands commands() {
    return commands;
  }

  Network network() {
    return network;
  }

  /// What clients know of each other.
  Directory directory() {
    return directory;
  }

  Membership configured() {
    return configured;
  }

  /// Those in service, in the order of their ids.
  List<Server> servers() {
    return servers;
  }

  /// All there ever were.
  List<Server> machines() {
    return machines;
  }

  Server server(ServerId id) {
    return machines.get(id.value() - 1);
  }

  boolean isInService(Server server) {
    return servers.contains(server);
  }

  /// How many more machines there may be.
  int machinesLeft() {
    return plan.machinesMax() - machines.size();
  }

  /// A machine with an empty disk, whose file names the members as they are now.
  Optional<Server> newMachine() {
    if (machinesLeft() == 0) {
      return Optional.empty();
    }
    ServerId id = new ServerId(machines.size() + 1);
    Membership known = new Membership(0, laws.membership().members());
    Server added = new Server(id, known, random.nextLong(CLOCK_AHEAD_US_MAX));
    machines.add(added);
    return Optional.of(added);
  }

  /// A new machine begins to serve.
  void join(Server server) {
    List<Server> more = new ArrayList<>(servers);
    more.add(server);
    servers = List.copyOf(more);
    start(server);
  }

  /// The server's process ends, for good.
  void leaves(Server server) {
    trace.line(agenda.now(), "%s leaves", server.id());
    end(server);
    servers = servers.stream().filter(other -> other != server).toList();
  }

  /// The server crashes, and finds an empty disk when it starts again.
  void losesDisk(Server server) {
    if (server.process().isPresent()) {
      crash(server);
    }
    server.loseDisk();
    laws.lost(server);
    trace.line(agenda.now(), "%s has lost its disk", server.id());
  }

  List<Client> clients() {
    return clients;
  }

  /// Whom to tell when a server becomes primary.
  void onElected(Consumer<ServerProcess> listener) {
    onElected = listener;
  }

  void elected(ServerProcess process) {
    onElected.accept(process);
  }

  /// Whom to tell when a server gives its vote to another.
  void onVote(Consumer<ServerId> listener) {
    onVote = listener;
  }

  void voted(ServerId voter) {
    onVote.accept(voter);
  }

  /// A number no snapshot had before.
  long newSnapshotNumber() {
    return ++snapshotNumber;
  }

  Client newClient() {
    Client client = new Client(this, clients.size() + 1, random.split());
    clients.add(client);
    client.start();
    return client;
  }

  /// The server that is primary of the highest term, if any claims to be.
  Optional<ServerProcess> primary() {
    Optional<ServerProcess> best = Optional.empty();
    for (Server server : servers) {
      Optional<ServerProcess> process = server.process();
      if (process.isPresent()
          && process.get().replica().role() == Role.PRIMARY
          && (best.isEmpty() || best.get().replica().term() < process.get().replica().term())) {
        best = process;
      }
    }
    return best;
  }

  /// Sends something to whatever process runs at `to` when it arrives.
  void deliver(
      ServerId from, ServerId to, boolean mayComeTwice, Consumer<ServerProcess> onArrival) {
    Server sender = server(from);
    Server target = server(to);
    String fromKey = sender.disk().key();
    String toKey = target.disk().key();
    if (!sender.process().map(p -> p.replica().hears(to, toKey)).orElse(true)) {
      return;
    }
    network.send(
        from.value(),
        to.value(),
        mayComeTwice,
        () -> {
          if (target.disk().key().equals(toKey)) {
            target.process().ifPresent(p -> p.arrive(() -> arrives(sender, fromKey, p, onArrival)));
          }
        });
  }

  /// Who has left, or comes with another disk, is told so and not heard.
  private void arrives(
      Server sender, String key, ServerProcess process, Consumer<ServerProcess> onArrival) {
    if (process.replica().hears(sender.id(), key)) {
      process.members().onShown(sender.id(), key);
      onArrival.accept(process);
      return;
    }
    boolean removed = process.replica().appliedMembership().isRetired(sender.id());
    boolean lostDisk = process.replica().views().contains(sender.id());
    if (!removed && !lostDisk) {
      return;
    }
    network.send(
        process.id().value(),
        sender.id().value(),
        false,
        () -> {
          if (sender.disk().key().equals(key)) {
            sender
                .process()
                .ifPresent(p -> p.arrive(() -> p.members().onRefused(process.id(), lostDisk)));
          }
        });
  }

  /// How long a sync takes at this moment.
  long syncTime(Server server) {
    return 100 + server.slowUs() + random.nextLong(plan.syncUsMax());
  }

  void start(Server server) {
    if (!isInService(server)) {
      return;
    }
    trace.line(agenda.now(), "%s starts", server.id());
    if (server.disk().ready().isPresent()) {
      laws.installs(server, () -> server.disk().install(commands));
    }
    server.runs(new ServerProcess(this, server, random.split()));
    for (Server other : servers) {
      if (other != server) {
        linkUp(server, other);
        linkUp(other, server);
      }
    }
  }

  /// The process ends in order, and begins anew with the snapshot that is ready on its disk.
  void restartWithSnapshot(Server server) {
    server.disk().sync();
    end(server);
    agenda.after(
        random.nextLong(INSTALL_US_MAX),
        () -> {
          if (server.process().isEmpty()) {
            start(server);
          }
        });
  }

  /// Kills the process; of what it wrote, the disk keeps what was synced and perhaps more. Those
  /// who can still reach the machine see at once that nobody is there.
  void crash(Server server) {
    end(server);
    server.disk().crash(random);
    trace.line(
        agenda.now(),
        "%s crashes; %s, applied %d, last %s",
        server.id(),
        server.disk().hardState(),
        server.disk().applied(),
        server.disk().last());
  }

  private void end(Server server) {
    ServerProcess process = server.process().orElseThrow();
    process.crash();
    server.stopped();
    for (Server other : servers) {
      if (other != server && connected(other, server)) {
        tellOf(other, new Event.PeerDied(server.id()), server);
      }
    }
    clients.forEach(client -> client.onCrash(process));
  }

  boolean connected(Server one, Server other) {
    int a = one.id().value();
    int b = other.id().value();
    return network.reaches(a, b) && network.reaches(b, a);
  }

  /// A new link from `dialler` to `target` stands, if it can.
  void linkUp(Server dialler, Server target) {
    if (target.process().isPresent() && connected(dialler, target)) {
      tellOf(dialler, new Event.PeerAlive(target.id()), target);
    }
  }

  /// `observer` takes `subject` for dead although it lives; as in a real server, the end of its
  /// link makes it dial anew, and once the link stands the evidence is void.
  void believesDead(Server observer, Server subject) {
    tellOf(observer, new Event.PeerDied(subject.id()), subject);
    agenda.after(random.nextLong(REDIAL_US_MAX), () -> linkUp(observer, subject));
  }

  /// Tells a server about its link to `subject`. One thread watches a link, so its news come in
  /// order: evidence of a death is never heard after the new link that makes it void.
  private void tellOf(Server server, Event event, Server subject) {
    long[] latest = linkNews[server.id().value()];
    int to = subject.id().value();
    long arrival = agenda.now() + random.nextLong(LINK_NEWS_US_MAX);
    latest[to] = Math.max(latest[to], arrival);
    server
        .process()
        .ifPresent(process ->
            agenda.after(
                latest[to] - agenda.now(),
                () ->
                    process.arrive(() -> {
                      trace.line(agenda.now(), "%s learns %s", server.id(), event);
                      process.handIn(event);
                    })));
  }
}
