package holdfast.simulation;

import holdfast.replication.Event;
import holdfast.replication.Membership;
import holdfast.replication.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// One run of a whole cluster from one seed: faults while clients write and read; then a majority
/// is healed and must make progress; then everything, and all must become equal; then, in the quiet
/// cluster, one more thing happens of which it is known exactly what it may cost.
final class Simulation {
  private static final long PROGRESS_US = 20 * Agenda.SECOND;

  /// Every so many seeds one is of a cluster whose last survivor may go on alone.
  static final long SURVIVORS_EVERY = 4;

  private static final long QUIET_US = 4 * Agenda.SECOND;

  /// More than the longest election time-out.
  private static final long SETTLE_US = 1_500 * Agenda.MS;

  /// A cut-off primary must have stepped down by then (check-quorum), twice the longest election
  /// time-out.
  private static final long STEP_DOWN_US = 2_400 * Agenda.MS;

  /// What a run was like.
  ///
  /// @param events things that happened
  /// @param foundings timelines that a server founded
  /// @param rescued writes of timelines that were left
  record Report(
      int servers,
      long events,
      long committed,
      long acknowledged,
      long reads,
      long installs,
      long changes,
      long disksLost,
      long foundings,
      long rescued,
      long virtualUs) {}

  /// What happens to the quiet cluster.
  private enum Epilogue {
    NOTHING,
    BACKUP_CUT_OFF,
    BACKUP_DEAF,
    BACKUP_MUTE,
    BACKUP_PAUSED,
    BACKUP_RESTARTED,
    PRIMARY_CUT_OFF,
    PRIMARY_PAUSED,
    PRIMARY_KILLED,
    HAND_OVER
  }

  private final Plan plan;
  private final World world;
  private final Operator operator;
  private final Chaos chaos;
  private final RandomGenerator random;

  private Simulation(long seed, Trace trace) {
    SplittableRandom root = new SplittableRandom(seed);
    plan = Plan.drawn(root.split());
    trace.line(0, "%s", plan);
    world = new World(root.split(), plan, trace);
    operator = new Operator(world, root.split());
    chaos = new Chaos(world, operator, root.split());
    random = root.split();
  }

  /// Runs `seed`. Throws what is broken: a `Violation`, or a `Check.Broken` of the product's own.
  static Report run(long seed, Trace trace) {
    return seed % SURVIVORS_EVERY == 0
        ? SurvivorSimulation.run(seed, trace)
        : new Simulation(seed, trace).run();
  }

  private Report run() {
    for (Server server : world.servers()) {
      world.agenda().after(random.nextLong(100 * Agenda.MS), () -> world.start(server));
    }
    world.agenda().runUntil(100 * Agenda.MS);
    for (int i = 0; i < plan.clients(); i++) {
      world.newClient();
    }
    chaos.begin();
    operator.begin();
    world.agenda().runUntil(plan.chaosUs());
    chaos.stop();
    healMajority();
    phase("heal all");
    chaos.heal(world.servers());
    demandProgress();
    world.clients().forEach(Client::stop);
    demandConvergence();
    // Check-quorum looks back: until an election time-out has passed since the healing, a primary
    // may
    // still have to go for faults of before.
    world.agenda().runUntil(world.agenda().now() + SETTLE_US);
    demandConvergence();
    epilogue();
    return new Report(
        plan.servers(),
        world.agenda().happened(),
        world.laws().committedLength(),
        world.laws().acknowledged(),
        world.laws().readsDone(),
        world.laws().installs(),
        world.laws().changes(),
        world.laws().disksLost(),
        0,
        0,
        world.agenda().now());
  }

  private void phase(String name) {
    world.trace().line(world.agenda().now(), "---- %s", name);
  }

  /// A majority is enough, whatever goes on with the others, once the log holds everybody's key
  /// (without it some do not count, and the rest may be just the majority that does) and nobody is
  /// about to come, to get a vote or to go.
  private void healMajority() {
    Membership membership = world.laws().membership();
    boolean allCount =
        membership.members().stream().allMatch(member -> membership.counts(member.id()));
    boolean settled =
        operator.idle()
            && membership.voters().stream()
                .map(world::server)
                .allMatch(s ->
                    s.disk()
                        .viewsBeyond(s.disk().applied(), world.configured(), world.commands())
                        .equals(List.of(membership)));
    if (!membership.founded() || !allCount || !settled || random.nextBoolean()) {
      return;
    }
    phase("heal a majority");
    List<Server> others = new ArrayList<>(membership.voters().stream().map(world::server).toList());
    List<Server> majority = new ArrayList<>();
    while (majority.size() < membership.quorum()) {
      majority.add(others.remove(random.nextInt(others.size())));
    }
    chaos.heal(majority);
    chaos.cutOff(majority);
    demandProgress();
  }

  /// A new client can sign up.
  private void demandProgress() {
    Client prober = world.newClient();
    await("a new client signs up", PROGRESS_US, prober::registered);
    prober.stop();
  }

  private void demandConvergence() {
    await("every client is answered", PROGRESS_US, this::clientsSatisfied);
    await("whoever is to come or to go has", PROGRESS_US, operator::idle);
    await("all servers have applied the same", PROGRESS_US, this::converged);
    world.laws().converged();
  }

  private boolean clientsSatisfied() {
    return world.clients().stream().allMatch(Client::satisfied);
  }

  private boolean converged() {
    Optional<ServerProcess> primary = world.primary();
    if (primary.isEmpty()) {
      return false;
    }
    long last = primary.get().replica().last().index();
    Membership membership = primary.get().replica().membership();
    // Whoever came has got its vote by now, and whoever was removed has found out.
    return membership.members().stream().allMatch(m -> membership.counts(m.id()))
        && membership.voters().equals(world.servers().stream().map(Server::id).sorted().toList())
        && primary.get().snapshots().idle()
        && world.servers().stream()
            .allMatch(s -> s.process().isPresent() && s.disk().applied() == last);
  }

  private void await(String what, long within, BooleanSupplier done) {
    boolean happened = world.agenda().runUntil(done, world.agenda().now() + within);
    Violation.unless(happened, "not within %d s: %s", within / Agenda.SECOND, what);
  }

  // ---- the quiet cluster

  private void epilogue() {
    Epilogue epilogue = Epilogue.values()[random.nextInt(Epilogue.values().length)];
    ServerProcess primary = world.primary().orElseThrow();
    if (world.servers().size() < 3 && epilogue != Epilogue.HAND_OVER) {
      return;
    }
    phase("epilogue " + epilogue);
    Server primaryServer = world.server(primary.id());
    List<Server> backups = new ArrayList<>(world.servers());
    backups.remove(primaryServer);
    switch (epilogue) {
      case NOTHING -> {
        world.agenda().runUntil(world.agenda().now() + QUIET_US);
        demandSamePrimary(primary);
      }
      case BACKUP_CUT_OFF, BACKUP_DEAF, BACKUP_MUTE, BACKUP_PAUSED, BACKUP_RESTARTED ->
          oneBackupInTrouble(epilogue, primary, backups.get(random.nextInt(backups.size())));
      case PRIMARY_CUT_OFF, PRIMARY_PAUSED, PRIMARY_KILLED -> loseThePrimary(epilogue, primary);
      case HAND_OVER -> handOver(primary);
    }
    chaos.heal(world.servers());
    demandConvergence();
  }

  /// Pre-vote and check-quorum: a backup that is cut off, hears nothing, is not heard, sleeps or
  /// restarts does not cost a working primary its office, neither then nor when it is back.
  private void oneBackupInTrouble(Epilogue trouble, ServerProcess primary, Server backup) {
    long term = primary.replica().term();
    switch (trouble) {
      case BACKUP_CUT_OFF -> chaos.cutOff(List.of(backup));
      case BACKUP_DEAF ->
          world.servers().stream()
              .filter(other -> other != backup)
              .forEach(other -> cut(other, backup));
      case BACKUP_MUTE ->
          world.servers().stream()
              .filter(other -> other != backup)
              .forEach(other -> cut(backup, other));
      case BACKUP_PAUSED -> chaos.pause(backup);
      case BACKUP_RESTARTED -> world.crash(backup);
      default -> throw new IllegalStateException("not of a backup: " + trouble);
    }
    world.agenda().runUntil(world.agenda().now() + random.nextLong(QUIET_US));
    chaos.heal(world.servers());
    world.agenda().runUntil(world.agenda().now() + QUIET_US);
    demandSamePrimary(primary);
    Violation.unless(
        primary.replica().term() == term, "term %d became %d", term, primary.replica().term());
  }

  private void cut(Server from, Server to) {
    world.network().cut(from.id().value(), to.id().value(), false);
  }

  private void demandSamePrimary(ServerProcess primary) {
    Violation.unless(
        world.primary().equals(Optional.of(primary)),
        "server %s was a working primary and is one no more",
        primary.id());
  }

  private void loseThePrimary(Epilogue how, ServerProcess primary) {
    Server server = world.server(primary.id());
    switch (how) {
      case PRIMARY_CUT_OFF -> chaos.cutOff(List.of(server));
      case PRIMARY_PAUSED -> chaos.pause(server);
      case PRIMARY_KILLED -> world.crash(server);
      default -> throw new IllegalStateException("not of a primary: " + how);
    }
    long lostAt = world.agenda().now();
    demandProgress();
    if (how == Epilogue.PRIMARY_CUT_OFF) {
      world.agenda().runUntil(Math.max(world.agenda().now(), lostAt + STEP_DOWN_US));
      Violation.unless(
          primary.replica().role() != Role.PRIMARY,
          "server %s is cut off and has not stepped down",
          primary.id());
    }
  }

  private void handOver(ServerProcess primary) {
    primary.arrive(() -> primary.handIn(new Event.TakeOverRequested(Optional.empty())));
    world.agenda().runUntil(world.agenda().now() + QUIET_US);
    Violation.unless(
        world.servers().size() == 1 || !world.primary().equals(Optional.of(primary)),
        "server %s was asked to hand over and did not",
        primary.id());
  }
}
