package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.bench.plot.Chart;
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
      tally.done(0, TimeUnit.MICROSECONDS.toNanos(micros));
    }
    assertEquals(1_000, tally.counts().done());
    Latencies latencies = tally.latencies();
    assertNear(500_000, latencies.p50());
    assertNear(990_000, latencies.p99());
    assertNear(999_000, latencies.p999());
    assertNear(1_000_000, latencies.max());
    assertNear(500_500, latencies.mean());
  }

  @Test
  void aCurveEndsWhereTheValuesAreTooFewToTell() {
    for (int i = 0; i < 1_000; i++) {
      tally.done(0, TimeUnit.MILLISECONDS.toNanos(1));
    }
    List<Chart.Point> curve = tally.latencies().curve();
    assertEquals(99.9, curve.getLast().x());
    assertNear(1_000, (long) (curve.getLast().y() * 1_000));
  }

  @Test
  void aLatencyBeyondWhatIsToldApartCountsAsTheLongest() {
    tally.done(0, TimeUnit.HOURS.toNanos(1));
    assertEquals(1, tally.counts().done());
    assertNear(TimeUnit.MINUTES.toNanos(1), tally.latencies().max());
  }

  @Test
  void whatMetADisturbanceIsLeftOutOfTheOtherLatencies() {
    tally.disturbedBy((begun, now) -> begun < 100);
    tally.done(100, 107);
    tally.restart(0);
    tally.done(99, 1_099);
    tally.done(100, 600);
    assertEquals(2, tally.latencies().count());
    assertNear(1_000, tally.latencies().max());
    assertEquals(1, tally.undisturbed().count());
    assertNear(500, tally.undisturbed().max());
  }

  @Test
  void withoutAnythingThatDisturbsNothingIsLeftOut() {
    tally.done(50, 60);
    assertEquals(1, tally.undisturbed().count());
  }

  @Test
  void eachSecondHasItsOwnCounts() {
    tally.restart(0);
    tally.done(0, 10);
    tally.delivery();
    tally.done(15, 30);
    assertEquals(new Tally.Second(2, 1, 20), tally.endSecond(40));
    tally.done(30, 41);
    assertEquals(new Tally.Second(1, 0, 11), tally.endSecond(45));
    assertEquals(2, tally.counts().seconds().size());
  }

  @Test
  void aSilenceOverTheEndOfASecondCountsInBothAndInTheEndInFull() {
    tally.restart(0);
    tally.done(0, 100);
    assertEquals(900, tally.endSecond(1_000).gapNanos());
    assertEquals(1_900, tally.endSecond(2_000).gapNanos());
    tally.done(0, 2_500);
    assertEquals(2_400, tally.endSecond(3_000).gapNanos());
  }

  @Test
  void theWarmUpIsForgottenButItsErrorsAndTotalsAreNot() {
    tally.done(0, 1);
    tally.sent(10);
    tally.received(20);
    tally.delivery();
    tally.deliveryTook(0, 1);
    tally.error("BUSY");
    tally.endSecond(2);
    tally.restart(3);
    assertEquals(new Tally.Counts(0, 0, List.of(), 0, 0), tally.counts());
    assertEquals(0, tally.latencies().count());
    assertEquals(0, tally.deliveryLatencies().count());
    assertEquals(1, tally.errors());
    assertEquals(1, tally.doneEver());
    assertEquals(1, tally.deliveriesEver());
    tally.done(3, 4);
    assertEquals(1, tally.endSecond(5).done());
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
