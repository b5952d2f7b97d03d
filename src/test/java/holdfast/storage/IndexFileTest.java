package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An index that is not what it should be is built anew, and nobody notices.
final class IndexFileTest {
  private static final int COMMANDS = 240;
  private static final int BLOCK_REQUESTS = 7;
  private static final OptionalLong NONE = OptionalLong.empty();

  @TempDir Path temp;

  private final ChatModel model = new ChatModel();
  private final RandomChat chat = new RandomChat(new SplittableRandom(4), model);
  private StoreBench bench;

  @BeforeEach
  void fill() {
    bench =
        new StoreBench(temp.resolve("data"), new StoreSettings(40, 10, 0).blocksOf(BLOCK_REQUESTS));
    writeMore();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void writeMore() {
    long end = model.lastId() + COMMANDS;
    while (model.lastId() < end) {
      List<Command> batch = new ArrayList<>();
      List<Applied> expected = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        batch.add(chat.next());
        expected.add(model.apply(batch.getLast()));
      }
      assertEquals(expected, bench.write(batch));
    }
  }

  private Path index() {
    return bench.directory.resolve("index.db");
  }

  private static long number(Path file, String sql) {
    try (Sqlite sqlite = Sqlite.open(file, 100)) {
      return sqlite.number(sql);
    }
  }

  private static void change(Path file, String sql) {
    try (Sqlite sqlite = Sqlite.open(file, 100)) {
      sqlite.run(sql);
    }
  }

  /// Opens the store again, and checks that the index is complete and right.
  private void reopenAndCheck() {
    bench.reopen();
    checkReads();
    // What is written now goes on from there.
    writeMore();
    checkReads();
    bench.store.close();
    assertEquals(model.state().messages().size(), messagesIndexedOrWaiting());
  }

  private long messagesIndexedOrWaiting() {
    long mergePoint = number(index(), "SELECT id FROM merge_point");
    long waiting = model.state().messages().stream().filter(m -> m.id() > mergePoint).count();
    return number(index(), "SELECT coalesce(sum(length(ids)), 0) / 8 FROM message_index") + waiting;
  }

  private void checkReads() {
    for (ConversationId conversation : model.conversations()) {
      assertEquals(
          model.history(1, conversation, NONE, NONE, 200),
          bench.reads().history(1, conversation, NONE, NONE, 200));
    }
    for (long account : model.accountIds()) {
      assertEquals(model.unreadOf(account), bench.reads().unread(account));
      List<ConversationRow> rows =
          bench.reads().conversations(account, Optional.empty(), 200).items();
      assertEquals(model.conversationsOf(account), rows);
    }
  }

  @Test
  void aSoundIndexIsKept() {
    bench.store.close();
    assertTrue(number(index(), "SELECT id FROM merge_point") > 0, "nothing was merged");
    change(index(), "CREATE TABLE still_the_same(x)");
    reopenAndCheck();
    assertEquals(
        1, number(index(), "SELECT count(*) FROM sqlite_master WHERE name = 'still_the_same'"));
  }

  @Test
  void aDeletedIndexIsRebuilt() throws IOException {
    bench.store.close();
    Files.delete(index());
    reopenAndCheck();
  }

  @Test
  void anIndexThatIsNoDatabaseIsRebuilt() throws IOException {
    bench.store.close();
    Files.writeString(index(), "something else altogether");
    reopenAndCheck();
  }

  @Test
  void anIndexDamagedInTheMiddleIsRebuiltOnceTheDamageShows() throws IOException {
    bench.store.close();
    // Behind, so that the opening merge touches the damaged pages.
    change(index(), "UPDATE merge_point SET id = id - 60");
    try (RandomAccessFile file = new RandomAccessFile(index().toFile(), "rw")) {
      byte[] noise = new byte[4096];
      new SplittableRandom(1).nextBytes(noise);
      for (int page = 2; page * 4096L < file.length(); page++) {
        file.seek(page * 4096L);
        file.write(noise);
      }
    }
    reopenAndCheck();
  }

  @Test
  void anEmptyIndexFileIsRebuilt() throws IOException {
    bench.store.close();
    Files.write(index(), new byte[0]);
    reopenAndCheck();
  }

  @Test
  void anIndexOfAnotherSchemaIsRebuilt() {
    bench.store.close();
    change(index(), "PRAGMA user_version=99");
    reopenAndCheck();
    assertEquals(Schema.INDEX.version(), number(index(), "PRAGMA user_version"));
  }

  @Test
  void anIndexOfTheVersionBeforeIsKept() {
    bench.store.close();
    change(index(), "DROP TABLE request_block");
    change(index(), "CREATE TABLE still_the_same(x)");
    change(index(), "PRAGMA user_version=3");
    reopenAndCheck();
    assertEquals(Schema.INDEX.version(), number(index(), "PRAGMA user_version"));
    assertEquals(
        1, number(index(), "SELECT count(*) FROM sqlite_master WHERE name = 'still_the_same'"));
  }

  @Test
  void anotherDirectorysIndexIsRebuilt() throws IOException {
    bench.store.close();
    Path other = temp.resolve("other");
    StoreBench.open(other, StoreSettings.defaults()).close();
    Files.copy(other.resolve("index.db"), index(), StandardCopyOption.REPLACE_EXISTING);
    reopenAndCheck();
  }

  @Test
  void anIndexAheadOfTheMessagesIsRebuilt() {
    bench.store.close();
    change(index(), "UPDATE merge_point SET id = 1000000");
    change(index(), "DELETE FROM message_index");
    reopenAndCheck();
  }

  @Test
  void blocksOfRequestsAheadOfTheMessagesAreDropped() {
    bench.store.close();
    change(index(), "INSERT INTO request_block VALUES (1000000, 999000, 0, x'00')");
    reopenAndCheck();
    assertEquals(0, number(index(), "SELECT count(*) FROM request_block WHERE last_id = 1000000"));
  }

  @Test
  void anIndexThatIsBehindCatchesUp() throws IOException {
    bench.store.close();
    Path old = temp.resolve("old");
    Files.copy(index(), old);
    long oldPoint = number(old, "SELECT id FROM merge_point");
    bench.reopen();
    writeMore();
    bench.store.close();
    assertNotEquals(oldPoint, number(index(), "SELECT id FROM merge_point"));
    Files.copy(old, index(), StandardCopyOption.REPLACE_EXISTING);
    change(index(), "CREATE TABLE still_the_same(x)");
    reopenAndCheck();
    assertEquals(
        1, number(index(), "SELECT count(*) FROM sqlite_master WHERE name = 'still_the_same'"));
  }

  /// FTS5 would merge 32 of them by itself, all in one piece.
  @Test
  void segmentsOfWordsAreMergedAPieceAtATime() throws Exception {
    Path file = temp.resolve("words.db");
    int messages = 31;
    try (IndexFile words = IndexFile.create(file, "key")) {
      for (long i = 1; i <= messages; i++) {
        long id = i;
        words.inTransaction(() -> {
          words.putWords(id, "squid w" + id);
          words.moveSearchedId(id);
        });
      }
      String segments = "SELECT count(DISTINCT segid) FROM message_words_idx";
      assertEquals(messages, number(file, segments));
      assertTrue(words.mergeWords());
      while (words.mergeWords()) {
        assertEquals(messages, words.searchedId());
      }
      assertTrue(number(file, segments) < 8);
    }
    String found = "SELECT count(*) FROM message_words WHERE message_words MATCH '%s'";
    assertEquals(messages, number(file, found.formatted("squid")));
    assertEquals(1, number(file, found.formatted("w7")));
  }

  @Test
  void aWordThatAMessageHasTwiceFindsItOnceAndGoesWithIt() throws Exception {
    Path file = temp.resolve("words.db");
    String found = "SELECT count(*) FROM message_words WHERE message_words MATCH 'squid'";
    try (IndexFile words = IndexFile.create(file, "key")) {
      words.inTransaction(() -> words.putWords(1, "squid ink squid -squ -squ"));
      assertEquals(1, number(file, found));
      words.inTransaction(() -> words.putWords(1, "ink ink"));
      assertEquals(0, number(file, found));
    }
  }
}
