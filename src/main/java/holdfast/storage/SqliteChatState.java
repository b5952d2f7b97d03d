package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatState;
import holdfast.chat.ConversationId;
import holdfast.chat.Held;
import holdfast.chat.Message;
import holdfast.chat.MessageChange;
import holdfast.chat.Outcome;
import holdfast.chat.Reaction;
import holdfast.chat.Refusal;
import holdfast.chat.RememberedRequest;
import holdfast.chat.Room;
import holdfast.chat.RoomMember;
import holdfast.chat.RoomRole;
import holdfast.chat.Timelines;
import holdfast.check.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// The chat tables as the replica thread sees them, its open transaction included. What would need
/// a row per conversation (last seq, read positions) is asked of the rows of this transaction, then
/// the tail, then the index.
final class SqliteChatState implements ChatState {
  /// Conversations whose last seq is kept at hand.
  private static final int HEADS_MAX = 32_768;

  private static final int ACCOUNTS_MAX = 16_384;
  private static final int NAMES_MAX = 16_384;
  private static final int ROOMS_MAX = 4_096;
  private static final int MEMBERS_MAX = 32_768;

  /// Of whom it is known whether they block anybody.
  private static final int BLOCKERS_MAX = 16_384;

  private final StateRow state;
  private final IndexTail tail;
  private final ChatRows rows;
  private final IndexRows index;
  private final MessageRows messages;
  private final RequestPacker packer;
  private final NewestRequests newestRequests;
  private final Query addAccount;
  private final Query setGeneration;
  private final Query setLastSeen;
  private final Query setPassword;
  private final Query addRoom;
  private final Query closeRoom;
  private final Query setTopic;
  private final Query addMember;
  private final Query removeMember;
  private final Query countMembers;
  private final Query setRole;
  private final Query memberCount;
  private final Query ownerCount;
  private final Query successor;
  private final Query addMessage;
  private final Query addMark;
  private final Query addRoomEvent;
  private final Query addRequest;
  private final Query requestOutcome;

  private final SmallRows small;
  private final RowCache<Long, Account> accounts;
  private final RowCache<String, Long> names;
  private final RowCache<Long, Boolean> blockers;
  private final RowCache<Long, Room> rooms;
  private final RowCache<MemberKey, RoomMember> members;

  /// Who is in which room.
  private record MemberKey(long room, long account) {}

  /// The rows of the open transaction that the index must learn of, and what follows from them.
  private final List<TailRow> pending = new ArrayList<>();

  private final Map<ConversationId, Long> pendingHeads = new HashMap<>();
  private final Map<TailTable.ReadKey, Long> pendingReads = new HashMap<>();

  /// Last seqs without the open transaction. Every commit brings those that it changed up to date,
  /// so that one found here is never older than the tail or the index.
  private final RowCache<ConversationId, Long> heads;

  /// @param packer of the requests that are remembered
  SqliteChatState(
      Sqlite main, Sqlite indexFile, StateRow state, IndexTail tail, RequestPacker packer) {
    this.state = state;
    this.tail = tail;
    this.packer = packer;
    index = new IndexRows(indexFile);
    rows = new ChatRows(main);
    messages = new MessageRows(main);
    newestRequests = new NewestRequests(main, indexFile, packer);
    heads = new RowCache<>(HEADS_MAX, this::committedLastSeq);
    small = new SmallRows(main);
    accounts = new RowCache<>(ACCOUNTS_MAX, rows::account);
    names = new RowCache<>(NAMES_MAX, name -> rows.accountNamed(name).map(Account::id));
    blockers = new RowCache<>(BLOCKERS_MAX, account -> Optional.of(small.blocksAnybody(account)));
    rooms = new RowCache<>(ROOMS_MAX, rows::room);
    members = new RowCache<>(MEMBERS_MAX, key -> rows.member(key.room(), key.account()));
    addAccount =
        main.prepare(
            "INSERT INTO account(" + ChatRows.ACCOUNT_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)");
    setGeneration = main.prepare("UPDATE account SET generation = ? WHERE id = ?");
    setLastSeen = main.prepare("UPDATE account SET last_seen = ? WHERE id = ?");
    setPassword = main.prepare("UPDATE account SET password_hash = ?, deleted = ? WHERE id = ?");
    addRoom =
        main.prepare(
            "INSERT INTO room(id, name, topic, private, closed, members) VALUES (?, ?, ?, ?, ?, 0)");
    closeRoom = main.prepare("UPDATE room SET closed = 1 WHERE id = ?");
    setTopic = main.prepare("UPDATE room SET topic = ? WHERE id = ?");
    addMember =
        main.prepare("INSERT INTO room_member(room, account, role, joined) VALUES (?, ?, ?, ?)");
    removeMember = main.prepare("DELETE FROM room_member WHERE room = ? AND account = ?");
    countMembers = main.prepare("UPDATE room SET members = members + ? WHERE id = ?");
    setRole = main.prepare("UPDATE room_member SET role = ? WHERE room = ? AND account = ?");
    memberCount = main.prepare("SELECT coalesce((SELECT members FROM room WHERE id = ?), 0)");
    ownerCount = main.prepare("SELECT count(*) FROM room_member WHERE room = ? AND role = ?");
    successor =
        main.prepare(
            "SELECT room, account, role, joined FROM room_member WHERE room = ? AND account <> ?"
                + " ORDER BY role DESC, joined LIMIT 1");
    addMessage =
        main.prepare(
            "INSERT INTO message("
                + ChatRows.MESSAGE_COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    addMark = main.prepare("INSERT INTO mark(id, account, low, high, seq) VALUES (?, ?, ?, ?, ?)");
    addRoomEvent =
        main.prepare(
            "INSERT INTO room_event(id, part, room, account, by, change, detail)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    addRequest =
        main.prepare(
            "INSERT INTO request(id, time, principal, key_high, key_low, payload_high, payload_low,"
                + " code, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    requestOutcome = main.prepare("SELECT code, message FROM request WHERE id = ?");
  }

  @Override
  public long time() {
    return state.time();
  }

  @Override
  public void setTime(long time) {
    state.setTime(time);
  }

  @Override
  public void setFounding(String clusterId, byte[] tokenKey) {
    state.setFounding(clusterId, tokenKey);
  }

  @Override
  public Timelines timelines() {
    return state.timelines();
  }

  @Override
  public void addTimeline(long id) {
    state.addTimeline(id);
  }

  @Override
  public Held held() {
    return state.held();
  }

  @Override
  public void setHeld(Held held) {
    state.setHeld(held);
  }

  @Override
  public Optional<Account> account(long id) {
    return accounts.row(id);
  }

  @Override
  public Optional<Account> accountNamed(String username) {
    return names.row(username).flatMap(this::account);
  }

  @Override
  public void addAccount(Account account) {
    names.forget(account.username());
    accounts.forget(account.id());
    addAccount
        .set(1, account.id())
        .set(2, account.username())
        .set(3, account.passwordHash())
        .set(4, account.generation())
        .set(5, account.created())
        .set(6, account.lastSeen())
        .set(7, account.deleted())
        .update();
  }

  @Override
  public void setGeneration(long account, long generation) {
    accounts.forget(account);
    mustChange(setGeneration.with(generation, account), "account", account);
  }

  @Override
  public void setLastSeen(long account, long time) {
    accounts.forget(account);
    mustChange(setLastSeen.with(time, account), "account", account);
  }

  @Override
  public void setPassword(long account, String passwordHash) {
    setPassword(account, passwordHash, 0);
  }

  @Override
  public void deleteAccount(long account, long time) {
    setPassword(account, "", time);
    blockers.forget(account);
    small.removeAllOf(account);
  }

  private void setPassword(long account, String passwordHash, long deleted) {
    accounts.forget(account);
    mustChange(
        setPassword.set(1, passwordHash).set(2, deleted).set(3, account), "account", account);
  }

  @Override
  public boolean isBlocked(long account, long blocked) {
    return blockers.row(account).orElseThrow() && small.isBlocked(account, blocked);
  }

  @Override
  public int blockCount(long account) {
    return small.blockCount(account);
  }

  @Override
  public void addBlock(long account, long blocked) {
    blockers.forget(account);
    small.addBlock(account, blocked);
  }

  @Override
  public void removeBlock(long account, long blocked) {
    blockers.forget(account);
    small.removeBlock(account, blocked);
  }

  @Override
  public Optional<String> preference(long account, String name) {
    return small.preference(account, name);
  }

  @Override
  public int preferenceCount(long account) {
    return small.preferenceCount(account);
  }

  @Override
  public void setPreference(long account, String name, String value) {
    small.setPreference(account, name, value);
  }

  @Override
  public void removePreference(long account, String name) {
    small.removePreference(account, name);
  }

  @Override
  public Optional<Room> room(long id) {
    return rooms.row(id);
  }

  @Override
  public Optional<Room> roomNamed(String name) {
    return rows.roomNamed(name);
  }

  @Override
  public void addRoom(Room room) {
    rooms.forget(room.id());
    addRoom
        .set(1, room.id())
        .set(2, room.name())
        .set(3, room.topic())
        .set(4, room.isPrivate() ? 1 : 0)
        .set(5, room.closed() ? 1 : 0)
        .update();
  }

  @Override
  public void closeRoom(long room) {
    rooms.forget(room);
    mustChange(closeRoom.with(room), "room", room);
    small.removeInvitationsTo(room);
  }

  @Override
  public void setTopic(long room, String topic) {
    rooms.forget(room);
    mustChange(setTopic.set(1, topic).set(2, room), "room", room);
  }

  @Override
  public boolean isInvited(long room, long account) {
    return small.isInvited(room, account);
  }

  @Override
  public int invitationCount(long room) {
    return small.invitationCount(room);
  }

  @Override
  public void addInvitation(long room, long account) {
    small.addInvitation(room, account);
  }

  @Override
  public void removeInvitation(long room, long account) {
    small.removeInvitation(room, account);
  }

  @Override
  public Optional<RoomMember> member(long room, long account) {
    return members.row(new MemberKey(room, account));
  }

  @Override
  public void addMember(RoomMember member) {
    members.forget(new MemberKey(member.room(), member.account()));
    addMember
        .with(member.room(), member.account(), ChatRows.codeOf(member.role()), member.joined())
        .update();
    mustChange(countMembers.with(1, member.room()), "room", member.room());
  }

  @Override
  public void removeMember(long room, long account) {
    members.forget(new MemberKey(room, account));
    mustChange(removeMember.with(room, account), "member", account);
    mustChange(countMembers.with(-1, room), "room", room);
  }

  @Override
  public void setRole(long room, long account, RoomRole role) {
    members.forget(new MemberKey(room, account));
    mustChange(setRole.with(ChatRows.codeOf(role), room, account), "member", account);
  }

  @Override
  public int memberCount(long room) {
    return Math.toIntExact(memberCount.with(room).number());
  }

  @Override
  public int ownerCount(long room) {
    return Math.toIntExact(ownerCount.with(room, ChatRows.codeOf(RoomRole.OWNER)).number());
  }

  @Override
  public Optional<RoomMember> successor(long room, long leaving) {
    return successor.with(room, leaving).first(ChatRows::readMember);
  }

  @Override
  public List<Long> roomsOf(long account) {
    return rows.roomsOf(account);
  }

  @Override
  public Optional<Message> message(long id) {
    return rows.message(id);
  }

  @Override
  public long lastSeq(ConversationId conversation) {
    Long recent = pendingHeads.get(conversation);
    return recent != null ? recent : heads.row(conversation).orElse(0L);
  }

  private Optional<Long> committedLastSeq(ConversationId conversation) {
    return TailTable.newestRun(tail.tables(), conversation)
        .map(TailTable.Run::lastSeq)
        .or(() -> index.head(conversation).map(IndexRows.Head::lastSeq));
  }

  @Override
  public void addMessage(Message message) {
    ConversationId conversation = message.conversation();
    addMessage
        .with(
            message.id(),
            conversation.low(),
            conversation.high(),
            message.seq(),
            message.sender(),
            message.time())
        .set(7, message.text())
        .set(8, message.replyTo().orElse(0L))
        .set(9, message.replyToSeq().orElse(0L))
        .set(11, message.request().payload().high())
        .set(12, message.request().payload().low());
    RequestIdColumn.write(addMessage, 10, message.request().requestId());
    addMessage.update();
    TailRow row = new TailRow.Sent(message.id(), conversation, message.seq(), message.sender());
    pendingHeads.put(conversation, message.seq());
    addPending(row);
  }

  @Override
  public void addMention(long message, long account, ConversationId room, long seq) {
    messages.addMention(message, account, room, seq);
  }

  @Override
  public void editMessage(long message, String text, long edited) {
    messages.edit(message, text, edited);
  }

  @Override
  public void deleteMessage(long message) {
    messages.delete(message);
  }

  @Override
  public void addChange(MessageChange change) {
    messages.addChange(change);
  }

  @Override
  public boolean isHidden(long account, ConversationId conversation, long seq) {
    return messages.isHidden(account, conversation, seq);
  }

  @Override
  public int hiddenCount(long account, ConversationId conversation) {
    return messages.hiddenCount(account, conversation);
  }

  @Override
  public List<Reaction> reactions(long message) {
    return messages.reactions(message);
  }

  @Override
  public void addReaction(Reaction reaction) {
    messages.addReaction(reaction);
  }

  @Override
  public void removeReaction(Reaction reaction) {
    messages.removeReaction(reaction);
  }

  @Override
  public long readSeq(long account, ConversationId conversation) {
    Long recent = pendingReads.get(new TailTable.ReadKey(account, conversation));
    if (recent != null) {
      return recent;
    }
    OptionalLong waiting = TailTable.readSeq(tail.tables(), account, conversation);
    return waiting.isPresent() ? waiting.getAsLong() : index.readSeq(account, conversation);
  }

  @Override
  public void addMark(long id, long account, ConversationId conversation, long seq) {
    addMark.with(id, account, conversation.low(), conversation.high(), seq).update();
    addPending(new TailRow.Read(id, conversation, seq, account));
  }

  private void addPending(TailRow row) {
    pending.add(row);
    pendingReads.merge(
        new TailTable.ReadKey(row.account(), row.conversation()), row.seq(), Math::max);
  }

  @Override
  public void addRoomEvent(ChatEvent.RoomChanged event) {
    addRoomEvent
        .with(event.id(), event.part(), event.room(), event.account(), event.by())
        .set(6, event.change().name())
        .set(7, event.detail())
        .update();
  }

  @Override
  public void addRequest(RememberedRequest request, Outcome outcome) {
    addRequest.with(
        request.id(),
        request.time(),
        request.principal(),
        request.key().high(),
        request.key().low(),
        request.payload().high(),
        request.payload().low());
    switch (outcome) {
      case Outcome.Done(long _) -> addRequest.set(8, "").set(9, "");
      case Outcome.Refused(long _, Refusal code, String message) ->
          addRequest.set(8, code.name()).set(9, message);
      case Outcome.Sent sent -> Check.that(false, "%s is remembered by its message", sent);
    }
    addRequest.update();
  }

  @Override
  public Optional<Outcome> requestOutcome(long id) {
    return requestOutcome
        .with(id)
        .first(row -> {
          String code = row.getString(1);
          return code.isEmpty()
              ? new Outcome.Done(id)
              : new Outcome.Refused(id, Refusal.valueOf(code), row.getString(2));
        });
  }

  @Override
  public void onRemembered(RememberedRequest request) {
    packer.add(request);
  }

  @Override
  public void newestRequests(long since, int limit, Consumer<RememberedRequest> into) {
    newestRequests.read(since, limit, state.appliedId(), into);
  }

  /// The transaction is committed: shows its rows to readers.
  void committed() {
    pendingHeads.forEach(heads::put);
    tail.add(pending);
    packer.committed();
    clearPending();
  }

  void rolledBack() {
    accounts.clear();
    names.clear();
    blockers.clear();
    rooms.clear();
    members.clear();
    packer.rolledBack();
    clearPending();
  }

  private void clearPending() {
    pending.clear();
    pendingHeads.clear();
    pendingReads.clear();
  }

  static void mustChange(Query query, String what, long id) {
    Check.that(query.update() == 1, "no %s %d", what, id);
  }
}
