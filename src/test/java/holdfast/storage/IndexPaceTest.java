package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class IndexPaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = 50_000_000L;

  private final AtomicLong rows = new AtomicLong(12);
  private final AtomicLong now = new AtomicLong(-SECOND);
  private final IndexPace pace = new IndexPace(rows::get, now::get);

  /// After a second in which so many rows came, and in the end of which there was a step.
  private long restAfter(long cameMeanwhile) {
    rows.addAndGet(cameMeanwhile);
    now.addAndGet(SECOND);
    return pace.restNanos(now.get() - STEP);
  }

  @Test
  void restsTheLongerTheMoreRowsCome() {
    assertEquals(IndexPace.CALM * STEP, restAfter(0));
    assertEquals(IndexPace.CALM * STEP, restAfter(IndexPace.WRITING_ROWS - 1));
    assertEquals(IndexPace.WRITING * STEP, restAfter(IndexPace.WRITING_ROWS));
    assertEquals(IndexPace.WRITING * STEP, restAfter(IndexPace.FLOODED_ROWS - 1));
    assertEquals(IndexPace.FLOODED * STEP, restAfter(IndexPace.FLOODED_ROWS));
    assertEquals(IndexPace.CALM * STEP, restAfter(1), "a flood that is over must not count");
  }

  @Test
  void twoStepsAtOneInstantAreNoFlood() {
    restAfter(0);
    assertEquals(0, pace.restNanos(now.get()));
  }
}
