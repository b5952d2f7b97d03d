package holdfast.simulation;

import holdfast.replication.Event;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Makes things go wrong, as often and as long as the plan says, and then puts them right.
final class Chaos {
  private enum Fault {
    CRASH,
    CRASH_PRIMARY,
    POWER_CUT,
    PAUSE,
    PAUSE_PRIMARY,
    ISOLATE,
    ISOLATE_PRIMARY,
    SPLIT,
    ONE_WAY,
    BAD_LINKS,
    SLOW_DISK,
    SLOW_CLOCK,
    TAKE_OVER,
    TAKE_OVER_AND_CUT,
    FALSE_EVIDENCE,
    BELIEVED_DEAD,
    TABLES_REPLACED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    MEMBER_REPLACED,
    MEMBER_MOVED,
    DISK_LOST
  }

  private static final EnumSet<Fault> OF_MEMBERS =
      EnumSet.range(Fault.MEMBER_ADDED, Fault.DISK_LOST);

  private static final List<Fault> ON_ELECTION =
      List.of(Fault.CRASH, Fault.CRASH, Fault.PAUSE, Fault.ISOLATE);
  private static final long SOON_US_MAX = 40 * Agenda.MS;
  private static final long SLOW_US_MAX = 900 * Agenda.MS;
  private static final long LASTS_US_MAX = 4 * Agenda.SECOND;

  private final World world;
  private final Operator operator;
  private final RandomGenerator random;
  private final List<Fault> faults = new ArrayList<>();
  private final List<ServerProcess> paused = new ArrayList<>();
  private final int newPrimaryPercent;
  private final long lastsUsMax;
  private boolean over;

  /// Raised when something is healed: what was to be mended later then is not any more.
  private int healings;

  Chaos(World world, Operator operator, RandomGenerator random) {
    this.world = world;
    this.operator = operator;
    this.random = random;
    // Long enough for a voter to be put out, and for the next one to be missed.
    this.lastsUsMax = LASTS_US_MAX * (world.plan().survivor() ? 4 : 1);
    this.newPrimaryPercent = random.nextInt(3) == 0 ? random.nextInt(80) : 0;
    for (Fault fault : Fault.values()) {
      boolean possible =
          OF_MEMBERS.contains(fault)
              ? world.plan().membersChange()
              : fault != Fault.TABLES_REPLACED || !world.plan().survivor();
      if (random.nextInt(3) > 0 && possible) {
        faults.add(fault);
      }
    }
  }

  void begin() {
    world.onElected(this::onElected);
    world.onVote(this::onVote);
    for (Server one : world.servers()) {
      for (Server other : world.servers()) {
        world.network().setQuality(one.id().value(), other.id().value(), world.plan().quality());
      }
    }
    next();
  }

  private void later(long delay, Runnable mending) {
    int before = healings;
    world
        .agenda()
        .after(
            delay,
            () -> {
              if (healings == before) {
                mending.run();
              }
            });
  }

  private void next() {
    long wait = (long) (-Math.log(1 - random.nextDouble()) * world.plan().faultEveryUs());
    world
        .agenda()
        .after(
            wait,
            () -> {
              if (!over && !faults.isEmpty()) {
                make(faults.get(random.nextInt(faults.size())));
                next();
              }
            });
  }

  private void make(Fault fault) {
    Server any = anyServer();
    Server primary = world.primary().map(p -> world.server(p.id())).orElse(any);
    long lasts = (long) (lastsUsMax * random.nextDouble() * random.nextDouble());
    world.trace().line(world.agenda().now(), "fault %s", fault);
    switch (fault) {
      case CRASH -> crash(any, lasts);
      case CRASH_PRIMARY -> crash(primary, lasts);
      case POWER_CUT -> {
        if (world.plan().outage()) {
          world.servers().forEach(server -> crash(server, random.nextLong(1 + lasts)));
        }
      }
      case PAUSE -> pause(any, lasts);
      case PAUSE_PRIMARY -> pause(primary, lasts);
      case ISOLATE -> split(List.of(any), lasts);
      case ISOLATE_PRIMARY -> split(List.of(primary), lasts);
      case SPLIT ->
          split(world.servers().stream().filter(_ -> random.nextBoolean()).toList(), lasts);
      case ONE_WAY -> cut(any, anyServer(), random.nextBoolean(), lasts);
      case BAD_LINKS -> badLinks(any, lasts);
      case SLOW_DISK -> {
        any.setSlowUs(random.nextLong(SLOW_US_MAX));
        later(lasts, () -> any.setSlowUs(0));
      }
      case SLOW_CLOCK -> {
        primary.setTickStretch(1 + 5 * random.nextDouble());
        later(2 * lasts, () -> primary.setTickStretch(1));
      }
      case TAKE_OVER -> takeOver(primary);
      case TAKE_OVER_AND_CUT -> {
        takeOver(primary);
        later(random.nextLong(SOON_US_MAX), () -> split(List.of(primary), lasts));
      }
      case FALSE_EVIDENCE -> {
        Server observer = anyServer();
        if (observer != primary) {
          world.believesDead(observer, primary);
        }
      }
      case MEMBER_ADDED -> operator.addServer();
      case MEMBER_REMOVED -> operator.remove(any);
      case MEMBER_REPLACED -> operator.replace(any);
      case MEMBER_MOVED -> operator.move(any);
      case DISK_LOST -> {
        operator.loseDisk(any);
        later(lasts, () -> restart(any));
      }
      case TABLES_REPLACED -> {
        ServerId peer = anyServer().id();
        primary.process().ifPresent(p -> p.arrive(() -> p.snapshots().replaceTablesOf(peer)));
      }
      case BELIEVED_DEAD -> {
        split(List.of(primary), lasts);
        for (Server other : world.servers()) {
          if (other != primary) {
            world.believesDead(other, primary);
          }
        }
      }
    }
  }

  private void takeOver(Server primary) {
    Optional<ServerId> target =
        random.nextBoolean() ? Optional.empty() : Optional.of(anyServer().id());
    primary.process().ifPresent(p -> p.arrive(() -> p.handIn(new Event.TakeOverRequested(target))));
  }

  /// Office is most easily lost, and what it began left half done, right at its beginning.
  private void onElected(ServerProcess process) {
    if (over || random.nextInt(100) >= newPrimaryPercent) {
      return;
    }
    Server server = world.server(process.id());
    Fault fault = ON_ELECTION.get(random.nextInt(ON_ELECTION.size()));
    long lasts = random.nextLong(LASTS_US_MAX / 2);
    later(
        random.nextLong(SOON_US_MAX),
        () -> {
          world.trace().line(world.agenda().now(), "new primary: fault %s", fault);
          switch (fault) {
            case CRASH -> crash(server, lasts);
            case PAUSE -> pause(server, lasts);
            default -> split(List.of(server), lasts);
          }
        });
  }

  /// A vote that was given must not be forgotten, however soon after it the voter dies.
  private void onVote(ServerId voter) {
    if (!over && random.nextInt(100) < newPrimaryPercent / 2) {
      Server server = world.server(voter);
      long lasts = random.nextLong(SOON_US_MAX);
      later(random.nextLong(SOON_US_MAX / 4), () -> crash(server, lasts));
    }
  }

  private Server anyServer() {
    return world.servers().get(random.nextInt(world.servers().size()));
  }

  private void crash(Server server, long lasts) {
    if (server.process().isPresent() && maySpare()) {
      world.crash(server);
      later(lasts, () -> restart(server));
    }
  }

  private void restart(Server server) {
    if (server.process().isEmpty()) {
      world.start(server);
    }
  }

  /// Whether one more server may stop without a majority being down.
  private boolean maySpare() {
    int running =
        (int) world.servers().stream().filter(s -> s.process().isPresent()).count() - paused.size();
    return world.plan().outage() || 2 * (running - 1) > world.servers().size();
  }

  private void pause(Server server, long lasts) {
    Optional<ServerProcess> process = server.process();
    if (process.isPresent() && !paused.contains(process.get()) && maySpare()) {
      paused.add(process.get());
      process.get().pause();
      later(lasts, () -> resume(process.get()));
    }
  }

  private void resume(ServerProcess process) {
    if (paused.remove(process)) {
      world.trace().line(world.agenda().now(), "%s resumes", process.id());
      process.resume();
    }
  }

  private void split(List<Server> side, long lasts) {
    boolean parks = random.nextInt(3) == 0;
    for (Server one : side) {
      for (Server other : world.servers()) {
        if (!side.contains(other)) {
          cut(one, other, parks, lasts);
          cut(other, one, parks, lasts);
        }
      }
    }
  }

  private void cut(Server from, Server to, boolean parks, long lasts) {
    if (from == to) {
      return;
    }
    world.trace().line(world.agenda().now(), "%s->%s is cut", from.id(), to.id());
    world.network().cut(from.id().value(), to.id().value(), parks);
    later(lasts, () -> mend(from, to));
  }

  private void mend(Server from, Server to) {
    if (!world.network().reaches(from.id().value(), to.id().value())) {
      world.trace().line(world.agenda().now(), "%s->%s is mended", from.id(), to.id());
      world.network().heal(from.id().value(), to.id().value());
      world.linkUp(from, to);
      world.linkUp(to, from);
    }
  }

  private void badLinks(Server server, long lasts) {
    Network.Quality bad = Network.Quality.drawn(random);
    for (Server other : world.servers()) {
      int a = server.id().value();
      int b = other.id().value();
      world.network().setQuality(a, b, bad);
      world.network().setQuality(b, a, bad);
      later(
          lasts,
          () -> {
            world.network().setQuality(a, b, world.plan().quality());
            world.network().setQuality(b, a, world.plan().quality());
          });
    }
  }

  /// Pauses a server until it is healed.
  void pause(Server server) {
    ServerProcess process = server.process().orElseThrow();
    paused.add(process);
    process.pause();
  }

  /// Makes no more faults. What the faults until now did goes on until it is mended.
  void stop() {
    over = true;
  }

  /// Puts everything right among `some`; they run, and reach each other well.
  void heal(List<Server> some) {
    healings++;
    for (Server server : some) {
      server.process().ifPresent(this::resume);
      server.setSlowUs(0);
      server.setTickStretch(1);
      restart(server);
    }
    for (Server one : some) {
      for (Server other : some) {
        mend(one, other);
        world.network().setQuality(one.id().value(), other.id().value(), Network.Quality.PERFECT);
      }
    }
  }

  /// Cuts `side` off from everybody else until it is mended.
  void cutOff(List<Server> side) {
    for (Server one : side) {
      for (Server other : world.servers()) {
        if (!side.contains(other)) {
          world.network().cut(one.id().value(), other.id().value(), false);
          world.network().cut(other.id().value(), one.id().value(), false);
        }
      }
    }
  }
}
