package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TallyTest {
  private final Tally tally = new Tally();

  /// Three digits are exact.
  private static void assertNear(long expected, long actual) {
    assertTrue(Math.abs(actual - expected) * 1_000 <= expected, () -> expected + ": " + actual);
  }

  @Test
  void percentilesAreThoseOfAllThatWasDoneToThreeDigits() {
    for (int micros = 1; micros <= 1_000; micros++) {
      tally.done(TimeUnit.MICROSECONDS.toNanos(micros));
    }
    Tally.Counts counts = tally.counts();
    assertEquals(1_000, counts.done());
    assertNear(500_000, counts.latencies().p50());
    assertNear(990_000, counts.latencies().p99());
    assertNear(999_000, counts.latencies().p999());
    assertNear(1_000_000, counts.latencies().max());
    assertNear(500_500, counts.latencies().mean());
  }

  @Test
  void aLatencyBeyondWhatIsToldApartCountsAsTheLongest() {
    tally.done(TimeUnit.HOURS.toNanos(1));
    assertEquals(1, tally.counts().done());
    assertNear(TimeUnit.MINUTES.toNanos(1), tally.counts().latencies().max());
  }

  @Test
  void eachSecondHasItsOwnCount() {
    tally.done(1);
    tally.done(1);
    assertEquals(2, tally.endSecond());
    assertEquals(0, tally.endSecond());
    tally.done(1);
    assertEquals(1, tally.endSecond());
    assertEquals(List.of(2L, 0L, 1L), tally.counts().perSecond());
  }

  @Test
  void theWarmUpIsForgottenButItsErrorsAreNot() {
    tally.done(1);
    tally.sent(10);
    tally.received(20);
    tally.event();
    tally.error("BUSY");
    tally.endSecond();
    tally.restart();
    assertEquals(
        new Tally.Counts(0, new Tally.Latencies(0, 0, 0, 0, 0), List.of(), 0, 0, 0),
        tally.counts());
    assertEquals(1, tally.errors());
    tally.done(1);
    assertEquals(1, tally.endSecond());
  }

  @Test
  void everyErrorCountsAndTheFirstDifferentOnesAreKept() {
    for (int i = 0; i < 20; i++) {
      tally.error("E" + i % 7);
    }
    assertEquals(20, tally.errors());
    assertEquals(List.of("E0", "E1", "E2", "E3", "E4"), tally.errorWords());
  }
}
