package holdfast.simulation;

import holdfast.replication.ChangeStep;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Whoever adds, removes, replaces and moves servers: one thing at a time, asked of whatever server
/// is primary, again and again, until it is done or refused. A member whose disk was lost is
/// replaced.
final class Operator {
  private static final long ASK_EVERY_US = 150 * Agenda.MS;
  private static final int PORTS = 1_000;

  /// Machines kept back, so that every member that loses its disk can be replaced.
  private static final int MACHINES_KEPT = 3;

  /// @param newcomer the machine that is to be started once the change is made
  private record Wanted(MemberChange change, Optional<Server> newcomer) {}

  private final World world;
  private final RandomGenerator random;
  private Optional<Wanted> current = Optional.empty();

  /// The machine that is to replace one that lost its disk.
  private Optional<Server> replacement = Optional.empty();

  private int moves;

  Operator(World world, RandomGenerator random) {
    this.world = world;
    this.random = random;
  }

  /// Whether nothing is left to do.
  boolean idle() {
    return current.isEmpty() && lost().isEmpty();
  }

  /// Members whose disk is lost.
  private List<Server> lost() {
    return world.machines().stream()
        .filter(Server::hasLostDisk)
        .filter(s -> world.laws().membership().member(s.id()).isPresent())
        .toList();
  }

  void begin() {
    ask();
  }

  private void ask() {
    lookAround();
    if (current.isEmpty() && !lost().isEmpty()) {
      // One that was refused its place gets it later.
      Server newcomer = replacement.orElseGet(() -> world.newMachine().orElseThrow());
      replacement = Optional.of(newcomer);
      want(new MemberChange.Replace(lost().getFirst().id(), memberOf(newcomer)), replacement);
    }
    current.ifPresent(wanted ->
        world
            .primary()
            .ifPresent(primary ->
                primary.arrive(() ->
                    primary.members().pursue(wanted.change(), step -> onStep(wanted, step)))));
    world.agenda().after(ASK_EVERY_US, this::ask);
  }

  /// A wish that a primary of before refused may have come true under another: its newcomer is
  /// among the members. And a server that was removed finds out from the servers it knows; if they
  /// have all left, it is switched off by hand.
  private void lookAround() {
    Membership membership = world.laws().membership();
    for (Server machine : world.machines()) {
      boolean member = membership.member(machine.id()).isPresent();
      if (member && current.isEmpty() && !world.isInService(machine)) {
        world.join(machine);
      } else if (membership.isRetired(machine.id())
          && world.isInService(machine)
          && machine.process().isPresent()
          && knownTo(machine).stream().noneMatch(world::isInService)) {
        world.leaves(machine);
      }
    }
  }

  private List<Server> knownTo(Server server) {
    return server.disk().membership(server.configured(), world.commands()).members().stream()
        .map(member -> world.server(member.id()))
        .filter(other -> other != server)
        .toList();
  }

  private void onStep(Wanted wanted, ChangeStep step) {
    boolean over = step instanceof ChangeStep.Done || step instanceof ChangeStep.Refused;
    if (!over || !current.equals(Optional.of(wanted))) {
      return;
    }
    current = Optional.empty();
    if (step instanceof ChangeStep.Done) {
      replacement = replacement.filter(kept -> !wanted.newcomer().equals(Optional.of(kept)));
      world.laws().changed(wanted.change());
      wanted.newcomer().ifPresent(world::join);
    }
  }

  private void want(MemberChange change, Optional<Server> newcomer) {
    world.trace().line(world.agenda().now(), "operator wants %s", change);
    current = Optional.of(new Wanted(change, newcomer));
  }

  // ---- what there is to want

  void addServer() {
    if (idle() && world.machinesLeft() > MACHINES_KEPT) {
      world
          .newMachine()
          .ifPresent(
              newcomer -> want(new MemberChange.Add(memberOf(newcomer)), Optional.of(newcomer)));
    }
  }

  /// As a server that asks to join, or as an operator who announces it.
  private Member memberOf(Server newcomer) {
    Member member = World.member(newcomer.id()).withVote(random.nextBoolean());
    return random.nextBoolean() ? member.withKey(newcomer.disk().key()) : member;
  }

  void remove(Server server) {
    if (idle()) {
      want(new MemberChange.Remove(server.id()), Optional.empty());
    }
  }

  void replace(Server server) {
    if (idle() && world.machinesLeft() > MACHINES_KEPT) {
      world
          .newMachine()
          .ifPresent(newcomer ->
              want(
                  new MemberChange.Replace(server.id(), memberOf(newcomer)),
                  Optional.of(newcomer)));
    }
  }

  void move(Server server) {
    if (idle()) {
      int port = PORTS + 2 * ++moves;
      want(new MemberChange.Move(server.id(), "elsewhere", port, port + 1), Optional.empty());
    }
  }

  /// Takes away a member's disk, if what is left is a majority of the members that the log names
  /// and of those that were there first, and no list of members waits to be committed.
  void loseDisk(Server server) {
    Membership membership = world.laws().membership();
    boolean settled =
        world.machines().stream()
            .filter(world::isInService)
            .allMatch(s ->
                s.disk()
                    .viewsBeyond(membership.index(), world.configured(), world.commands())
                    .equals(List.of(membership)));
    long intact =
        membership.voters().stream()
            .filter(membership::counts)
            .filter(id -> !id.equals(server.id()) && !world.server(id).hasLostDisk())
            .count();
    long emptyAtFirst =
        1
            + world.configured().voters().stream()
                .filter(id -> world.server(id).hasLostDisk())
                .count();
    if (idle()
        && settled
        && world.machinesLeft() > MACHINES_KEPT
        && membership.founded()
        && membership.counts(server.id())
        && !server.hasLostDisk()
        && intact >= membership.quorum()
        && emptyAtFirst < world.configured().quorum()) {
      world.losesDisk(server);
    }
  }
}
