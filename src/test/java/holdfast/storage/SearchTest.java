package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.RequestKey;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.RoomRole;
import holdfast.chat.SearchQuery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Searches by the full-text index, by what it lacks, and by both; and that nothing a user types is
/// more than words to it.
final class SearchTest {
  private static final long ALICE = 1;
  private static final long BOB = 2;
  private static final ConversationId TALK = ConversationId.direct(ALICE, BOB);

  @TempDir Path temp;
  private StoreBench bench;
  private long time = 1_000;
  private int requests;

  @BeforeEach
  void open() {
    bench = new StoreBench(temp.resolve("data"));
    for (String name : List.of("alice", "bob", "carol")) {
      RequestKey key = new RequestKey(0, Optional.of(name), "r", Digest.of(new byte[0]));
      bench.write(new Command.Register(time, key, name, "hash"));
    }
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private RequestKey request(long account) {
    requests++;
    return new RequestKey(account, Optional.empty(), "q" + requests, Digest.of(new byte[0]));
  }

  private long send(ConversationId conversation, String text) {
    return bench
        .write(new Command.Send(++time, request(ALICE), conversation, text, Optional.empty()))
        .outcome()
        .id();
  }

  private void edit(long message, String text) {
    bench.write(new Command.Edit(++time, request(ALICE), TALK, message, text));
  }

  private void delete(long message) {
    bench.write(new Command.Delete(++time, request(ALICE), TALK, List.of(message), false));
  }

  private SearchPage search(long account, String query, long before, int limit) {
    SearchQuery parsed = SearchQuery.parse(query).orElseThrow();
    return bench.reads().search(account, parsed, Optional.empty(), before, limit);
  }

  /// All that is found, by page after page.
  private List<Long> found(long account, String query) {
    List<Long> ids = new ArrayList<>();
    OptionalLong before = OptionalLong.of(Long.MAX_VALUE);
    while (before.isPresent()) {
      SearchPage page = search(account, query, before.getAsLong(), 7);
      page.messages().forEach(shown -> ids.add(shown.message().id()));
      before = page.next();
    }
    return ids;
  }

  /// Waits until everything applied is in the index. At its start the indexer looks at once.
  private void awaitIndexed() {
    bench.reopen();
    try (Sqlite index = Sqlite.openToRead(temp.resolve("data/index.db"), 100)) {
      while (index.number("SELECT searched_id FROM merge_point") < bench.store.appliedId()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aMessageIsFoundAtOnceAndInTheIndexAndAfterARestart() {
    long first = send(TALK, "an octopus");
    assertEquals(List.of(first), found(BOB, "octopus"));
    awaitIndexed();
    long second = send(TALK, "octopus again");
    assertEquals(List.of(second, first), found(BOB, "octo*"));
    assertEquals(List.of(first), found(BOB, "\"an octopus\""));
    bench.reopen();
    assertEquals(List.of(second, first), found(ALICE, "octopus"));
  }

  @Test
  void nobodyFindsWhatIsNotForHim() {
    send(TALK, "secret");
    long carol = 3;
    assertEquals(List.of(), found(carol, "secret"));
    awaitIndexed();
    assertEquals(List.of(), found(carol, "secret"));
    assertEquals(List.of(), found(carol, "s*"));
  }

  @Test
  void whatIsEditedOrDeletedIsFoundAsItIsNow() {
    long one = send(TALK, "first squid");
    long two = send(TALK, "second squid");
    awaitIndexed();
    edit(one, "first octopus");
    delete(two);
    // The index still has the old words, and lacks the new ones.
    assertEquals(List.of(), found(BOB, "squid"));
    assertEquals(List.of(one), found(BOB, "octopus"));
    awaitIndexed();
    assertEquals(List.of(), found(BOB, "squid"));
    assertEquals(List.of(one), found(BOB, "octopus"));
    try (Sqlite index = Sqlite.openToRead(temp.resolve("data/index.db"), 100)) {
      assertEquals(
          0, index.number("SELECT count(*) FROM message_words WHERE message_words MATCH 'squid'"));
    }
  }

  /// Changes of what an earlier read of the same step has found, of what the same read finds, and
  /// at the seams between reads.
  @Test
  void whatChangesWhileMuchIsIndexedIsFoundAsItIsNow() {
    List<Long> sent = new ArrayList<>();
    List<Long> edited = new ArrayList<>();
    for (int i = 0; i < 3 * SearchIndexer.READ_ROWS; i++) {
      sent.add(send(TALK, "squid"));
      if (i % 50 == 49) {
        long changed = sent.get(i / 2);
        edit(changed, "octopus");
        edited.add(changed);
        delete(sent.get(i - 1));
      }
    }
    int changes = edited.size();
    awaitIndexed();
    try (Sqlite index = Sqlite.openToRead(temp.resolve("data/index.db"), 100)) {
      String count = "SELECT count(*) FROM message_words WHERE message_words MATCH '%s'";
      assertEquals(
          sent.size() - 2 * changes, index.number(count.formatted("squid")), "squids in the index");
      assertEquals(changes, index.number(count.formatted("octopus")), "octopuses in the index");
    }
    assertEquals(edited.reversed(), found(BOB, "octopus"));
    assertEquals(sent.size() - 2 * changes, found(BOB, "squid").size());
  }

  @Test
  void aLostIndexHidesNothing() throws Exception {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.addFirst(send(TALK, "word number " + i));
    }
    awaitIndexed();
    bench.store.close();
    Files.delete(temp.resolve("data/index.db"));
    bench.reopen();
    assertEquals(ids, found(BOB, "number"));
    awaitIndexed();
    assertEquals(ids, found(BOB, "number"));
  }

  @Test
  void anIndexThatKnowsMoreThanThereIsIsTakenBack() {
    long first = send(TALK, "an octopus");
    awaitIndexed();
    bench.store.close();
    try (Sqlite index = Sqlite.open(temp.resolve("data/index.db"), 100)) {
      index.run("UPDATE merge_point SET searched_id = 1000");
      index.run(
          "INSERT INTO message_words(rowid, words) VALUES (%d, 'squid _a1 _a2')"
              .formatted(first + 1));
    }
    bench.reopen();
    long second = send(TALK, "octopus again");
    assertEquals(first + 1, second);
    assertEquals(List.of(second, first), found(BOB, "octopus"));
    awaitIndexed();
    assertEquals(List.of(second, first), found(BOB, "octopus"));
    assertEquals(List.of(), found(BOB, "squid"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\" OR \"b", "NEAR(a b)", "words:a", "{words} : a", "a AND NOT b", "-a", "^a", "a;b",
        "'; DROP TABLE message_words; --", "_a2", "_r1", "-wor a", "\u0000a", "a*b*", "(a", "a)",
        "+ a", "a\\", "%a%", "\ud800a", "ａ\"", "a\u2028b"
      })
  void whateverIsTypedIsWordsAndNoSyntax(String query) {
    awaitIndexed();
    send(TALK, "nothing to see");
    assertTrue(search(BOB, query, Long.MAX_VALUE, 5).messages().size() <= 1);
    awaitIndexed();
    assertTrue(search(BOB, query, Long.MAX_VALUE, 5).messages().size() <= 1);
  }

  @Test
  void aPageGoesOnRightBehindItsLastMessage() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.addFirst(send(TALK, "again"));
    }
    awaitIndexed();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(send(TALK, "again"));
    }
    SearchPage page = search(BOB, "again", Long.MAX_VALUE, 5);
    assertEquals(5, page.messages().size());
    assertEquals(OptionalLong.of(ids.get(4)), page.next());
    assertEquals(ids, found(BOB, "again"));
    assertEquals(OptionalLong.empty(), search(BOB, "again", ids.getLast(), 5).next());
  }

  /// A room with alice in it, although the limits of these tests are lower.
  private long room(String name) {
    bench.store.begin(true);
    bench.appendCommands(List.of(new Command.Noop()));
    long id = bench.appended();
    bench.applyUpTo(id);
    bench.store.chat().addRoom(new Room(id, name, "", false, false));
    bench.store.chat().addMember(new RoomMember(id, ALICE, RoomRole.OWNER, id));
    bench.store.commit();
    return id;
  }

  @Test
  void whoIsInVeryManyRoomsFindsAsMuch() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i <= SearchTerms.ROOMS_MAX; i++) {
      ids.addFirst(send(ConversationId.room(room("#r" + i)), "in a room"));
    }
    awaitIndexed();
    assertEquals(ids, found(ALICE, "room"));
    assertEquals(ids, found(ALICE, "r*"));
    assertEquals(List.of(), found(BOB, "room"));
  }
}
