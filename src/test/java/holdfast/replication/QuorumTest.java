package holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The arithmetic of majorities against the dumbest way to say the same: try every index.
final class QuorumTest {
  private static final int ROUNDS = 5_000;
  private static final int VOTERS_MAX = 7;

  @Test
  void theCommitIndexIsTheHighestThatMoreThanHalfOfAllVotersHold() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < ROUNDS; round++) {
      Membership membership = randomMembership(random);
      long[] match = new long[VOTERS_MAX + 1];
      for (int i = 0; i < match.length; i++) {
        match[i] = random.nextInt(6);
      }
      assertEquals(
          bruteForce(membership, match),
          Quorum.index(membership, id -> match[id.value()]),
          membership::toString);
    }
  }

  @Test
  void aQuorumIsReachedExactlyWhenMoreThanHalfOfAllVotersCountAndAgree() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < ROUNDS; round++) {
      Membership membership = randomMembership(random);
      int agreeing = random.nextInt(1 << (VOTERS_MAX + 1));
      int count = 0;
      int voters = 0;
      for (Member member : membership.members()) {
        boolean counts = member.voter() && (membership.index() == 0 || member.key().isPresent());
        voters += member.voter() ? 1 : 0;
        count += counts && (agreeing >> member.id().value() & 1) == 1 ? 1 : 0;
      }
      assertEquals(
          2 * count > voters,
          Quorum.reached(membership, id -> (agreeing >> id.value() & 1) == 1),
          membership::toString);
    }
  }

  /// 1 to 7 members, founded or not; some are learners, some have no key; at least one voter.
  private static Membership randomMembership(SplittableRandom random) {
    StringBuilder ids = new StringBuilder("1");
    for (int i = 2; i <= 1 + random.nextInt(VOTERS_MAX); i++) {
      ids.append(random.nextInt(5) == 0 ? " -" : " ").append(i);
      ids.append(random.nextInt(5) == 0 ? "l" : "");
    }
    return TestLog.membership(random.nextInt(2), ids.toString());
  }

  private static long bruteForce(Membership membership, long[] match) {
    long best = 0;
    for (long index = 1; index <= 6; index++) {
      int holders = 0;
      int voters = 0;
      for (Member member : membership.members()) {
        boolean counts = member.voter() && (membership.index() == 0 || member.key().isPresent());
        voters += member.voter() ? 1 : 0;
        holders += counts && match[member.id().value()] >= index ? 1 : 0;
      }
      if (2 * holders > voters) {
        best = index;
      }
    }
    return best;
  }
}
