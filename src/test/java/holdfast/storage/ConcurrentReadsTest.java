package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads while the writer writes and the index is merged behind it: never a gap, never a step back,
/// never less than what was there before the read began.
final class ConcurrentReadsTest {
  private static final int CONVERSATIONS = 5;
  private static final int MESSAGES = 6_000;
  private static final int BATCH = 10;
  private static final int READERS = 3;

  @TempDir Path temp;

  /// Message n goes to the conversation of account 1 and account 1 + n % CONVERSATIONS.
  private static ConversationId conversationOf(long n) {
    return ConversationId.direct(1, 1 + n % CONVERSATIONS);
  }

  private static long seqOf(long n) {
    return (n - 1) / CONVERSATIONS + 1;
  }

  /// The last of the first `n` messages that went to the conversation.
  private static long lastSeqAt(long n, ConversationId conversation) {
    for (long m = n; m > 0; m--) {
      if (conversationOf(m).equals(conversation)) {
        return seqOf(m);
      }
    }
    return 0;
  }

  @Test
  void readsNeverMissWhatWasAppliedBeforeThem() throws Exception {
    AtomicBoolean written = new AtomicBoolean();
    try (SqliteStore store = StoreBench.open(temp, new StoreSettings(64, 100, 0))) {
      List<FutureTask<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        int offset = i;
        FutureTask<Long> reader = new FutureTask<>(() -> read(store.reads(), written, offset));
        readers.add(reader);
        Thread.ofVirtual().start(reader);
      }
      for (long n = 1; n <= MESSAGES; n += BATCH) {
        write(store, n);
      }
      written.set(true);
      for (FutureTask<Long> reader : readers) {
        assertTrue(reader.get() > 0);
      }
    }
  }

  private static void write(SqliteStore store, long from) {
    store.begin(from % 100 == 1);
    if (from % 100 == 1) {
      for (long n = from; n < from + 100; n++) {
        store.append(List.of(StoreBench.entry(n, 1, "x")));
      }
    }
    for (long n = from; n < from + BATCH; n++) {
      RequestKey request = new RequestKey(1, Optional.empty(), "q" + n, new Digest(1, n));
      store
          .chat()
          .addMessage(
              new Message(
                  n,
                  conversationOf(n),
                  seqOf(n),
                  1,
                  n,
                  "text",
                  Optional.empty(),
                  Optional.empty(),
                  request));
    }
    store.setApplied(from + BATCH - 1, from + BATCH - 1, new byte[32]);
    store.commit();
  }

  private static long read(Reads reads, AtomicBoolean written, int offset) {
    long rounds = 0;
    boolean last = false;
    while (!last) {
      // One more round when all is written.
      last = written.get();
      checkConversation(reads, ConversationId.direct(1, 1 + (rounds + offset) % CONVERSATIONS));
      checkList(reads);
      rounds++;
    }
    return rounds;
  }

  private static void checkConversation(Reads reads, ConversationId conversation) {
    long atLeast = lastSeqAt(reads.appliedId(), conversation);
    long lastSeq = reads.lastSeq(conversation);
    assertTrue(lastSeq >= atLeast, () -> lastSeq + " of " + atLeast);
    OptionalLong none = OptionalLong.empty();
    List<ShownMessage> newest = reads.history(1, conversation, none, none, 30).items();
    checkRun(newest, Math.max(lastSeq, 0), Long.MAX_VALUE);
    if (lastSeq > 40) {
      List<ShownMessage> middle =
          reads.history(1, conversation, none, OptionalLong.of(lastSeq / 2), 20).items();
      assertEquals(20, middle.size());
      checkRun(middle, lastSeq / 2 + 20, lastSeq / 2 + 20);
    }
    assertTrue(reads.readSeq(1, conversation) >= lastSeq);
  }

  /// The messages follow each other and end between these seqs.
  private static void checkRun(List<ShownMessage> messages, long lastMin, long lastMax) {
    for (int i = 1; i < messages.size(); i++) {
      assertEquals(messages.get(i - 1).message().seq() + 1, messages.get(i).message().seq());
    }
    for (ShownMessage shown : messages) {
      assertEquals(seqOf(shown.message().id()), shown.message().seq());
    }
    long last = messages.isEmpty() ? 0 : messages.getLast().message().seq();
    assertTrue(last >= lastMin && last <= lastMax, () -> last + " not in " + lastMin);
  }

  private static void checkList(Reads reads) {
    long applied = reads.appliedId();
    List<ConversationRow> rows = reads.conversations(1, Optional.empty(), 50).items();
    assertTrue(rows.size() >= Math.min(applied, CONVERSATIONS), () -> rows + " at " + applied);
    for (ConversationRow row : rows) {
      assertTrue(row.lastSeq() >= lastSeqAt(applied, row.conversation()), row::toString);
      assertEquals(row.lastSeq(), row.last().orElseThrow().seq());
      // They are all its own.
      assertEquals(row.lastSeq(), row.readSeq());
    }
    assertEquals(new Unread(0, 0), reads.unread(1));
  }
}
