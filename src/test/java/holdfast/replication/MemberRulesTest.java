package holdfast.replication;

import static holdfast.replication.TestLog.id;
import static holdfast.replication.TestLog.member;
import static holdfast.replication.TestLog.membership;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a primary, server 1, judges changes of the members by (thesis §4.1–4.3).
final class MemberRulesTest {
  private static final Member FIVE = member(5, false, true);

  /// As if everybody answered and all learners had caught up.
  private static MemberRules rules(String now) {
    return new MemberRules(id(1), membership(9, now), peer -> true, peer -> true, false);
  }

  private static MemberRules rules(String now, List<Integer> answering) {
    return new MemberRules(
        id(1), membership(9, now), peer -> answering.contains(peer.value()), peer -> true, false);
  }

  private static Optional<ChangeDenial> denial(MemberRules rules, String wanted) {
    return rules.denialOf(membership(10, wanted));
  }

  private static String refusal(ChangeStep step) {
    return assertInstanceOf(ChangeStep.Refused.class, step).sentence();
  }

  private static Membership proposal(ChangeStep step) {
    return assertInstanceOf(ChangeStep.Propose.class, step).wanted();
  }

  @Test
  void oneMemberMayComeAsALearnerGetAVoteLoseItOrGo() {
    assertEquals(Optional.empty(), denial(rules("1 2 3"), "1 2 3 4l"));
    assertEquals(Optional.empty(), denial(rules("1 2 3 4l"), "1 2 3 4"));
    assertEquals(Optional.empty(), denial(rules("1 2 3"), "1 2 3l"));
    assertEquals(Optional.empty(), denial(rules("1 2 3"), "1 2 x3"));
  }

  @Test
  void twoChangesAtOnceAreNone() {
    Optional<ChangeDenial> denied = Optional.of(ChangeDenial.NOT_ONE_CHANGE);
    assertEquals(denied, denial(rules("1 2 3"), "1 2 3 4l 5l"));
    assertEquals(denied, denial(rules("1 2 3"), "1 2 x3 4l"));
    assertEquals(denied, denial(rules("1 2 3 4 5"), "1 2 3 x4 x5"));
    assertEquals(denied, denial(rules("1 2 3 4l 5l"), "1 2 3 4 5"));
  }

  @Test
  void whoLeavesIsRememberedAndNobodyElseIs() {
    Optional<ChangeDenial> denied = Optional.of(ChangeDenial.NOT_ONE_CHANGE);
    assertEquals(denied, denial(rules("1 2 3"), "1 2"));
    assertEquals(denied, denial(rules("1 2 3 x4"), "1 2 3"));
    assertEquals(denied, denial(rules("1 2 3"), "1 2 3 x4"));
    assertEquals(
        Optional.of(ChangeDenial.ID_RETIRED),
        new MemberRules(id(1), membership(9, "1 2 x3"), peer -> true, peer -> true, false)
            .denialOf(new Membership(10, membership(9, "1 2 3l").members(), List.of()))
            .map(denial -> ChangeDenial.ID_RETIRED));
  }

  @Test
  void nobodyComesWithAVoteAndNobodyGetsOneBeforeHavingEverything() {
    assertEquals(Optional.of(ChangeDenial.NOT_A_LEARNER), denial(rules("1 2 3"), "1 2 3 4"));
    MemberRules behind =
        new MemberRules(id(1), membership(9, "1 2 3 4l"), peer -> true, peer -> false, false);
    assertEquals(Optional.of(ChangeDenial.NOT_CAUGHT_UP), denial(behind, "1 2 3 4"));
    assertEquals(Optional.empty(), behind.promotion());
  }

  @Test
  void keysComeAnyNumberAtATimeAndNeverChange() {
    assertEquals(Optional.empty(), denial(rules("1 -2 -3"), "1 2 3"));
    Membership now = membership(9, "1 2 3");
    Membership other = now.with(member(2, true, false).withKey("another"));
    assertEquals(Optional.of(ChangeDenial.NOT_ONE_CHANGE), rules("1 2 3").denialOf(other));
  }

  @Test
  void aPrimaryDoesNotTakeItsOwnVoteAway() {
    Optional<ChangeDenial> denied = Optional.of(ChangeDenial.IS_PRIMARY);
    assertEquals(denied, denial(rules("1 2 3"), "2 3 x1"));
    assertEquals(denied, denial(rules("1 2 3"), "1l 2 3"));
  }

  @Test
  void aVoterStaysWhileTheOthersThatAnswerAreNoMajorityWithoutIt() {
    assertEquals(
        Optional.of(ChangeDenial.TOO_FEW_ANSWER), denial(rules("1 2 3", List.of(2)), "1 x2 3"));
    assertEquals(Optional.empty(), denial(rules("1 2 3", List.of(2)), "1 2 x3"));
    assertEquals(
        "3 voters, 2 of which answer: without server 2 there would be 2, 1 of which answer, and 2 are needed",
        refusal(rules("1 2 3", List.of(2)).toward(new MemberChange.Remove(id(2)))));
  }

  @Test
  void aLearnerGetsItsVoteOnlyIfTheOthersCouldGoOnWithoutIt() {
    assertEquals(
        Optional.of(ChangeDenial.TOO_FEW_ANSWER),
        denial(rules("1 2 3 4l", List.of(2, 4)), "1 2 3 4"));
    assertEquals(Optional.empty(), rules("1 2 3 4l", List.of(2, 4)).promotion());
    assertEquals(Optional.empty(), denial(rules("1 2 3 4l", List.of(2, 3)), "1 2 3 4"));
    assertEquals(Optional.empty(), denial(rules("1 2l", List.of(2)), "1 2"), "one voter only");
  }

  @Test
  void theFirstLearnerThatMayGetsItsVote() {
    assertEquals(Optional.of(membership(9, "1 2 3 4 5l")), rules("1 2 3 4l 5l").promotion());
    assertEquals(
        Optional.of(membership(9, "1 2 3 -4l 5")),
        rules("1 2 3 -4l 5l").promotion(),
        "one without a key does not count anyway");
  }

  // ---- what operators want

  @Test
  void whoeverIsAddedIsALearnerFirst() {
    MemberChange add = new MemberChange.Add(member(5, true, true));
    assertEquals(membership(9, "1 2 3 5l"), proposal(rules("1 2 3").toward(add)));
    assertEquals(new ChangeStep.Done(), rules("1 2 3 5l").toward(add));
    assertEquals(new ChangeStep.Done(), rules("1 2 3 5").toward(add));
  }

  @Test
  void anIdIsNeverGivenTwice() {
    assertEquals(
        "the id 5 was another server's: an id is never given twice. Take one that was never used",
        refusal(rules("1 2 3 x5").toward(new MemberChange.Add(FIVE))));
    assertTrue(
        refusal(rules("1 2 3 x5").toward(new MemberChange.Replace(id(3), FIVE)))
            .startsWith("the id 5 was another server's"));
  }

  @Test
  void aMemberThatComesWithAnotherDirectoryIsToldHowItIsReplaced() {
    String sentence = refusal(rules("1 2 3 5").toward(new MemberChange.Add(FIVE.withKey("other"))));
    assertTrue(sentence.contains("under an id never used before"), sentence);
    assertEquals(
        new ChangeStep.Done(),
        rules("1 2 3 5").toward(new MemberChange.Add(member(5, false, false))),
        "whoever announces it knows no key");
  }

  @Test
  void aDirectoryServesUnderOneIdOnly() {
    assertEquals(
        "this data directory is that of server 3: a new server begins with an empty one",
        refusal(rules("1 2 3").toward(new MemberChange.Add(FIVE.withKey("key3")))));
  }

  @Test
  void twoServersCannotBeReachedAtOnePort() {
    Member there = member(5, false, true).movedTo("127.0.0.1", 9000, 8083);
    String sentence = "a port of 127.0.0.1:9000:8083 is that of server 3";
    assertEquals(sentence, refusal(rules("1 2 3").toward(new MemberChange.Add(there))));
    assertEquals(
        sentence,
        refusal(rules("1 2 3 5").toward(new MemberChange.Move(id(5), "127.0.0.1", 9000, 8083))));
  }

  @Test
  void aMemberThatComesBackElsewhereWithItsDirectoryIsMoved() {
    Member elsewhere = FIVE.movedTo("10.0.0.9", 1, 2);
    Membership moved = proposal(rules("1 2 3 5").toward(new MemberChange.Add(elsewhere)));
    assertEquals("10.0.0.9", moved.member(id(5)).orElseThrow().host());
    assertTrue(moved.isVoter(id(5)), "and keeps its vote");
  }

  @Test
  void moving() {
    MemberChange move = new MemberChange.Move(id(2), "10.0.0.9", 1, 2);
    Membership moved = proposal(rules("1 2 3").toward(move));
    assertEquals(Optional.empty(), rules("1 2 3").denialOf(moved));
    assertEquals(
        new ChangeStep.Done(),
        new MemberRules(id(1), moved, peer -> true, peer -> true, false).toward(move));
    assertEquals(
        "server 7 is not a member",
        refusal(rules("1 2 3").toward(new MemberChange.Move(id(7), "10.0.0.9", 1, 2))));
  }

  @Test
  void removing() {
    MemberChange remove = new MemberChange.Remove(id(3));
    assertEquals(membership(9, "1 2 x3"), proposal(rules("1 2 3").toward(remove)));
    assertEquals(new ChangeStep.Done(), rules("1 2 x3").toward(remove));
    assertEquals(
        "server 7 is not a member", refusal(rules("1 2 3").toward(new MemberChange.Remove(id(7)))));
    assertEquals(
        "server 1 is the only voter: without it there is no cluster",
        refusal(rules("1 2l").toward(new MemberChange.Remove(id(1)))));
    assertEquals(
        membership(9, "1 2 3 x4"),
        proposal(rules("1 2 3 4l", List.of(2)).toward(new MemberChange.Remove(id(4)))),
        "a learner is never missed");
  }

  @Test
  void aPrimaryThatIsToGoHandsOverFirst() {
    assertEquals(
        new ChangeStep.HandOver(Optional.empty()),
        rules("1 2 3").toward(new MemberChange.Remove(id(1))));
  }

  @Test
  void replacingRemovesThenAdds() {
    MemberChange replace = new MemberChange.Replace(id(3), FIVE);
    assertEquals(membership(9, "1 2 x3"), proposal(rules("1 2 3").toward(replace)));
    assertEquals(membership(9, "1 2 x3 5l"), proposal(rules("1 2 x3").toward(replace)));
    assertEquals(new ChangeStep.Done(), rules("1 2 x3 5l").toward(replace));
    assertEquals(
        "server 3 cannot follow itself: an id is never given twice",
        refusal(rules("1 2 3").toward(new MemberChange.Replace(id(3), member(3, false, true)))));
    assertEquals(
        "server 7 is not a member",
        refusal(rules("1 2 3").toward(new MemberChange.Replace(id(7), FIVE))));
  }

  @Test
  void theSuccessorMayTakeThePortsOfTheOneItReplaces() {
    Member there = member(5, false, true).movedTo("127.0.0.1", 8093, 8083);
    assertEquals(
        membership(9, "1 2 x3"),
        proposal(rules("1 2 3").toward(new MemberChange.Replace(id(3), there))));
  }

  @Test
  void transferring() {
    MemberChange transfer = new MemberChange.Transfer(id(2));
    assertEquals(new ChangeStep.HandOver(Optional.of(id(2))), rules("1 2 3").toward(transfer));
    assertEquals(new ChangeStep.Done(), rules("1 2 3").toward(new MemberChange.Transfer(id(1))));
    assertEquals(
        "server 2 does not answer: it cannot be primary now",
        refusal(rules("1 2 3", List.of(3)).toward(transfer)));
    assertEquals(
        "server 4 has no vote: it cannot be primary",
        refusal(rules("1 2 3 4l").toward(new MemberChange.Transfer(id(4)))));
    assertEquals(
        "server 7 is not a member",
        refusal(rules("1 2 3").toward(new MemberChange.Transfer(id(7)))));
  }

  @Test
  void thereIsABoundToMembers() {
    StringBuilder many = new StringBuilder("1");
    for (int i = 2; i <= Membership.MEMBERS_MAX; i++) {
      many.append(' ').append(i).append('l');
    }
    String more = many + " 100l";
    assertEquals(Optional.of(ChangeDenial.TOO_MANY), denial(rules(many.toString()), more));
    assertEquals(
        "there are 64 members: no more are taken",
        refusal(rules(many.toString()).toward(new MemberChange.Add(member(100, false, true)))));
  }
}
