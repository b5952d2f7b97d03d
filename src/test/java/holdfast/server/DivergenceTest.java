package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.wire.PeerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who is wrong when digests differ; this server is 1, and its digest of anything is "01".
final class DivergenceTest {
  private final Divergence divergence = new Divergence(id(1));

  private static ServerId id(int number) {
    return new ServerId(number);
  }

  private static Membership members(int voters) {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= voters; i++) {
      members.add(new Member(id(i), "localhost", i, i, true, Optional.empty()));
    }
    return new Membership(1, members);
  }

  private void report(int server, int voters, long index, String digest) {
    divergence.compare(
        id(server),
        new PeerFrame.Report(0, 0, index, digest, 0, "1", Optional.empty(), Optional.empty()),
        at -> at == 0 ? Optional.empty() : Optional.of(new byte[] {1}),
        members(voters));
  }

  @Test
  void nobodyIsIllWhileAllAreEqual() {
    report(2, 3, 1_000, "01");
    report(3, 3, 2_000, "01");
    assertEquals(List.of(), divergence.ill());
    assertFalse(divergence.isSelfIll());
    assertEquals(Optional.empty(), divergence.warning());
  }

  @Test
  void aServerThatDiffersFromTheMajorityIsIll() {
    report(3, 3, 2_000, "02");
    assertEquals(List.of(), divergence.ill(), "one against one");
    assertTrue(divergence.warning().isPresent());
    report(2, 3, 1_000, "01");
    assertEquals(List.of(), divergence.ill(), "equal at 1,000 says nothing of 2,000");
    report(2, 3, 3_000, "01");
    assertEquals(List.of(id(3)), divergence.ill());
    assertFalse(divergence.isSelfIll());
    assertFalse(divergence.isSound(id(3)));
  }

  @Test
  void ofTwoServersNobodyKnowsWhichIsRight() {
    report(2, 2, 1_000, "02");
    assertEquals(List.of(), divergence.ill());
    assertFalse(divergence.isSelfIll());
  }

  @Test
  void aPrimaryThatDiffersFromAnEqualMajorityIsIllItself() {
    report(2, 3, 1_000, "02");
    report(3, 3, 1_000, "03");
    assertFalse(divergence.isSelfIll(), "those two differ as well");
    report(3, 3, 1_000, "02");
    assertTrue(divergence.isSelfIll());
    assertEquals(List.of(), divergence.ill());
  }

  @Test
  void aServerWithNewTablesIsSoundOnceItIsSeenEqual() {
    report(2, 3, 1_000, "01");
    report(3, 3, 1_000, "02");
    divergence.forget(id(3));
    assertEquals(List.of(), divergence.ill());
    assertFalse(divergence.isSound(id(3)), "it has not shown it yet");
    report(3, 3, 2_000, "01");
    assertTrue(divergence.isSound(id(3)));
  }

  @Test
  void aDigestOfAPlaceThatIsForgottenSaysNothing() {
    report(2, 3, 0, "");
    assertEquals(Optional.empty(), divergence.warning());
  }
}
