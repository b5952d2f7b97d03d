package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.chat.RunningDigest;
import holdfast.replication.LogEntry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Prints how many messages a second the store takes, in batches of several sizes: appended,
/// applied (without the chat's rules) and merged into the index. Arguments: a directory that does
/// not exist yet, and how many messages to write for each size of batch.
public final class StoreSpeed {
  private static final List<Integer> BATCHES = List.of(1, 16, 128, 1024);
  private static final int CONVERSATIONS = 1_000;
  private static final int ACCOUNTS = 100;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final SqliteStore store;
  private final RandomGenerator random = new SplittableRandom(7);
  private final byte[] command = "x".repeat(110).getBytes(StandardCharsets.US_ASCII);
  private final byte[] digest = new byte[RunningDigest.BYTES];
  private final List<ConversationId> conversations = new ArrayList<>();
  private long index;

  private StoreSpeed(SqliteStore store) {
    this.store = store;
  }

  public static void main(String[] arguments) throws StoreException {
    Path directory = Path.of(arguments[0]);
    int messages = Integer.parseInt(arguments[1]);
    StoreSettings settings = StoreSettings.defaults();
    try (SqliteStore store =
        SqliteStore.open(directory, settings, StoreBench.MEMBERSHIPS, StoreBench.WRITES)) {
      StoreSpeed speed = new StoreSpeed(store);
      speed.prepare();
      for (int batch : BATCHES) {
        speed.measure(batch, batch == 1 ? messages / 10 : messages);
      }
    }
    long begun = System.nanoTime();
    try (SqliteStore store =
        SqliteStore.open(directory, settings, StoreBench.MEMBERSHIPS, StoreBench.WRITES)) {
      System.out.printf("opened again in %d ms%n", (System.nanoTime() - begun) / 1_000_000);
      begun = System.nanoTime();
      AtomicInteger requests = new AtomicInteger();
      store.chat().newestRequests(0, 2_000_000, _ -> requests.incrementAndGet());
      System.out.printf(
          "%d requests in %d ms%n", requests.get(), (System.nanoTime() - begun) / 1_000_000);
    }
  }

  private void prepare() {
    store.begin(true);
    for (int i = 0; i < ACCOUNTS; i++) {
      appendNext(1);
      store.chat().addAccount(new Account(index, "user" + i, "hash", 0, 1, 1));
    }
    commit();
    for (long one = 1; conversations.size() < CONVERSATIONS; one++) {
      for (long other = one; other <= ACCOUNTS && conversations.size() < CONVERSATIONS; other++) {
        conversations.add(new ConversationId(one, other));
      }
    }
  }

  private void appendNext(int count) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      index++;
      entries.add(new LogEntry(index, 1, command));
    }
    store.append(entries);
  }

  private void commit() {
    store.setApplied(index, index, digest);
    store.commit();
  }

  private void measure(int batch, int messages) {
    long begun = System.nanoTime();
    long cpuBegun = CPU.getCurrentThreadCpuTime();
    for (int written = 0; written < messages; written += batch) {
      store.begin(true);
      long first = index + 1;
      appendNext(batch);
      for (long id = first; id <= index; id++) {
        send(id);
      }
      commit();
    }
    double micros = (System.nanoTime() - begun) / 1e3;
    double cpuMicros = (CPU.getCurrentThreadCpuTime() - cpuBegun) / 1e3;
    System.out.printf(
        "B=%-5d %,10.0f messages/s (%.1f us each, %.1f us of the writer's own time)%n",
        batch, messages / micros * 1e6, micros / messages, cpuMicros / messages);
  }

  private void send(long id) {
    ConversationId conversation = conversations.get(random.nextInt(conversations.size()));
    RequestKey request =
        new RequestKey(conversation.low(), Optional.empty(), "c7f2-" + id, new Digest(id, ~id));
    store
        .chat()
        .addMessage(
            new Message(
                id,
                conversation,
                store.chat().lastSeq(conversation) + 1,
                conversation.low(),
                id,
                "a text of about seventy characters, as people write them to each other",
                Optional.empty(),
                Optional.empty(),
                request));
  }
}
