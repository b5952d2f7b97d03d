package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class EntryIdTest {
  @Test
  void aClusterFoundedAnewGivesGreaterIdsThanTheOneBefore() {
    long before = EntryId.of(7, 1_000_000);
    long first = EntryId.firstTermAfter(7);
    assertTrue(first > 7);
    assertTrue(EntryId.of(first + 1, 1) > before, "even at a smaller index");
    assertEquals(1, EntryId.indexOf(EntryId.of(first + 1, 1)));
    assertTrue(EntryId.timelineOf(EntryId.of(first, 1)) > EntryId.timelineOf(before));
  }

  @Test
  void itCanBeFoundedAnewAgainAndAgain() {
    long term = 5;
    for (int times = 1; times <= 4_095; times++) {
      long next = EntryId.firstTermAfter(term + 3);
      assertTrue(next > term + 3);
      term = next;
    }
    assertTrue(term < 1L << 53, "a term is exact in every JSON reader");
    assertTrue(EntryId.of(term, 1) > 0);
    long last = term;
    assertThrows(IllegalStateException.class, () -> EntryId.firstTermAfter(last));
  }
}
