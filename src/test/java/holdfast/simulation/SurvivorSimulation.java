package holdfast.simulation;

import holdfast.replication.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// One run of a cluster whose last survivor may go on alone, from one seed: everybody signs up;
/// then faults, long enough for timelines to be founded, while clients write on all sides; then
/// everything is healed, one timeline must be left, and what was committed in any must be in it.
/// Last, in the quiet cluster, all but one server are killed, one after the other.
final class SurvivorSimulation {
  private static final long BEGIN_US = 30 * Agenda.SECOND;
  private static final long PROGRESS_US = 200 * Agenda.SECOND;

  private static final long SETTLE_US = Agenda.SECOND;

  /// Between two foundings at an operator's word, at most.
  private static final long FORCED_US_MAX = 12 * Agenda.SECOND;

  /// With more, two who die at once are two too many for any to be put out, and the rest must not
  /// lose a third.
  private static final int KILLED_FROM_MAX = 4;

  private final Plan plan;
  private final World world;
  private final TimelineLaws laws;
  private final Chaos chaos;
  private final RandomGenerator random;
  private boolean chaotic = true;

  private SurvivorSimulation(long seed, Trace trace) {
    SplittableRandom root = new SplittableRandom(seed);
    plan = Plan.drawnForSurvivors(root.split());
    trace.line(0, "%s", plan);
    world = new World(root.split(), plan, trace);
    laws = (TimelineLaws) world.laws();
    chaos = new Chaos(world, new Operator(world, root.split()), root.split());
    random = root.split();
  }

  static Simulation.Report run(long seed, Trace trace) {
    return new SurvivorSimulation(seed, trace).run();
  }

  private Simulation.Report run() {
    world.servers().forEach(world::start);
    for (int i = 0; i < plan.clients(); i++) {
      world.newClient();
    }
    // Whoever signs up in a timeline that is lost is another account in the next: the accounts
    // that the clients write with are to be of all timelines.
    await(
        "everybody signs up",
        BEGIN_US,
        () -> world.clients().stream().allMatch(Client::registered));
    long signedUp = laws.committedLength();
    await(
        "everybody knows them all",
        BEGIN_US,
        () -> world.servers().stream().allMatch(s -> s.disk().applied() >= signedUp));
    phase("chaos");
    chaos.begin();
    force();
    world.agenda().runUntil(world.agenda().now() + plan.chaosUs());
    chaotic = false;
    chaos.stop();
    phase("heal all");
    chaos.heal(world.servers());
    demandProgress();
    world.clients().forEach(Client::stop);
    demandConvergence();
    if (plan.servers() <= KILLED_FROM_MAX && random.nextBoolean()) {
      killAllButOne();
    }
    return new Simulation.Report(
        plan.servers(),
        world.agenda().happened(),
        laws.committedLength(),
        laws.acknowledged(),
        laws.readsDone(),
        laws.installs(),
        0,
        0,
        laws.foundings(),
        laws.rescued(),
        world.agenda().now());
  }

  private void phase(String name) {
    world.trace().line(world.agenda().now(), "---- %s", name);
  }

  /// Now and then an operator makes some server go on alone.
  private void force() {
    if (!plan.forced() || !chaotic) {
      return;
    }
    Server server = world.servers().get(random.nextInt(world.servers().size()));
    server.process().ifPresent(p -> p.arrive(() -> p.members().found(true)));
    world.agenda().after(random.nextLong(FORCED_US_MAX), this::force);
  }

  private void demandProgress() {
    Client prober = world.newClient();
    await("a new client signs up", PROGRESS_US, prober::registered);
    prober.stop();
  }

  private void demandConvergence() {
    await(
        "every client is answered",
        PROGRESS_US,
        () -> world.clients().stream().allMatch(Client::satisfied));
    await("one timeline is left, with everything rescued", PROGRESS_US, this::settled);
    laws.converged();
  }

  /// Everybody votes, has the same, and has nothing left to bring in again.
  private boolean settled() {
    Optional<ServerProcess> primary = world.primary();
    if (primary.isEmpty()) {
      return false;
    }
    long last = primary.get().replica().last().index();
    Membership membership = primary.get().replica().membership();
    return membership.members().stream().allMatch(m -> membership.counts(m.id()))
        && world.servers().stream()
            .allMatch(s ->
                s.process().isPresent()
                    && s.disk().applied() == last
                    && s.disk().last().equals(primary.get().replica().last())
                    && s.disk().rescuedCount() == 0);
  }

  /// The classroom's promise: one after the other, each as soon as the status says so, and the last
  /// one serves.
  private void killAllButOne() {
    // Whoever began anew with a snapshot is to have done so: who is killed now stays so.
    world.agenda().runUntil(world.agenda().now() + SETTLE_US);
    List<Server> left = new ArrayList<>(world.servers());
    while (left.size() > 1) {
      phase("kill one of " + left.size());
      await("the next failure is tolerated", PROGRESS_US, () -> tolerates(left));
      Server victim = left.remove(random.nextInt(left.size()));
      if (random.nextBoolean()) {
        world.crash(victim);
      } else {
        chaos.cutOff(List.of(victim));
      }
      // The status lags behind a death no longer than it takes to notice it.
      world.agenda().runUntil(world.agenda().now() + plan.noticeUs());
    }
    await(
        "the last one goes on alone",
        PROGRESS_US,
        () -> left.getFirst().process().map(p -> p.replica().solo()).orElse(false));
    demandProgress();
    phase("heal all again");
    chaos.heal(world.servers());
    demandConvergence();
  }

  private boolean tolerates(List<Server> left) {
    return left.stream()
        .anyMatch(s -> s.process().map(p -> p.replica().failuresTolerated() > 0).orElse(false));
  }

  private void await(String what, long within, BooleanSupplier done) {
    boolean happened = world.agenda().runUntil(done, world.agenda().now() + within);
    Violation.unless(happened, "not within %d s: %s", within / Agenda.SECOND, what);
  }
}
