package holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.EntryId;
import org.junit.jupiter.api.Test;

/// What the upper bits of a term say.
final class TimelineTest {
  private static final Timeline LATER = new Timeline(3, 7);

  @Test
  void withMajoritiesAloneTheTermIsTheNumberOfTheElection() {
    assertEquals(new Timeline(0, 0), Timeline.of(0));
    assertEquals(new Timeline(0, 0), Timeline.of((1L << Timeline.TERM_BITS) - 1));
    assertEquals(6, Timeline.termAfter(5));
  }

  @Test
  void aTimelinesFirstTermIsAboveAllOfALowerOne() {
    assertEquals(LATER, Timeline.of(LATER.firstTerm()));
    assertEquals(LATER, Timeline.of(Timeline.termAfter(LATER.firstTerm())));
    assertTrue(LATER.firstTerm() > new Timeline(3, 6).firstTerm() + 1_000_000);
    assertTrue(new Timeline(3, 0).firstTerm() > new Timeline(2, ServerId.MAX).firstTerm());
  }

  @Test
  void theHigherNumberWinsAndThenTheHigherFounder() {
    assertTrue(LATER.compareTo(new Timeline(2, 9)) > 0);
    assertTrue(LATER.compareTo(new Timeline(3, 8)) < 0);
    assertEquals(0, LATER.compareTo(new Timeline(3, 7)));
  }

  @Test
  void aTermIsExactInEveryJsonReader() {
    long last = new Timeline(4095, ServerId.MAX).firstTerm() + (1L << Timeline.TERM_BITS) - 2;
    assertEquals((1L << 53) - 1, last);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    long last = new Timeline(3, 8).firstTerm() - 2;
    assertEquals(LATER, Timeline.of(last));
    assertThrows(IllegalStateException.class, () -> Timeline.termAfter(last));
    assertThrows(IllegalStateException.class, () -> new Timeline(4096, 1));
    assertThrows(IllegalStateException.class, () -> new Timeline(1, 4096));
  }

  @Test
  void idsCarryTheSameTimelineAsTerms() {
    assertEquals(EntryId.TERM_BITS, Timeline.TERM_BITS);
    assertEquals(EntryId.FOUNDER_BITS, Timeline.FOUNDER_BITS);
    long id = EntryId.of(LATER.firstTerm(), 9);
    assertEquals(LATER.number() << Timeline.FOUNDER_BITS | LATER.founder(), EntryId.timelineOf(id));
    long operators = EntryId.firstTermAfter(LATER.firstTerm());
    assertEquals(new Timeline(4, 0), Timeline.of(operators));
  }
}
