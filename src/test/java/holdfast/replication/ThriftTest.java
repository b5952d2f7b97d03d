package holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ThriftTest {
  private static final int ROUNDS = 2_000;
  private static final ServerId SELF = id(1);

  private final Map<ServerId, Progress> others = new TreeMap<>();
  private final Thrift thrift = new Thrift(SELF);

  private static ServerId id(int number) {
    return new ServerId(number);
  }

  private static Set<ServerId> ids(int... numbers) {
    return Set.copyOf(Arrays.stream(numbers).mapToObj(ThriftTest::id).toList());
  }

  /// A member that follows, and holds everything up to `match`.
  private Progress follows(int number, long match) {
    Progress progress = others.computeIfAbsent(id(number), peer -> new Progress(1));
    progress.onAck(match);
    return progress;
  }

  private Set<ServerId> choose(String members) {
    return Set.copyOf(thrift.choose(TestLog.membership(1, members), others));
  }

  @Test
  void thoseFurthestAlongMakeTheQuorum() {
    follows(2, 7);
    follows(3, 9);
    follows(4, 8);
    follows(5, 6);
    assertEquals(ids(3, 4), choose("1 2 3 4 5"));
  }

  @Test
  void ofTwoAlikeTheOneBeforeStays() {
    follows(2, 7);
    follows(3, 7);
    assertEquals(ids(2), choose("1 2 3"));
    follows(3, 8);
    assertEquals(ids(3), choose("1 2 3"));
    follows(2, 8);
    assertEquals(ids(3), choose("1 2 3"));
  }

  @Test
  void whoCannotAnswerIsNotCountedOn() {
    follows(2, 9).onLinkDown();
    follows(3, 7);
    assertEquals(ids(3), choose("1 2 3"));
  }

  @Test
  void aLearnerIsNotNeededNorWhoseKeyTheLogDoesNotKnow() {
    follows(2, 9);
    follows(3, 9);
    follows(4, 7);
    assertEquals(ids(4), choose("1 2l -3 4"));
  }

  @Test
  void aPrimaryWithoutAVoteNeedsOneMore() {
    follows(2, 9);
    follows(3, 8);
    follows(4, 7);
    assertEquals(ids(2, 3), choose("1l 2 3 4"));
  }

  @Test
  void aPrimaryThatIsItsOwnQuorumNeedsNobody() {
    follows(2, 9);
    assertEquals(ids(), choose("1 2l"));
  }

  @Test
  void whereTooFewFollowAllAreSentEverything() {
    follows(2, 9).onLinkDown();
    follows(3, 7).onLinkDown();
    follows(4, 7).needsSnapshot();
    assertEquals(ids(2, 3, 4), choose("1 2 3 4"));
  }

  /// Whatever the list: once those that were chosen have an entry, it can be committed.
  @Test
  void withThePrimaryTheChosenAreAQuorum() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < ROUNDS; round++) {
      others.clear();
      StringBuilder members = new StringBuilder("1");
      for (int i = 2; i <= 2 + random.nextInt(6); i++) {
        members.append(random.nextInt(6) == 0 ? " -" : " ").append(i);
        members.append(random.nextInt(6) == 0 ? "l" : "");
        Progress progress = follows(i, random.nextInt(4));
        if (random.nextInt(5) == 0) {
          progress.onLinkDown();
        }
      }
      Membership list = TestLog.membership(1, members.toString());
      Set<ServerId> chosen = Set.copyOf(thrift.choose(list, others));
      boolean possible =
          Quorum.reached(
              list,
              voter -> voter.equals(SELF) || others.get(voter).state() == Progress.State.REPLICATE);
      boolean reached = Quorum.reached(list, voter -> voter.equals(SELF) || chosen.contains(voter));
      assertTrue(reached || !possible, members::toString);
    }
  }
}
