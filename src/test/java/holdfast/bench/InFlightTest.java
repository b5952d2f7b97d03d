package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class InFlightTest {
  @Test
  void aRequestIsInFlightFromItsBeginningToItsEnd() {
    InFlight inFlight = new InFlight(2);
    long number = inFlight.begin(70);
    assertTrue(inFlight.holds(number));
    assertEquals(1, inFlight.size());
    assertEquals(70, inFlight.end(number));
    assertFalse(inFlight.holds(number));
    assertEquals(0, inFlight.size());
  }

  @Test
  void aSecondReplyIsKnownAlsoWhenItsPlaceIsTakenAgain() {
    InFlight inFlight = new InFlight(1);
    long first = inFlight.begin(1);
    inFlight.end(first);
    long second = inFlight.begin(2);
    assertFalse(inFlight.holds(first));
    assertTrue(inFlight.holds(second));
  }

  @Test
  void numbersThatWereNeverGivenOutAreNotInFlight() {
    InFlight inFlight = new InFlight(3);
    inFlight.begin(0);
    assertFalse(inFlight.holds(1));
    assertFalse(inFlight.holds(3));
    assertFalse(inFlight.holds(-1));
    assertFalse(inFlight.holds(Long.MAX_VALUE));
  }

  @Test
  void thereAreNeverMoreThanAllowed() {
    InFlight inFlight = new InFlight(2);
    inFlight.begin(0);
    assertFalse(inFlight.isFull());
    inFlight.begin(0);
    assertTrue(inFlight.isFull());
    assertThrows(IllegalStateException.class, () -> inFlight.begin(0));
  }

  @Test
  void repliesMayComeInAnyOrderAndNoNumberComesTwice() {
    SplittableRandom random = new SplittableRandom(7);
    InFlight inFlight = new InFlight(5);
    List<Long> waiting = new ArrayList<>();
    Set<Long> given = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      while (!inFlight.isFull()) {
        long number = inFlight.begin(i);
        assertTrue(given.add(number));
        assertEquals(given.size() - 1, inFlight.turn(number));
        waiting.add(number);
      }
      inFlight.end(waiting.remove(random.nextInt(waiting.size())));
      assertEquals(waiting.size(), inFlight.size());
    }
  }
}
