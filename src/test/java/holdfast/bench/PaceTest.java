package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final class Fake implements Requester {
    private final int max;
    private final List<Long> begun = new ArrayList<>();
    private int inFlight;

    private Fake(int max) {
      this.max = max;
    }

    @Override
    public boolean isFull() {
      return inFlight == max;
    }

    @Override
    public int waiting() {
      return inFlight;
    }

    @Override
    public void begin(long instant) {
      begun.add(instant);
      inFlight++;
    }

    private void answered(int count) {
      inFlight -= count;
    }
  }

  private final Fake a = new Fake(3);
  private final Fake b = new Fake(3);
  private final Tally tally = new Tally();

  @Test
  void aClosedLoopFillsAllAtFirstAndThenWhateverWasAnswered() {
    ClosedPace pace = new ClosedPace(List.of(a, b));
    pace.start(10);
    assertEquals(List.of(10L, 10L, 10L), a.begun);
    assertEquals(List.of(10L, 10L, 10L), b.begun);
    b.answered(1);
    pace.onNews(b, 20);
    assertEquals(3, a.begun.size());
    assertEquals(List.of(10L, 10L, 10L, 20L), b.begun);
  }

  @Test
  void aClosedLoopMayKeepToLessThanAConnectionTakes() {
    ClosedPace pace = new ClosedPace(List.of(a, b), 2);
    pace.start(10);
    assertEquals(2, a.begun.size());
    a.answered(2);
    pace.onNews(a, 20);
    assertEquals(4, a.begun.size());
  }

  @Test
  void anOpenLoopBeginsWhatIsDueOnEachInTurn() {
    OpenPace pace = new OpenPace(List.of(a, b), 1_000);
    pace.start(5 * MS);
    pace.onTurn(5 * MS);
    assertEquals(List.of(5 * MS), a.begun);
    pace.onTurn(7 * MS);
    assertEquals(List.of(5 * MS, 7 * MS), a.begun);
    assertEquals(List.of(6 * MS), b.begun);
  }

  @Test
  void whatIsBegunLateCountsFromTheTimeItWasDue() {
    OpenPace pace = new OpenPace(List.of(a, b), 1_000);
    pace.start(0);
    pace.onTurn(3 * MS + 400_000);
    assertEquals(List.of(0L, 2 * MS), a.begun);
    assertEquals(List.of(1 * MS, 3 * MS), b.begun);
  }

  @Test
  void anOpenLoopKeepsBackWhatFindsNoRoomAndForgetsNothing() {
    OpenPace pace = new OpenPace(List.of(a, b), 1_000);
    pace.start(0);
    pace.onTurn(7 * MS);
    assertEquals(6, a.begun.size() + b.begun.size());
    assertEquals(2, pace.notBegun());
    b.answered(1);
    pace.onTurn(7 * MS);
    assertEquals(1, pace.notBegun());
    assertEquals(6 * MS, b.begun.getLast());
  }

  @Test
  void oneFullConnectionHoldsUpNoOther() {
    OpenPace pace = new OpenPace(List.of(a, b), 1_000);
    pace.start(0);
    pace.onTurn(5 * MS);
    b.answered(3);
    pace.onTurn(8 * MS);
    assertEquals(3, a.begun.size());
    assertEquals(6, b.begun.size());
    assertEquals(0, pace.notBegun());
  }

  @Test
  void aSecondRunOfAnOpenLoopOwesNothingFromTheTimeBetween() {
    OpenPace pace = new OpenPace(List.of(a, b), 1_000);
    pace.start(0);
    pace.onTurn(0);
    pace.start(1_000 * MS);
    pace.onTurn(1_000 * MS);
    assertEquals(2, a.begun.size() + b.begun.size());
  }

  @Test
  void aRoomsNextMessageWaitsForTheDeliveriesOfAnEarlierOne() {
    RoomPace pace = new RoomPace(List.of(a, b), tally, 3, 2);
    pace.start(0);
    assertEquals(1, a.begun.size());
    assertEquals(1, b.begun.size());
    tally.delivery();
    tally.delivery();
    pace.onTurn(5);
    assertEquals(1, a.begun.size());
    tally.delivery();
    pace.onTurn(6);
    assertEquals(List.of(0L, 6L), a.begun);
    assertEquals(1, b.begun.size());
  }
}
