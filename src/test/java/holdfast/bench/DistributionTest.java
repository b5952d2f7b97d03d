package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.bench.plot.Chart;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DistributionTest {
  @Test
  void percentilesAreValuesThatOccurred() {
    Distribution values =
        new Distribution(IntStream.rangeClosed(1, 200).mapToObj(i -> i * 1.0).toList());
    assertEquals(1, values.min());
    assertEquals(100, values.percentile(50));
    assertEquals(180, values.percentile(90));
    assertEquals(198, values.percentile(99));
    assertEquals(200, values.max());
  }

  @Test
  void ofOneValueAllPercentilesAreIt() {
    Distribution value = new Distribution(List.of(7.0));
    assertEquals(7, value.min());
    assertEquals(7, value.percentile(99));
    assertEquals(7, value.max());
  }

  @Test
  void itsCurveRisesAtEachValue() {
    assertEquals(
        List.of(
            new Chart.Point(2, 0),
            new Chart.Point(2, 50),
            new Chart.Point(5, 50),
            new Chart.Point(5, 100)),
        new Distribution(List.of(5.0, 2.0)).cumulative());
  }
}
