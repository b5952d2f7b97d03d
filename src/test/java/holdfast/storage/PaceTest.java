package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = 50_000_000L;

  private final AtomicLong rows = new AtomicLong(12);
  private final AtomicLong now = new AtomicLong(-SECOND);
  private final Pace pace = new Pace(rows::get, now::get);

  /// After a second in which so many rows came, and in the end of which there was a step.
  private long restAfter(long cameMeanwhile) {
    rows.addAndGet(cameMeanwhile);
    now.addAndGet(SECOND);
    return pace.restNanos(now.get() - STEP);
  }

  @Test
  void restsTheLongerTheMoreRowsCome() {
    assertEquals(Pace.CALM * STEP, restAfter(0));
    assertEquals(Pace.CALM * STEP, restAfter(Pace.WRITING_ROWS - 1));
    assertEquals(Pace.WRITING * STEP, restAfter(Pace.WRITING_ROWS));
    assertEquals(Pace.WRITING * STEP, restAfter(Pace.FLOODED_ROWS - 1));
    assertEquals(Pace.FLOODED * STEP, restAfter(Pace.FLOODED_ROWS));
    assertEquals(Pace.CALM * STEP, restAfter(1), "a flood that is over must not count");
  }

  @Test
  void twoStepsAtOneInstantAreNoFlood() {
    restAfter(0);
    assertEquals(0, pace.restNanos(now.get()));
  }
}
