package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.SearchQuery;
import holdfast.chat.Timelines;
import holdfast.check.Check;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// What is applied and committed, for any thread to read. A read is done by a small pool of
/// threads; the caller, as a rule a virtual thread, waits for it. It sees at least everything up to
/// the `appliedId` that was there before it, and everything that was announced: the outcome of a
/// command may be told while the transaction that applies it is still open, so a read has that
/// committed and waits for it, and for no other write. Every read may throw RejectedReadException
/// (busy: try again) and DiskFailedException. Permissions are the caller's business.
public final class Reads {
  /// Items of one page at most.
  public static final int LIMIT_MAX = 1_000;

  private final ReaderPool pool;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();

  // Written by the replica thread; `appliedId`, which others wait for, under `lock`.
  private volatile long appliedId;
  private volatile long announcedId;
  private volatile Timelines timelines;

  /// Has the open transaction committed soon; before the first one, nobody can wait.
  private volatile Runnable hurry = () -> {};

  Reads(ReaderPool pool, long appliedId, Timelines timelines) {
    this.pool = pool;
    this.appliedId = appliedId;
    this.announcedId = appliedId;
    this.timelines = timelines;
  }

  /// A read that has to wait for the open transaction has `hurry` run, which must return at once
  /// and see to it that the transaction ends soon.
  public void onWaiting(Runnable hurry) {
    this.hurry = hurry;
  }

  /// Everything up to `id` is applied in the open transaction, and may be told before its commit.
  void announced(long id) {
    announcedId = id;
  }

  /// Everything up to `id` is committed; what was announced beyond is taken back.
  void published(long id, Timelines throughTimelines) {
    lock.lock();
    try {
      timelines = throughTimelines;
      appliedId = id;
      announcedId = id;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private <T> T read(Function<Reader, T> work) {
    awaitAnnounced();
    return pool.read(work);
  }

  /// Waits until all that was announced is committed, as every read does. Throws
  /// RejectedReadException if it is taken back instead: then it was told, and cannot be read yet.
  public void awaitAnnounced() {
    long wanted = announcedId;
    if (appliedId >= wanted) {
      return;
    }
    hurry.run();
    lock.lock();
    try {
      while (appliedId < wanted && announcedId >= wanted) {
        moved.awaitUninterruptibly();
      }
      if (appliedId < wanted) {
        throw new RejectedReadException(
            "the disk is full, and what was told last cannot be read until there is room");
      }
    } finally {
      lock.unlock();
    }
  }

  /// The id of the last command that reads see; 0 at first. Does not wait.
  public long appliedId() {
    return appliedId;
  }

  /// The timelines that reads have seen. Does not wait.
  public Timelines timelines() {
    return timelines;
  }

  public Optional<Account> account(long id) {
    return read(reader -> reader.rows().account(id));
  }

  public Optional<Account> accountNamed(String username) {
    return read(reader -> reader.rows().accountNamed(username));
  }

  /// A room, closed ones too.
  public Optional<Room> room(long id) {
    return read(reader -> reader.rows().room(id));
  }

  /// The open room of that name, which begins with `#`.
  public Optional<Room> roomNamed(String name) {
    return read(reader -> reader.rows().roomNamed(name));
  }

  public Optional<RoomMember> member(long room, long account) {
    return read(reader -> reader.rows().member(room, account));
  }

  /// The rooms `account` is in, ascending.
  public List<Long> roomsOf(long account) {
    return read(reader -> reader.rows().roomsOf(account));
  }

  /// The accounts that `account` blocks.
  public List<Long> blocked(long account) {
    return read(reader -> reader.rows().blocked(account));
  }

  /// The account's preferences by name, in the order of names.
  public Map<String, String> preferences(long account) {
    return read(reader -> reader.rows().preferences(account));
  }

  /// The accounts, other than itself, that `account` has a direct conversation with, a bounded
  /// number of them.
  public List<Long> talksWith(long account, int limit) {
    Check.that(limit >= 1, "limit %d", limit);
    return read(reader -> reader.snapshot(reads -> reads.talksWith(account, limit)));
  }

  /// The seq of the conversation's last message; 0 if it has none.
  public long lastSeq(ConversationId conversation) {
    return read(reader -> reader.snapshot(reads -> reads.lastSeq(conversation)));
  }

  /// How far `account` has read; 0 at first.
  public long readSeq(long account, ConversationId conversation) {
    return read(reader -> reader.snapshot(reads -> reads.readSeq(account, conversation)));
  }

  public Optional<Message> messageAt(ConversationId conversation, long seq) {
    return read(reader -> reader.snapshot(reads -> reads.messageAt(conversation, seq)));
  }

  /// Messages by seq, ascending: the nearest below `before`, or the nearest above `after`, or, with
  /// neither, the newest. Not both. `more` looks in the direction asked: older ones, save with
  /// `after`. Those that `account` has hidden from itself are left out.
  public Page<ShownMessage> history(
      long account,
      ConversationId conversation,
      OptionalLong before,
      OptionalLong after,
      int limit) {
    Check.that(before.isEmpty() || after.isEmpty(), "history before and after");
    checkLimit(limit);
    return read(reader ->
        reader.snapshot(reads -> reads.history(account, conversation, before, after, limit)));
  }

  /// Messages with all that `query` asks for, the newest first, with ids below `before`: of
  /// `conversation`, or of the rooms that `account` is in and its direct conversations; none that
  /// are deleted or that it has hidden from itself. A page may be short, or empty, and still have a
  /// `next`: it looks at a bounded number of messages.
  public SearchPage search(
      long account,
      SearchQuery query,
      Optional<ConversationId> conversation,
      long before,
      int limit) {
    checkLimit(limit);
    return read(reader -> reader.search(account, query, conversation, before, limit));
  }

  /// The rooms that `account` is in and its direct conversations, newest first: by the last message
  /// or, for a room without one, by joining. `after`: the last one of the page before; if it is no
  /// longer in the list, the page is empty.
  public Page<ConversationRow> conversations(
      long account, Optional<ConversationId> after, int limit) {
    checkLimit(limit);
    return read(reader -> reader.snapshot(reads -> reads.conversations(account, after, limit)));
  }

  public Unread unread(long account) {
    return read(reader -> reader.snapshot(reads -> reads.unread(account)));
  }

  /// Accounts, not deleted, whose name fits `pattern`, in which `*` stands for anything, in the
  /// order of their names.
  public Page<Account> users(String pattern, Optional<String> after, int limit) {
    checkLimit(limit);
    return read(reader -> reader.lists().users(pattern, after, limit));
  }

  /// Open rooms, public or with `account` in them or invited to them, whose name (with its `#`)
  /// fits `pattern`, in the order of their names.
  public Page<RoomRow> rooms(long account, String pattern, Optional<String> after, int limit) {
    checkLimit(limit);
    return read(reader -> reader.lists().rooms(account, pattern, after, limit));
  }

  /// A room's members in the order of their names.
  public Page<MemberRow> members(long room, Optional<String> afterUsername, int limit) {
    checkLimit(limit);
    return read(reader -> reader.lists().members(room, afterUsername, limit));
  }

  /// What concerns `account` and came after the position (`afterId`, `afterPart`), up to the
  /// command `upToId`, which must be applied, in log order: direct messages to and from it, and how
  /// far both sides have read there; messages of rooms while it was a member; its own reading in
  /// rooms; and changes of rooms of which it was a member before or after the command that changed
  /// them, or that invited it.
  public MissedEvents missed(long account, long afterId, int afterPart, long upToId, int limit) {
    checkLimit(limit);
    awaitAnnounced();
    Check.that(upToId <= appliedId, "missed up to %d, applied %d", upToId, appliedId);
    Timelines seen = timelines;
    return read(reader -> reader.missed(account, afterId, afterPart, upToId, limit, seen));
  }

  private static void checkLimit(int limit) {
    Check.that(limit >= 1 && limit <= LIMIT_MAX, "limit %d is not in 1..%d", limit, LIMIT_MAX);
  }
}
