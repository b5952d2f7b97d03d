package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HealthTest {
  private static final Member MEMBER =
      new Member(new ServerId(2), "10.0.0.2", 8091, 8081, true, Optional.empty());

  private static Optional<ClusterStatus.Answer> answer(Optional<String> primary, long lagMs) {
    ServerStatus own =
        new ServerStatus(
            "2",
            "10.0.0.2",
            8091,
            8081,
            "BACKUP",
            7,
            true,
            9,
            9,
            9,
            true,
            lagMs,
            0,
            "0.1",
            Optional.empty());
    Optional<String> why =
        primary.isPresent() ? Optional.empty() : Optional.of("no primary: start server 1");
    return Optional.of(
        new ClusterStatus.Answer(
            MEMBER,
            new OkPayload.Status(List.of(own), primary, 7, 2, 1, false, why, Optional.empty()),
            "{}"));
  }

  @Test
  void aServerThatAnswersAndKnowsAPrimaryServes() {
    Health health = Health.of(MEMBER, answer(Optional.of("1"), 3), false);
    assertTrue(health.serves());
    assertEquals("server 2 serves, as backup; server 1 is primary", health.sentence());
  }

  @Test
  void oneThatDoesNotAnswerDoesNotServe() {
    Health health = Health.of(MEMBER, Optional.empty(), true);
    assertFalse(health.serves());
    assertEquals(
        "server 2 does not serve: nothing answers at 10.0.0.2 port 8091", health.sentence());
  }

  @Test
  void oneWithoutAPrimaryLivesButDoesNotServe() {
    Health health = Health.of(MEMBER, answer(Optional.empty(), 3), false);
    assertFalse(health.serves());
    assertTrue(health.sentence().endsWith("start server 1"), health::sentence);
    assertTrue(Health.of(MEMBER, answer(Optional.empty(), 3), true).serves());
  }

  @Test
  void oneThatIsFarBehindShowsPeopleAnOldState() {
    long max = Health.LAG_MAX.toMillis();
    assertTrue(Health.of(MEMBER, answer(Optional.of("1"), max), false).serves());
    assertFalse(Health.of(MEMBER, answer(Optional.of("1"), max + 1), false).serves());
  }
}
