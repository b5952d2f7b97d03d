package holdfast.simulation;

import holdfast.chat.Command;
import holdfast.replication.ChangeStep;
import holdfast.replication.Event;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// A server's dealings with the list of members: as primary it states what operators want, keys
/// that were shown for the first time, and votes for learners that have caught up; as a member that
/// is none any more it finds out, and leaves.
final class MemberDesk {
  /// A server that hears of no primary dials its peers again this often.
  private static final int KNOCK_TICKS = 20;

  /// One that was refused leaves after so long, even if few of its peers can tell it so.
  private static final long LEAVE_US = 5 * Agenda.SECOND;

  private final World world;
  private final ServerProcess process;
  private final Map<ServerId, String> keysShown = new TreeMap<>();
  private final Set<ServerId> refusedBy = new TreeSet<>();
  private long refusedAt;
  private int ticks;

  MemberDesk(World world, ServerProcess process) {
    this.world = world;
    this.process = process;
  }

  Map<ServerId, String> keysShown() {
    return keysShown;
  }

  void onShown(ServerId from, String key) {
    keysShown.put(from, key);
  }

  void onTick() {
    found(false);
    Membership membership = process.replica().membership();
    boolean alone =
        process.replica().primary().isEmpty() || membership.member(process.id()).isEmpty();
    if (++ticks % KNOCK_TICKS == 0 && alone) {
      boolean nobodyLeft =
          membership.members().stream()
              .filter(member -> !member.id().equals(process.id()))
              .noneMatch(member -> world.isInService(world.server(member.id())));
      if (nobodyLeft && membership.members().size() > 1) {
        // Whoever could tell it that it was removed was removed, too: somebody switches it off.
        world.leaves(world.server(process.id()));
        return;
      }
      for (Member member : membership.members()) {
        if (!member.id().equals(process.id())) {
          process.tell(member.id(), "KNOCK", _ -> {});
        }
      }
    }
    if (!refusedBy.isEmpty()
        && (refusedByMost(membership) || process.now() > refusedAt + LEAVE_US)) {
      world.leaves(world.server(process.id()));
    }
  }

  /// Founds a timeline, if this server may, or an operator says so.
  void found(boolean forced) {
    Optional<Membership> alone =
        forced ? process.replica().foundableByForce() : process.replica().foundable();
    alone.ifPresent(list ->
        process.handIn(
            new Event.TimelineFounded(
                world.commands().write(members(list), list, process.applied()), forced)));
  }

  private boolean refusedByMost(Membership membership) {
    int others = 0;
    int refusing = 0;
    for (ServerId voter : membership.voters()) {
      if (!voter.equals(process.id())) {
        others++;
        refusing += refusedBy.contains(voter) ? 1 : 0;
      }
    }
    return 2 * refusing > others;
  }

  /// `by` knows that this server was removed, or that it lost its disk.
  void onRefused(ServerId by, boolean lostDisk) {
    if (lostDisk) {
      world.leaves(world.server(process.id()));
      return;
    }
    if (refusedBy.isEmpty()) {
      refusedAt = process.now();
    }
    refusedBy.add(by);
  }

  /// Does the next thing towards `change`, if this is a primary.
  void pursue(MemberChange change, Consumer<ChangeStep> onStep) {
    Optional<ChangeStep> step = process.replica().toward(change);
    if (step.isEmpty()) {
      return;
    }
    world.trace().line(process.now(), "%s: %s: %s", process.id(), change, step.get());
    switch (step.get()) {
      case ChangeStep.Propose(Membership wanted) -> propose(wanted);
      case ChangeStep.HandOver(Optional<ServerId> target) ->
          process.handIn(new Event.TakeOverRequested(target));
      case ChangeStep.Done _, ChangeStep.Later _, ChangeStep.Refused _ -> {}
    }
    onStep.accept(step.get());
  }

  /// What a primary changes by itself.
  void proposeOwn() {
    if (process.replica().role() != Role.PRIMARY) {
      return;
    }
    Membership wanted = process.replica().membership();
    for (Member member : wanted.members()) {
      if (member.key().isEmpty() && keysShown.containsKey(member.id())) {
        wanted = wanted.with(member.withKey(keysShown.get(member.id())));
      }
    }
    if (!wanted.equals(process.replica().membership())) {
      if (process.replica().denialOf(wanted).isEmpty()) {
        propose(wanted);
      }
    } else {
      process.replica().ownChange().ifPresent(this::propose);
    }
  }

  private void propose(Membership wanted) {
    process.handIn(new Event.ChangeProposed(world.commands().write(members(wanted), wanted)));
  }

  private Command.Members members(Membership list) {
    boolean outside =
        world.plan().survivor() && list.members().stream().anyMatch(member -> !member.voter());
    return new Command.Members(process.stamp(), outside);
  }
}
