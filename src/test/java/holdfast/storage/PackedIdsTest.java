package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.chat.ConversationId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackedIdsTest {
  private static final ConversationId TALK = ConversationId.direct(1, 2);
  private static final ConversationId OTHER = ConversationId.direct(1, 3);

  @TempDir Path temp;

  /// What is asked of a row: the ids of its messages, no matter how far the question reaches.
  @Test
  void aRowGivesThoseOfItsIdsThatAreAskedFor() {
    byte[] row = PackedIds.pack(new long[] {0, 70, Long.MAX_VALUE, 90, 0}, 1, 3);
    for (long from = 0; from < 10; from++) {
      for (long to = from; to < 10; to++) {
        List<Long> expected = new ArrayList<>();
        for (long seq = Math.max(from, 5); seq <= Math.min(to, 7); seq++) {
          expected.add(seq == 5 ? 70 : seq == 6 ? Long.MAX_VALUE : 90);
        }
        List<Long> found = new ArrayList<>();
        PackedIds.unpack(row, 5, from, to, found);
        assertEquals(expected, found, from + " to " + to);
      }
    }
  }

  /// Merges of one message and of many rows' worth, among another conversation's.
  @Test
  void anyStretchOfAConversationIsFoundHoweverItWasMerged() throws Exception {
    RandomGenerator random = new SplittableRandom(6);
    List<Long> ids = new ArrayList<>();
    Path file = temp.resolve("index.db");
    try (IndexFile index = IndexFile.create(file, "key")) {
      long id = 0;
      long otherSeq = 0;
      for (int count : new int[] {1, 3 * PackedIds.IDS_MAX + 5, 1, 1, PackedIds.IDS_MAX, 40}) {
        TailTable table = new TailTable();
        for (int i = 0; i < count; i++) {
          table.add(new TailRow.Sent(++id, OTHER, ++otherSeq, 1));
          table.add(new TailRow.Sent(++id, TALK, ids.size() + 1, 1));
          ids.add(id);
        }
        index.merge(table, table.lastId(), () -> {});
      }
      for (int seq = 1; seq <= ids.size(); seq++) {
        assertEquals(Optional.of(ids.get(seq - 1)), index.idOf(TALK, seq));
      }
      assertEquals(Optional.empty(), index.idOf(TALK, 0));
      assertEquals(Optional.empty(), index.idOf(TALK, ids.size() + 1));
    }
    try (Sqlite sqlite = Sqlite.openToRead(file, 100)) {
      IndexRows rows = new IndexRows(sqlite);
      assertEquals(ids, rows.ids(TALK, 1, ids.size()));
      for (int i = 0; i < 500; i++) {
        int from = random.nextInt(1, ids.size() + 1);
        int to = random.nextInt(from, ids.size() + 1);
        assertEquals(ids.subList(from - 1, to), rows.ids(TALK, from, to), from + " to " + to);
      }
    }
  }
}
