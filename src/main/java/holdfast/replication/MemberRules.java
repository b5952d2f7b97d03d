package holdfast.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a primary judges changes of the membership by (thesis §4.1–4.3): decisions, which change
/// nothing.
///
/// @param now the latest list, committed
/// @param answers whether a member has acknowledged a heartbeat lately and is not known to have
///   died
/// @param caughtUp whether a learner has had everything for `ReplicaSettings.caughtUpTicks`
/// @param survivor whether every voter of a new list must answer, rather than a quorum (SURVIVOR.md
///   rule 2): the death of one while the list is pending would stop the others
record MemberRules(
    ServerId self,
    Membership now,
    Predicate<ServerId> answers,
    Predicate<ServerId> caughtUp,
    boolean survivor) {
  /// Why the log may not state `wanted` next. One member may differ (thesis §4.1), by one voter at
  /// most; besides, members may get keys that had none.
  Optional<ChangeDenial> denialOf(Membership wanted) {
    List<ServerId> changed = new ArrayList<>();
    for (Member member : wanted.members()) {
      Optional<Member> before = now.member(member.id());
      if (before.isEmpty()) {
        changed.add(member.id());
      } else if (!before.get().equals(member)) {
        boolean keyOnly =
            before.get().key().isEmpty()
                && member.key().map(before.get()::withKey).equals(Optional.of(member));
        if (!keyOnly) {
          changed.add(member.id());
        }
      }
    }
    Membership expected = now;
    for (Member member : now.members()) {
      if (wanted.member(member.id()).isEmpty()) {
        changed.add(member.id());
        expected = expected.without(member.id());
      }
    }
    if (changed.size() > 1 || !wanted.retired().equals(expected.retired())) {
      return Optional.of(ChangeDenial.NOT_ONE_CHANGE);
    }
    return changed.stream().findFirst().flatMap(id -> denialOf(wanted, id));
  }

  private Optional<ChangeDenial> denialOf(Membership wanted, ServerId id) {
    Optional<Member> before = now.member(id);
    Optional<Member> after = wanted.member(id);
    boolean votedBefore = now.isVoter(id);
    boolean votes = wanted.isVoter(id);
    if (before.isEmpty() && now.isRetired(id)) {
      return Optional.of(ChangeDenial.ID_RETIRED);
    }
    if (before.isEmpty() && votes) {
      return Optional.of(ChangeDenial.NOT_A_LEARNER);
    }
    if (before.isEmpty() && now.members().size() >= Membership.MEMBERS_MAX) {
      return Optional.of(ChangeDenial.TOO_MANY);
    }
    if (before.isPresent()
        && after.isPresent()
        && before.get().key().isPresent()
        && !before.get().key().equals(after.get().key())) {
      return Optional.of(ChangeDenial.NOT_ONE_CHANGE);
    }
    if (!votedBefore && votes && !caughtUp.test(id)) {
      return Optional.of(ChangeDenial.NOT_CAUGHT_UP);
    }
    if (id.equals(self) && votedBefore && !votes) {
      return Optional.of(ChangeDenial.IS_PRIMARY);
    }
    return votedBefore != votes && !isServed(wanted)
        ? Optional.of(ChangeDenial.TOO_FEW_ANSWER)
        : Optional.empty();
  }

  /// Whether a quorum of `wanted` answers: else nothing would be committed any more. Who gets its
  /// vote just now is not among them (unless there is one voter only): should it die at once, the
  /// others must be able to go on.
  private boolean isServed(Membership wanted) {
    if (survivor) {
      return wanted.voters().stream().allMatch(this::answersHere);
    }
    boolean oneVoter = now.voters().size() == 1;
    return Quorum.reached(wanted, voter -> answersHere(voter) && (oneVoter || now.isVoter(voter)));
  }

  private boolean answersHere(ServerId id) {
    return id.equals(self) || answers.test(id);
  }

  // ---- what is next

  ChangeStep toward(MemberChange change) {
    return switch (change) {
      case MemberChange.Add(Member member) -> toAdd(member);
      case MemberChange.Remove(ServerId id) -> toRemove(id);
      case MemberChange.Move move -> toMove(move);
      case MemberChange.Replace(ServerId id, Member successor) -> toReplace(id, successor);
      case MemberChange.Transfer(ServerId id) -> toTransfer(id);
    };
  }

  private ChangeStep toAdd(Member wanted) {
    Optional<Member> present = now.member(wanted.id());
    if (present.isEmpty()) {
      return refusalToAdd(wanted)
          .<ChangeStep>map(ChangeStep.Refused::new)
          .orElseGet(() -> new ChangeStep.Propose(now.with(wanted.withVote(false))));
    }
    Member member = present.get();
    boolean otherKey =
        wanted.key().isPresent() && member.key().isPresent() && !wanted.key().equals(member.key());
    if (otherKey) {
      return new ChangeStep.Refused(
          "server %s is a member already, with another data directory".formatted(wanted.id())
              + ": this one may have forgotten votes and messages. Bring the old directory back; or,"
              + " if it is lost, replace the member by a new one under an id never used before");
    }
    if (!member.sameAddress(wanted) && wanted.key().isEmpty()) {
      return new ChangeStep.Refused(
          "server %s is a member already, at %s:%d:%d; to give it another address, move it"
              .formatted(wanted.id(), member.host(), member.clientPort(), member.peerPort()));
    }
    Member next = member.movedTo(wanted.host(), wanted.clientPort(), wanted.peerPort());
    if (member.key().isEmpty() && wanted.key().isPresent()) {
      next = next.withKey(wanted.key().get());
    }
    return toChange(member, next);
  }

  private Optional<String> refusalToAdd(Member wanted) {
    if (now.isRetired(wanted.id())) {
      return Optional.of(
          "the id %s was another server's: an id is never given twice. Take one that was never used"
              .formatted(wanted.id()));
    }
    if (now.members().size() >= Membership.MEMBERS_MAX) {
      return Optional.of("there are %d members: no more are taken".formatted(now.members().size()));
    }
    for (Member member : now.members()) {
      if (wanted.key().isPresent() && wanted.key().equals(member.key())) {
        return Optional.of(
            "this data directory is that of server %s: a new server begins with an empty one"
                .formatted(member.id()));
      }
    }
    return collision(wanted);
  }

  private Optional<String> collision(Member wanted) {
    for (Member member : now.members()) {
      if (!member.id().equals(wanted.id()) && member.collidesWith(wanted)) {
        return Optional.of(
            "a port of %s:%d:%d is that of server %s"
                .formatted(wanted.host(), wanted.clientPort(), wanted.peerPort(), member.id()));
      }
    }
    return Optional.empty();
  }

  private ChangeStep toMove(MemberChange.Move move) {
    Optional<Member> present = now.member(move.subject());
    return present.isEmpty()
        ? noMember(move.subject())
        : toChange(
            present.get(), present.get().movedTo(move.host(), move.clientPort(), move.peerPort()));
  }

  private ChangeStep toChange(Member member, Member next) {
    if (next.equals(member)) {
      return new ChangeStep.Done();
    }
    return collision(next)
        .<ChangeStep>map(ChangeStep.Refused::new)
        .orElseGet(() -> new ChangeStep.Propose(now.with(next)));
  }

  private ChangeStep toRemove(ServerId id) {
    if (now.isRetired(id)) {
      return new ChangeStep.Done();
    }
    if (now.member(id).isEmpty()) {
      return noMember(id);
    }
    Membership wanted = now.without(id);
    if (now.isVoter(id) && !isServed(wanted)) {
      return new ChangeStep.Refused(tooFew(id, wanted));
    }
    return id.equals(self)
        ? new ChangeStep.HandOver(Optional.empty())
        : new ChangeStep.Propose(wanted);
  }

  private String tooFew(ServerId id, Membership wanted) {
    List<ServerId> voters = now.voters();
    if (voters.size() == 1) {
      return "server %s is the only voter: without it there is no cluster".formatted(id);
    }
    return "%d voters, %d of which answer: without server %s there would be %d, %d of which answer, and %d are needed"
        .formatted(
            voters.size(),
            voters.stream().filter(this::answersHere).count(),
            id,
            wanted.voters().size(),
            wanted.voters().stream().filter(this::answersHere).count(),
            survivor ? wanted.voters().size() : wanted.quorum());
  }

  /// The removal first: it leaves as many answering as there were where a dead server is replaced,
  /// and there is never a moment with a voter too many. What would be refused later is refused
  /// before.
  private ChangeStep toReplace(ServerId id, Member successor) {
    if (id.equals(successor.id())) {
      return new ChangeStep.Refused(
          "server %s cannot follow itself: an id is never given twice".formatted(id));
    }
    if (now.member(id).isEmpty()) {
      return now.isRetired(id) ? toAdd(successor) : noMember(id);
    }
    Optional<String> refusal =
        now.member(successor.id()).isPresent()
            ? Optional.empty()
            : new MemberRules(self, now.without(id), answers, caughtUp, survivor)
                .refusalToAdd(successor);
    return refusal.<ChangeStep>map(ChangeStep.Refused::new).orElseGet(() -> toRemove(id));
  }

  private ChangeStep toTransfer(ServerId id) {
    if (id.equals(self)) {
      return new ChangeStep.Done();
    }
    if (now.member(id).isEmpty()) {
      return noMember(id);
    }
    if (!now.counts(id)) {
      return new ChangeStep.Refused("server %s has no vote: it cannot be primary".formatted(id));
    }
    return answers.test(id)
        ? new ChangeStep.HandOver(Optional.of(id))
        : new ChangeStep.Refused(
            "server %s does not answer: it cannot be primary now".formatted(id));
  }

  private static ChangeStep noMember(ServerId id) {
    return new ChangeStep.Refused("server %s is not a member".formatted(id));
  }

  /// The list in which the first voter that is `gone` has no vote; two always stay.
  Optional<Membership> demotion(Predicate<ServerId> gone) {
    for (Member member : now.members()) {
      Membership wanted = now.with(member.withVote(false));
      boolean may = member.voter() && !member.id().equals(self) && wanted.voters().size() >= 2;
      if (may && gone.test(member.id()) && denialOf(wanted).isEmpty()) {
        return Optional.of(wanted);
      }
    }
    return Optional.empty();
  }

  /// The list in which the first learner that may have a vote has one.
  Optional<Membership> promotion() {
    for (Member member : now.members()) {
      Membership wanted = now.with(member.withVote(true));
      if (!member.voter() && member.key().isPresent() && denialOf(wanted).isEmpty()) {
        return Optional.of(wanted);
      }
    }
    return Optional.empty();
  }
}
