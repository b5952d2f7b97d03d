package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Account;
import holdfast.chat.Applied;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatState;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.RememberedRequest;
import holdfast.chat.SearchQuery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every read against the model, over random chats, with merges, rollbacks and restarts in between.
final class ReadsModelTest {
  private static final int SEEDS = 6;
  private static final int COMMANDS = 500;
  private static final List<String> QUERIES =
      List.of(
          "octopus",
          "octo*",
          "OCTOPUSES text",
          "uber",
          "don't",
          "京",
          "\"a b\"",
          "\"b a\"",
          "long*",
          "t*",
          "x",
          "edited o*",
          "\"long lived\" text",
          "user1");

  /// What was missed is sought by conversations; now so, now so; in the log.
  private static final List<Integer> LOOKS = List.of(0, 20, 1_000_000);

  @TempDir Path directory;

  private RandomGenerator random;
  private ChatModel model;
  private StoreBench bench;
  private String where;

  @Test
  void everyReadReturnsWhatTheModelDoes() {
    for (long seed = 0; seed < SEEDS; seed++) {
      random = new SplittableRandom(seed);
      model = new ChatModel();
      // A tail of a few rows is merged all the time, a long one never.
      StoreSettings settings =
          new StoreSettings(seed % 2 == 0 ? 16 : 400, 10, 0)
              .blocksOf(1 + (int) seed * 3)
              .lookingFor(LOOKS.get((int) seed % LOOKS.size()));
      try (StoreBench opened = new StoreBench(directory.resolve("seed" + seed), settings)) {
        bench = opened;
        run(seed);
      }
    }
  }

  private void run(long seed) {
    RandomChat chat = new RandomChat(random, model);
    while (model.lastId() < COMMANDS) {
      where = "seed %d, after command %d".formatted(seed, model.lastId());
      step(chat);
      if (random.nextInt(12) == 0) {
        checkReads();
        checkMissed();
      }
      if (random.nextInt(40) == 0) {
        bench.reopen();
      }
    }
    checkReads();
    checkMissed();
    checkState();
  }

  /// One to eight commands: appended and applied together, or appended first and applied by a
  /// transaction that is not synced; sometimes after one that was rolled back.
  private void step(RandomChat chat) {
    if (random.nextInt(10) == 0) {
      int before = bench.appended();
      bench.store.begin(true);
      bench.appendCommands(List.of(chat.next(), chat.next()));
      bench.applyUpTo(bench.appended());
      bench.rollback(before);
    }
    List<Command> batch = new ArrayList<>();
    List<Applied> expected = new ArrayList<>();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Command command = chat.next();
      batch.add(command);
      expected.add(model.apply(command));
    }
    List<Applied> applied;
    if (random.nextBoolean()) {
      applied = bench.write(batch);
    } else {
      bench.store.begin(true);
      bench.appendCommands(batch);
      bench.store.commit();
      bench.store.begin(false);
      applied = bench.applyUpTo(bench.appended());
      bench.store.commit();
    }
    assertEquals(expected, applied, where);
    assertEquals(model.lastId(), bench.reads().appliedId(), where);
    assertEquals(model.state().held(), bench.store.chat().held(), where);
  }

  private void checkReads() {
    Reads reads = bench.reads();
    for (ConversationId conversation : someConversations(12)) {
      checkHistory(conversation);
    }
    for (long account : model.accountIds()) {
      assertEquals(model.state().account(account), reads.account(account), where);
      assertEquals(model.state().roomsOf(account), reads.roomsOf(account), where);
      assertEquals(model.unreadOf(account), reads.unread(account), where);
      assertEquals(model.talksWith(account), reads.talksWith(account, 1_000), where);
      assertEquals(
          model.state().blocked(account), reads.blocked(account).stream().sorted().toList(), where);
      assertEquals(model.state().preferences(account), reads.preferences(account), where);
      for (ConversationId conversation : someConversations(4)) {
        assertEquals(
            model.state().readSeq(account, conversation),
            reads.readSeq(account, conversation),
            where);
      }
      int limit = limit();
      assertEquals(
          model.conversationsOf(account),
          pages(after -> reads.conversations(account, after, limit), ConversationRow::conversation),
          where);
      for (String pattern : List.of("*", "#r*", "#?1", "#[r]*")) {
        assertEquals(
            model.rooms(account, pattern),
            pages(
                after -> reads.rooms(account, pattern, after, limit),
                (RoomRow row) -> row.room().name()),
            where);
      }
      for (long room : model.roomIds()) {
        assertEquals(model.state().member(room, account), reads.member(room, account), where);
      }
    }
    checkNames(reads);
    checkSearch(reads);
  }

  /// Whatever of it the full-text index has by now.
  private void checkSearch(Reads reads) {
    for (int i = 0; i < 6; i++) {
      long account = model.accountIds().get(random.nextInt(model.accountIds().size()));
      String text = QUERIES.get(random.nextInt(QUERIES.size()));
      SearchQuery query = SearchQuery.parse(text).orElseThrow();
      List<ConversationId> places = model.conversations();
      Optional<ConversationId> place =
          random.nextBoolean()
              ? Optional.empty()
              : Optional.of(places.get(random.nextInt(places.size())))
                  .filter(c ->
                      c.isRoom()
                          ? model.state().member(c.roomId(), account).isPresent()
                          : c.isDirectOf(account));
      assertEquals(
          model.search(account, query, place),
          searchPages(reads, account, query, place, limit()),
          where + " " + text);
    }
  }

  private List<ShownMessage> searchPages(
      Reads reads, long account, SearchQuery query, Optional<ConversationId> place, int limit) {
    List<ShownMessage> found = new ArrayList<>();
    OptionalLong before = OptionalLong.of(Long.MAX_VALUE);
    while (before.isPresent()) {
      SearchPage page = reads.search(account, query, place, before.getAsLong(), limit);
      assertTrue(page.messages().size() <= limit, where);
      assertTrue(page.next().orElse(0) < before.getAsLong(), where);
      found.addAll(page.messages());
      before = page.next();
    }
    return found;
  }

  private List<ConversationId> someConversations(int count) {
    List<ConversationId> all = model.conversations();
    List<ConversationId> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(all.get(random.nextInt(all.size())));
    }
    return some;
  }

  private void checkNames(Reads reads) {
    int limit = limit();
    for (String pattern :
        List.of(
            "*",
            "user1",
            "user1*",
            "*1",
            "u*r*2",
            "u?er1",
            "",
            "zz*",
            "**1**",
            "*".repeat(60_000),
            "u".repeat(60_000))) {
      assertEquals(
          model.users(pattern),
          pages(after -> reads.users(pattern, after, limit), Account::username),
          where + " " + pattern.length());
    }
    for (long room : model.roomIds()) {
      assertEquals(model.state().room(room), reads.room(room), where);
      assertEquals(
          model.members(room),
          pages(after -> reads.members(room, after, limit), MemberRow::username),
          where);
    }
    for (int i = 0; i < 7; i++) {
      assertEquals(model.state().roomNamed("#r" + i), reads.roomNamed("#r" + i), where);
    }
    assertEquals(model.state().accountNamed("user1"), reads.accountNamed("user1"), where);
    assertEquals(Optional.empty(), reads.account(COMMANDS * 2L), where);
  }

  private void checkHistory(ConversationId conversation) {
    Reads reads = bench.reads();
    long account = model.accountIds().get(random.nextInt(model.accountIds().size()));
    int last = model.messagesOf(conversation).size();
    assertEquals(last, reads.lastSeq(conversation), where);
    long seq = random.nextLong(-1, last + 3);
    Optional<Message> at =
        seq >= 1 && seq <= last
            ? Optional.of(model.messagesOf(conversation).get((int) seq - 1))
            : Optional.empty();
    assertEquals(at, reads.messageAt(conversation, seq), where);
    OptionalLong none = OptionalLong.empty();
    for (int limit : List.of(limit(), 200)) {
      String what = "%s: %s from %d, %d".formatted(where, conversation, seq, limit);
      assertEquals(
          model.history(account, conversation, none, none, limit),
          reads.history(account, conversation, none, none, limit),
          what);
      OptionalLong from = OptionalLong.of(seq);
      assertEquals(
          model.history(account, conversation, from, none, limit),
          reads.history(account, conversation, from, none, limit),
          what);
      assertEquals(
          model.history(account, conversation, none, from, limit),
          reads.history(account, conversation, none, from, limit),
          what);
    }
  }

  private void checkMissed() {
    for (long account : model.accountIds()) {
      long after = random.nextLong(model.lastId() + 1);
      int part = random.nextBoolean() ? MissedEvents.WHOLE_COMMAND : random.nextInt(3) - 1;
      long upTo = random.nextLong(after, model.lastId() + 1);
      List<ChatEvent> expected = model.missed(account, after, part, upTo);
      List<ChatEvent> found = new ArrayList<>();
      int limit = limit();
      long lastId = after;
      int lastPart = part;
      boolean more = true;
      while (more) {
        MissedEvents missed = bench.reads().missed(account, lastId, lastPart, upTo, limit);
        assertTrue(missed instanceof MissedEvents.Page, where);
        MissedEvents.Page page = (MissedEvents.Page) missed;
        assertTrue(page.events().size() <= limit, where);
        found.addAll(page.events());
        lastId = page.lastId();
        lastPart = page.lastPart();
        more = page.more();
      }
      assertEquals(expected, found, where + " account " + account + " from " + after);
    }
  }

  /// The writer's view, which the machine uses.
  private void checkState() {
    for (ConversationId conversation : model.conversations()) {
      assertEquals(
          model.state().lastSeq(conversation), bench.store.chat().lastSeq(conversation), where);
    }
    for (int limit : List.of(1, 50, 10_000)) {
      for (long since : List.of(0L, model.state().time() - 500, model.state().time() + 1)) {
        assertEquals(
            newestRequests(model.state(), since, limit),
            newestRequests(bench.store.chat(), since, limit),
            where);
      }
    }
    for (long room : model.roomIds()) {
      assertEquals(model.state().ownerCount(room), bench.store.chat().ownerCount(room), where);
      assertEquals(model.state().successor(room, 2), bench.store.chat().successor(room, 2), where);
    }
  }

  private static List<RememberedRequest> newestRequests(ChatState state, long since, int limit) {
    List<RememberedRequest> found = new ArrayList<>();
    state.newestRequests(since, limit, found::add);
    return found;
  }

  private int limit() {
    return 1 + random.nextInt(5);
  }

  /// All items, page after page, each asked for behind the last item's key.
  private <T, K> List<T> pages(Function<Optional<K>, Page<T>> read, Function<T, K> keyOf) {
    List<T> all = new ArrayList<>();
    Page<T> page = read.apply(Optional.empty());
    all.addAll(page.items());
    while (page.more()) {
      page = read.apply(Optional.of(keyOf.apply(all.getLast())));
      assertTrue(!page.items().isEmpty(), where + ": an empty page though there was more");
      all.addAll(page.items());
    }
    return all;
  }
}
