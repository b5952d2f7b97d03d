package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.chat.RunningDigest;
import holdfast.chat.SearchQuery;
import holdfast.replication.LogEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Prints how long searches and lists of conversations take in a large database. Arguments: a
/// directory, and how many messages it is to have: what it has already is kept, so a large one can
/// be made in several runs. Account 1 has 500 conversations with a hundredth of all messages,
/// account 600 has one conversation.
public final class SearchSpeed {
  private static final int ACCOUNTS = 10_000;
  private static final int FRIENDS = 500;
  private static final int BATCH = 1_024;
  private static final int WORDS = 50_000;
  private static final int ROUNDS = 300;
  private static final int LOG_KEPT_BYTES = 1 << 20;

  private final SqliteStore store;
  private final RandomGenerator random = new SplittableRandom(System.nanoTime());
  private final byte[] command = "x".repeat(110).getBytes(StandardCharsets.US_ASCII);
  private long index;

  private SearchSpeed(SqliteStore store) {
    this.store = store;
    index = store.appliedIndex();
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    long messages = Long.parseLong(arguments[1]);
    long begun = System.nanoTime();
    try (SqliteStore store =
        SqliteStore.open(
            directory, StoreSettings.defaults(), StoreBench.MEMBERSHIPS, StoreBench.WRITES)) {
      System.out.printf("opened in %d ms%n", (System.nanoTime() - begun) / 1_000_000);
      SearchSpeed speed = new SearchSpeed(store);
      speed.fill(messages + ACCOUNTS);
      speed.awaitIndexed(directory);
      speed.measure();
    }
    System.out.printf(
        "%,d MB messages, %,d MB index%n",
        Files.size(directory.resolve("holdfast.db")) >> 20,
        Files.size(directory.resolve("index.db")) >> 20);
  }

  private void fill(long upTo) {
    long begun = System.nanoTime();
    long first = index;
    while (index < upTo) {
      store.begin(true);
      long from = index + 1;
      List<LogEntry> entries = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        index++;
        entries.add(new LogEntry(index, 1, command));
      }
      store.append(entries);
      for (long id = from; id <= index; id++) {
        if (id <= ACCOUNTS) {
          store.chat().addAccount(new Account(id, "user" + id, "hash", 0, 1, 1));
        } else {
          send(id);
        }
      }
      store.setApplied(index, index, new byte[RunningDigest.BYTES]);
      store.compact(index, LOG_KEPT_BYTES);
      store.commit();
    }
    System.out.printf(
        "%,d messages written, %,.0f/s%n",
        index - first, (index - first) * 1e9 / (System.nanoTime() - begun));
  }

  private void send(long id) {
    boolean ofOne = random.nextInt(100) == 0;
    long sender = ofOne ? 1 : 601 + random.nextInt(ACCOUNTS - 601);
    long other = ofOne ? 2 + random.nextInt(FRIENDS) : 601 + random.nextInt(ACCOUNTS - 601);
    if (random.nextInt(100_000) == 0) {
      sender = 600;
      other = 601;
    }
    ConversationId conversation = ConversationId.direct(sender, other);
    RequestKey request = new RequestKey(sender, Optional.empty(), "c-" + id, new Digest(id, ~id));
    store
        .chat()
        .addMessage(
            new Message(
                id,
                conversation,
                store.chat().lastSeq(conversation) + 1,
                sender,
                id,
                text(),
                Optional.empty(),
                Optional.empty(),
                request));
  }

  /// Six to twelve words, some of them in most messages and most of them rare, as people write.
  private String text() {
    StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "common" : "and");
    for (int i = 6 + random.nextInt(6); i > 0; i--) {
      text.append(" w").append((int) (Math.pow(random.nextDouble(), 4) * WORDS));
    }
    if (random.nextInt(1_000_000) == 0) {
      text.append(" needle");
    }
    return text.toString();
  }

  private void awaitIndexed(Path directory) throws InterruptedException {
    long begun = System.nanoTime();
    try (Sqlite sqlite = Sqlite.openToRead(directory.resolve("index.db"), 100)) {
      long first = sqlite.number("SELECT searched_id FROM merge_point");
      long now = first;
      while (now < store.appliedId()) {
        Thread.sleep(100);
        now = sqlite.number("SELECT searched_id FROM merge_point");
      }
      System.out.printf(
          "%,d behind, made searchable at %,.0f/s%n",
          now - first, (now - first) * 1e9 / (System.nanoTime() - begun));
    }
  }

  private void measure() {
    search("common word, much of it one's own", 1, "common");
    search("rare word", 1, "needle");
    search("no such word", 1, "submarine");
    search("common word, few messages of one's own", 600, "common");
    search("beginning of a word", 1, "w4999*");
    search("short beginning", 1, "c*");
    search("two words", 1, "common w7");
    search("everybody's word, nothing of one's own", 599, "common");
    time(
        "first page of 500 conversations",
        () -> store.reads().conversations(1, Optional.empty(), 50).items().size());
    OptionalLong none = OptionalLong.empty();
    time(
        "first page of history",
        () ->
            store
                .reads()
                .history(1, ConversationId.direct(1, 2 + random.nextInt(FRIENDS)), none, none, 50)
                .items()
                .size());
  }

  private void search(String what, long account, String text) {
    SearchQuery query = SearchQuery.parse(text).orElseThrow();
    SearchPage first = store.reads().search(account, query, Optional.empty(), Long.MAX_VALUE, 50);
    time(
        what + (first.next().isPresent() ? ", more" : ", all"),
        () ->
            store
                .reads()
                .search(account, query, Optional.empty(), Long.MAX_VALUE, 50)
                .messages()
                .size());
  }

  private interface Work {
    int run();
  }

  private static void time(String what, Work work) {
    long[] nanos = new long[ROUNDS];
    int found = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long begun = System.nanoTime();
      found = work.run();
      nanos[i] = System.nanoTime() - begun;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-48s %4d found, p50 %6.2f ms, p99 %6.2f ms, longest %6.2f ms%n",
        what,
        found,
        nanos[ROUNDS / 2] / 1e6,
        nanos[ROUNDS * 99 / 100] / 1e6,
        nanos[ROUNDS - 1] / 1e6);
  }
}
