package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class IndexPaceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = 50_000_000L;

  private final AtomicLong rows = new AtomicLong(12);
  private final AtomicLong now = new AtomicLong(-SECOND);
  private final List<Long> rests = new ArrayList<>();
  private final IndexPace pace = new IndexPace(rows::get, now::get, this::rest, IndexPace.FLOODED);
  private boolean somebodyWaits;

  private boolean rest(long nanos) {
    if (somebodyWaits) {
      return false;
    }
    rests.add(nanos);
    now.addAndGet(nanos);
    return true;
  }

  /// After a second in which so many rows came, and in the end of which there was a step.
  private long restAfter(long cameMeanwhile) {
    rows.addAndGet(cameMeanwhile);
    now.addAndGet(SECOND - STEP);
    pace.begin();
    now.addAndGet(STEP);
    return pace.restNanos();
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
  void aFewRowsInAnInstantAreNoFlood() {
    restAfter(0);
    pace.begin();
    rows.addAndGet(IndexPace.FLOODED_ROWS);
    assertEquals(0, pace.restNanos());
    now.addAndGet(1);
    assertEquals(1, pace.restNanos());
  }

  @Test
  void restsAfterEachPieceOfAStep() {
    restAfter(IndexPace.WRITING_ROWS);
    pace.begin();
    for (int i = 0; i < 4; i++) {
      now.addAndGet(IndexPace.PIECE_NANOS / 2);
      pace.breathe();
    }
    long rest = IndexPace.WRITING * IndexPace.PIECE_NANOS;
    assertEquals(List.of(rest, rest), rests);
    // What was rested for is not rested for again.
    now.addAndGet(3);
    assertEquals(3 * IndexPace.WRITING, pace.restNanos());
  }

  @Test
  void tellsThatSomebodyWaitsUntilTheNextStep() {
    pace.begin();
    somebodyWaits = true;
    pace.breathe();
    assertFalse(pace.isUrgent(), "nothing was done yet");
    now.addAndGet(IndexPace.PIECE_NANOS);
    pace.breathe();
    assertTrue(pace.isUrgent());
    pace.begin();
    assertFalse(pace.isUrgent());
    assertEquals(List.of(), rests);
  }

  @Test
  void whatIsWaitedForSoonRestsLess() {
    IndexPace merging = new IndexPace(rows::get, now::get, this::rest, IndexPace.MERGING_MAX);
    rows.addAndGet(IndexPace.FLOODED_ROWS);
    now.addAndGet(SECOND);
    merging.begin();
    now.addAndGet(STEP);
    assertEquals(IndexPace.MERGING_MAX * STEP, merging.restNanos());
  }
}
