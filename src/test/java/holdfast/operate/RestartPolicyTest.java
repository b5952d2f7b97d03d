package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import holdfast.operate.RestartPolicy.Decision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartPolicyTest {
  private static final Duration SHORT = Duration.ofSeconds(3);

  private final RestartPolicy policy = new RestartPolicy();

  @Test
  void aServerThatDiesAgainAndAgainIsStartedEverLater() {
    Duration expected = RestartPolicy.BACK_OFF_MIN;
    for (int deaths = 0; deaths < 10; deaths++) {
      assertEquals(new Decision.Again(expected), policy.onEnd(137, SHORT));
      Duration doubled = expected.multipliedBy(2);
      expected =
          doubled.compareTo(RestartPolicy.BACK_OFF_MAX) > 0 ? RestartPolicy.BACK_OFF_MAX : doubled;
    }
    assertEquals(RestartPolicy.BACK_OFF_MAX, expected);
  }

  @Test
  void oneThatRanForLongIsStartedSoonAgain() {
    policy.onEnd(1, SHORT);
    policy.onEnd(1, SHORT);
    assertEquals(
        new Decision.Again(RestartPolicy.BACK_OFF_MIN), policy.onEnd(1, RestartPolicy.STEADY));
  }

  @Test
  void oneWhosePortIsTakenIsTriedAgain() {
    assertEquals(new Decision.Again(RestartPolicy.BACK_OFF_MIN), policy.onEnd(3, SHORT));
  }

  @Test
  void oneThatWasToldToEndStaysSo() {
    assertEquals(new Decision.Done(), policy.onEnd(0, SHORT));
  }

  @Test
  void oneThatIsRefusedNeedsSomebodyToLook() {
    assertInstanceOf(Decision.GiveUp.class, policy.onEnd(2, SHORT));
    assertInstanceOf(Decision.GiveUp.class, policy.onEnd(4, SHORT));
  }
}
