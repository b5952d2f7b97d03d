package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OutageTest {
  @Test
  void itLastsFromTheLastAcknowledgementBeforeToTheFirstAfter() {
    assertEquals(new Outage(150, 140), Outage.of(List.of(10L, 20L, 30L, 180L, 190L), 40));
  }

  @Test
  void anAnswerOnItsWayDoesNotEndIt() {
    assertEquals(new Outage(139, 140), Outage.of(List.of(30L, 41L, 180L, 190L), 40));
  }

  @Test
  void waitsThatEndedBeforeAreNotOfIt() {
    assertEquals(new Outage(20, 10), Outage.of(List.of(0L, 500L, 520L), 510));
  }

  @Test
  void withoutAnAcknowledgementAfterItThereIsNone() {
    assertEquals(new Outage(0, 0), Outage.of(List.of(10L, 20L), 40));
  }
}
