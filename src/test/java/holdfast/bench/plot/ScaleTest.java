package holdfast.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ScaleTest {
  private static final double EXACT = 1e-6;

  @ParameterizedTest
  @CsvSource({"0,1", "0.7,0.8", "6,6", "7,8", "48,50", "61,80", "49800,50000", "1000001,1200000"})
  void anEvenAxisEndsAtTheTickAboveTheHighestValue(double highest, double end) {
    assertEquals(end, Scale.LINEAR.range(0, highest).max(), EXACT * end);
  }

  @ParameterizedTest
  @EnumSource(Scale.class)
  void ticksStandInOrderFromOneEndToTheOther(Scale scale) {
    Scale.Range range = scale.range(3, 95);
    List<Double> ticks = scale.ticks(range);
    assertEquals(0, scale.place(ticks.getFirst(), range), EXACT);
    assertEquals(1, scale.place(ticks.getLast(), range), EXACT);
    for (int i = 1; i < ticks.size(); i++) {
      assertTrue(
          scale.place(ticks.get(i - 1), range) < scale.place(ticks.get(i), range), ticks::toString);
    }
  }

  @Test
  void everyPowerOfTenIsAsWideAsTheNext() {
    Scale.Range range = Scale.LOG.range(0.2, 150);
    assertEquals(new Scale.Range(0.1, 1_000), range);
    assertEquals(0.25, Scale.LOG.place(1, range), EXACT);
    assertEquals(0.5, Scale.LOG.place(10, range), EXACT);
  }

  @Test
  void everyNineIsAsWideAsTheNext() {
    Scale.Range range = Scale.PERCENTILE.range(0, 99.9);
    assertEquals(1.0 / 3, Scale.PERCENTILE.place(90, range), EXACT);
    assertEquals(2.0 / 3, Scale.PERCENTILE.place(99, range), EXACT);
    assertEquals(1, Scale.PERCENTILE.place(100, range), EXACT);
  }

  @Test
  void whatIsOutsideStandsAtTheEnd() {
    Scale.Range range = Scale.LOG.range(1, 90);
    assertEquals(0, Scale.LOG.place(0, range), EXACT);
    assertEquals(1, Scale.LOG.place(1_000, range), EXACT);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0.5,0.5", "20,20", "1500,'1,500'", "20000,20k", "2500000,2.5M", "99.9,99.9"})
  void numbersAreWrittenShort(double value, String text) {
    assertEquals(text, Scale.label(value));
  }
}
