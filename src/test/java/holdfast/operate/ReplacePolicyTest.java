package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import holdfast.operate.ReplacePolicy.Decision;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReplacePolicyTest {
  private static final Duration AFTER = Duration.ofSeconds(60);
  private static final long SECOND = 1_000_000_000L;
  private static final ServerId THREE = new ServerId(3);
  private static final long LATER = new Timeline(1, 2).firstTerm();

  private static ServerStatus row(int id, boolean up, boolean voter) {
    return new ServerStatus(
        Integer.toString(id),
        "h",
        1,
        2,
        "BACKUP",
        1,
        up,
        1,
        1,
        1,
        voter,
        0,
        0,
        "1",
        Optional.empty());
  }

  /// What the primary, server 1, says.
  private static OkPayload.Status view(
      long term, boolean solo, Optional<String> warning, ServerStatus... others) {
    List<ServerStatus> rows = new ArrayList<>(List.of(row(1, true, true)));
    rows.addAll(List.of(others));
    return new OkPayload.Status(
        rows, Optional.of("1"), term, 2, 0, solo, Optional.empty(), warning);
  }

  private static OkPayload.Status well(long term) {
    return view(term, false, Optional.empty(), row(2, true, true), row(3, true, true));
  }

  private static OkPayload.Status away(long term, boolean voter) {
    return view(term, false, Optional.of("3 is away"), row(2, true, true), row(3, false, voter));
  }

  /// After it was looked at while it was well, and for long enough while it was not.
  private static Decision decision(
      ReplacePolicy policy, OkPayload.Status before, OkPayload.Status after) {
    assertEquals(new Decision.Wait(), policy.onLook(THREE, false, before, 0));
    assertEquals(new Decision.Wait(), policy.onLook(THREE, true, after, 10 * SECOND));
    assertEquals(new Decision.Wait(), policy.onLook(THREE, true, after, 69 * SECOND));
    return policy.onLook(THREE, true, after, 70 * SECOND);
  }

  @Test
  void oneThatStaysDeadIsReplaced() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, false);
    assertEquals(new Decision.Replace(), decision(policy, away(1, true), away(1, true)));
  }

  @Test
  void oneThatCameUpInBetweenIsGivenTheWholeTimeAgain() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, false);
    policy.onLook(THREE, true, away(1, true), 0);
    policy.onLook(THREE, true, well(1), 50 * SECOND);
    assertEquals(new Decision.Wait(), policy.onLook(THREE, true, away(1, true), 70 * SECOND));
  }

  @Test
  void withoutAPrimaryNobodyIsDeadForLong() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, false);
    policy.onLook(THREE, true, away(1, true), 0);
    policy.onNoPrimary();
    assertEquals(new Decision.Wait(), policy.onLook(THREE, true, away(1, true), 70 * SECOND));
  }

  @Test
  void oneThatWasToldToEndIsNotReplaced() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, false);
    policy.onLook(THREE, false, away(1, true), 0);
    assertEquals(new Decision.Wait(), policy.onLook(THREE, false, away(1, true), 700 * SECOND));
  }

  @Test
  void withALastSurvivorOneThatWasPutOutWhileAllWasWellIsReplaced() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, true);
    assertEquals(new Decision.Replace(), decision(policy, well(1), away(1, false)));
  }

  @Test
  void nobodyIsReplacedWhileAServerGoesOnAlone() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, true);
    OkPayload.Status solo =
        view(1, true, Optional.of("alone"), row(2, false, false), row(3, false, false));
    assertInstanceOf(Decision.Refuse.class, decision(policy, well(1), solo));
  }

  @Test
  void oneOfTheLastTwoIsNeverReplaced() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, true);
    OkPayload.Status pair =
        view(1, false, Optional.empty(), row(2, true, false), row(3, false, true));
    assertInstanceOf(Decision.Refuse.class, decision(policy, well(1), pair));
  }

  @Test
  void oneThatWasNotSeenWellInThisTimelineMayHaveWhatNobodyElseHas() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, true);
    assertInstanceOf(Decision.Refuse.class, decision(policy, well(1), away(LATER, false)));
  }

  @Test
  void oneThatWasSeenOnlyWhileSomethingWasBeingBroughtInMayNotHaveBroughtInAll() {
    ReplacePolicy policy = new ReplacePolicy(AFTER, true);
    OkPayload.Status rescuing =
        view(1, false, Optional.of("writes"), row(2, true, true), row(3, true, true));
    assertInstanceOf(Decision.Refuse.class, decision(policy, rescuing, away(1, false)));
  }
}
