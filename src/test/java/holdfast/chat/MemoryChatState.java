package holdfast.chat;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The chat tables in memory, for tests and the simulation. Strict: a row that does not follow from
/// those before it (a command applied twice, a gap in a conversation, time running back) breaks a
/// Check. Every change can be taken back through the journal.
public final class MemoryChatState extends MemorySmallRows {
  /// A row of `addMark`.
  public record Mark(long id, long account, ConversationId conversation, long seq) {}

  /// A row of `addMention`.
  public record Mention(long message, long account, ConversationId room, long seq) {}

  private record Reader(long account, ConversationId conversation) {}

  private long time;
  private long newestId;
  private Optional<String> clusterId = Optional.empty();
  private List<Byte> tokenKey = List.of();
  private final Map<Long, Account> accounts = new TreeMap<>();
  private final Map<String, Long> accountIds = new HashMap<>();
  private final Map<Long, Room> rooms = new TreeMap<>();
  private final Map<String, Long> openRooms = new HashMap<>();
  private final Map<Long, Map<Long, RoomMember>> members = new TreeMap<>();
  private final List<Message> messages = new ArrayList<>();
  private final Map<Long, Message> messageById = new HashMap<>();
  private final Map<ConversationId, Long> lastSeqs = new HashMap<>();
  private final Map<Reader, Long> readSeqs = new HashMap<>();
  private final List<Mark> marks = new ArrayList<>();
  private final List<Mention> mentions = new ArrayList<>();
  private final List<MessageChange> changes = new ArrayList<>();
  private final Map<Long, Map<Long, Reaction>> reactions = new TreeMap<>();
  private final List<ChatEvent.RoomChanged> roomEvents = new ArrayList<>();
  private final List<RememberedRequest> requests = new ArrayList<>();
  private final Map<Long, Outcome> outcomes = new TreeMap<>();

  public MemoryChatState(Journal journal) {
    super(journal);
  }

  public MemoryChatState() {
    this(new Journal());
  }

  /// The same tables once more, to be changed by themselves through `to`; both are outside of a
  /// transaction.
  public MemoryChatState copy(Journal to) {
    MemoryChatState copy = new MemoryChatState(to);
    copy.time = time;
    copy.newestId = newestId;
    copy.clusterId = clusterId;
    copy.tokenKey = tokenKey;
    copy.accounts.putAll(accounts);
    copy.accountIds.putAll(accountIds);
    copy.rooms.putAll(rooms);
    copy.openRooms.putAll(openRooms);
    members.forEach((room, rows) -> copy.members.put(room, new TreeMap<>(rows)));
    copy.messages.addAll(messages);
    copy.messageById.putAll(messageById);
    copy.lastSeqs.putAll(lastSeqs);
    copy.readSeqs.putAll(readSeqs);
    copy.marks.addAll(marks);
    copy.mentions.addAll(mentions);
    copy.changes.addAll(changes);
    reactions.forEach((message, rows) -> copy.reactions.put(message, new TreeMap<>(rows)));
    copy.roomEvents.addAll(roomEvents);
    copy.requests.addAll(requests);
    copy.outcomes.putAll(outcomes);
    copySmallRowsTo(copy);
    return copy;
  }

  /// Everything that must be equal on servers that applied the same commands.
  public List<Object> tables() {
    return List.of(
        time,
        clusterId,
        tokenKey,
        accounts,
        rooms,
        members,
        messages,
        marks,
        mentions,
        changes,
        reactions,
        roomEvents,
        requests,
        outcomes,
        smallRows());
  }

  /// How many of the mentions of `account` in a room are behind `seq`.
  public long mentionsAfter(long account, ConversationId room, long seq) {
    return mentions.stream()
        .filter(row -> row.account() == account && row.room().equals(room) && row.seq() > seq)
        .count();
  }

  /// The changes of messages in log order.
  public List<MessageChange> changes() {
    return List.copyOf(changes);
  }

  /// The stored messages in log order.
  public List<Message> messages() {
    return List.copyOf(messages);
  }

  public Optional<String> clusterId() {
    return clusterId;
  }

  /// The accounts in a room, ascending.
  public List<Long> accountsIn(long room) {
    return List.copyOf(membersOf(room).keySet());
  }

  @Override
  public long time() {
    return time;
  }

  @Override
  public void setTime(long newTime) {
    long before = time;
    Check.that(newTime > before, "time goes from %d to %d", before, newTime);
    time = newTime;
    journal.changed(() -> time = before);
  }

  @Override
  public void setFounding(String id, byte[] key) {
    Check.that(clusterId.isEmpty(), "cluster %s is founded again as %s", clusterId, id);
    List<Byte> bytes = new ArrayList<>();
    for (byte b : key) {
      bytes.add(b);
    }
    clusterId = Optional.of(id);
    tokenKey = bytes;
    journal.changed(() -> {
      clusterId = Optional.empty();
      tokenKey = List.of();
    });
  }

  @Override
  public Optional<Account> account(long id) {
    return Optional.ofNullable(accounts.get(id));
  }

  @Override
  public Optional<Account> accountNamed(String username) {
    return Optional.ofNullable(accountIds.get(username)).map(accounts::get);
  }

  @Override
  public void addAccount(Account account) {
    advanceTo(account.id());
    insert(accounts, account.id(), account);
    insert(accountIds, account.username(), account.id());
  }

  @Override
  public void setGeneration(long account, long generation) {
    Account old = existing(accounts, account);
    Check.that(generation > old.generation(), "%s gets generation %d", old, generation);
    put(
        accounts,
        account,
        new Account(
            old.id(),
            old.username(),
            old.passwordHash(),
            generation,
            old.created(),
            old.lastSeen(),
            old.deleted()));
  }

  @Override
  public void setLastSeen(long account, long seen) {
    Account old = living(account);
    Check.that(seen >= old.lastSeen(), "%s was last seen at %d", old, seen);
    put(
        accounts,
        account,
        new Account(
            old.id(), old.username(), old.passwordHash(), old.generation(), old.created(), seen));
  }

  @Override
  public void setPassword(long account, String passwordHash) {
    Account old = living(account);
    put(
        accounts,
        account,
        new Account(
            old.id(),
            old.username(),
            passwordHash,
            old.generation(),
            old.created(),
            old.lastSeen()));
  }

  @Override
  public void deleteAccount(long account, long deleted) {
    Account old = living(account);
    Check.that(roomsOf(account).isEmpty(), "%s goes and is still in rooms", old);
    put(
        accounts,
        account,
        new Account(
            old.id(),
            old.username(),
            "",
            old.generation(),
            old.created(),
            old.lastSeen(),
            deleted));
    removeSmallRowsOf(account);
  }

  private Account living(long account) {
    Account found = existing(accounts, account);
    Check.that(!found.isDeleted(), "%s is deleted", found);
    return found;
  }

  @Override
  public Optional<Room> room(long id) {
    return Optional.ofNullable(rooms.get(id));
  }

  @Override
  public Optional<Room> roomNamed(String name) {
    return Optional.ofNullable(openRooms.get(name)).map(rooms::get);
  }

  @Override
  public void addRoom(Room room) {
    Check.that(!room.closed(), "%s is closed from the start", room);
    advanceTo(room.id());
    insert(rooms, room.id(), room);
    insert(openRooms, room.name(), room.id());
    insert(members, room.id(), new TreeMap<>());
  }

  @Override
  public void closeRoom(long id) {
    Room old = existing(rooms, id);
    Check.that(!old.closed() && membersOf(id).isEmpty(), "%s is closed", old);
    put(rooms, id, new Room(old.id(), old.name(), old.topic(), old.isPrivate(), true));
    remove(openRooms, old.name());
    removeInvitationsTo(id);
  }

  @Override
  public void setTopic(long id, String topic) {
    Room old = existing(rooms, id);
    put(rooms, id, new Room(old.id(), old.name(), topic, old.isPrivate(), old.closed()));
  }

  @Override
  public Optional<RoomMember> member(long room, long account) {
    return Optional.ofNullable(membersOf(room).get(account));
  }

  @Override
  public void addMember(RoomMember member) {
    advanceTo(member.joined());
    existing(accounts, member.account());
    Check.that(!existing(rooms, member.room()).closed(), "%s joins a closed room", member);
    insert(existing(members, member.room()), member.account(), member);
  }

  @Override
  public void removeMember(long room, long account) {
    remove(existing(members, room), account);
  }

  @Override
  public void setRole(long room, long account, RoomRole role) {
    RoomMember old = existing(existing(members, room), account);
    put(membersOf(room), account, new RoomMember(room, account, role, old.joined()));
  }

  @Override
  public int memberCount(long room) {
    return membersOf(room).size();
  }

  @Override
  public int ownerCount(long room) {
    return (int) membersOf(room).values().stream().filter(m -> m.role() == RoomRole.OWNER).count();
  }

  @Override
  public Optional<RoomMember> successor(long room, long leaving) {
    return membersOf(room).values().stream()
        .filter(member -> member.account() != leaving)
        .min(
            Comparator.comparing(RoomMember::role)
                .reversed()
                .thenComparingLong(RoomMember::joined));
  }

  @Override
  public List<Long> roomsOf(long account) {
    return members.keySet().stream().filter(room -> member(room, account).isPresent()).toList();
  }

  @Override
  public Optional<Message> message(long id) {
    return Optional.ofNullable(messageById.get(id));
  }

  @Override
  public long lastSeq(ConversationId conversation) {
    return lastSeqs.getOrDefault(conversation, 0L);
  }

  @Override
  public void addMessage(Message message) {
    Check.that(
        message.seq() == lastSeq(message.conversation()) + 1 && message.time() == time,
        "%s after seq %d at %d",
        message,
        lastSeq(message.conversation()),
        time);
    advanceTo(message.id());
    append(messages, message);
    insert(messageById, message.id(), message);
    put(lastSeqs, message.conversation(), message.seq());
    put(readSeqs, new Reader(message.sender(), message.conversation()), message.seq());
    remember(RememberedRequest.of(message.id(), message.time(), message.request()));
  }

  @Override
  public void addMention(long message, long account, ConversationId room, long seq) {
    Check.that(
        existing(messageById, message).seq() == seq && member(room.roomId(), account).isPresent(),
        "message %d mentions account %d",
        message,
        account);
    advanceTo(message);
    append(mentions, new Mention(message, account, room, seq));
  }

  @Override
  public void editMessage(long message, String text, long edited) {
    Message old = existing(messageById, message);
    Check.that(!old.deleted() && edited == time, "%s is edited at %d", old, edited);
    replace(old.withText(text, edited));
  }

  @Override
  public void deleteMessage(long message) {
    Message old = existing(messageById, message);
    Check.that(!old.deleted(), "%s is deleted twice", old);
    replace(old.asTombstone());
    if (reactions.containsKey(message)) {
      remove(reactions, message);
    }
  }

  private void replace(Message message) {
    int at = Collections.binarySearch(messages, message, Comparator.comparingLong(Message::id));
    Message old = messages.set(at, message);
    journal.changed(() -> messages.set(at, old));
    put(messageById, message.id(), message);
  }

  @Override
  public void addChange(MessageChange change) {
    advanceTo(change.id());
    if (!changes.isEmpty()) {
      MessageChange last = changes.getLast();
      Check.that(
          change.id() > last.id() || change.part() == last.part() + 1, "%s after %s", change, last);
    }
    append(changes, change);
  }

  @Override
  public boolean isHidden(long account, ConversationId conversation, long seq) {
    return hidden(account, conversation).anyMatch(change -> change.seq() == seq);
  }

  @Override
  public int hiddenCount(long account, ConversationId conversation) {
    return (int) hidden(account, conversation).count();
  }

  private Stream<MessageChange> hidden(long account, ConversationId conversation) {
    return changes.stream()
        .filter(change -> change.kind() == MessageChange.Kind.HIDDEN)
        .filter(
            change -> change.account() == account && change.conversation().equals(conversation));
  }

  @Override
  public List<Reaction> reactions(long message) {
    return List.copyOf(reactionsTo(message).values());
  }

  private Map<Long, Reaction> reactionsTo(long message) {
    return Objects.requireNonNullElseGet(reactions.get(message), TreeMap::new);
  }

  @Override
  public void addReaction(Reaction reaction) {
    Check.that(
        !existing(messageById, reaction.message()).deleted(), "%s to a deleted one", reaction);
    Map<Long, Reaction> rows = reactionsTo(reaction.message());
    if (rows.isEmpty()) {
      put(reactions, reaction.message(), rows);
    }
    insert(rows, reaction.id(), reaction);
  }

  @Override
  public void removeReaction(Reaction reaction) {
    Map<Long, Reaction> rows = existing(reactions, reaction.message());
    remove(rows, reaction.id());
    if (rows.isEmpty()) {
      remove(reactions, reaction.message());
    }
  }

  @Override
  public long readSeq(long account, ConversationId conversation) {
    return readSeqs.getOrDefault(new Reader(account, conversation), 0L);
  }

  @Override
  public void addMark(long id, long account, ConversationId conversation, long seq) {
    Check.that(
        seq > readSeq(account, conversation) && seq <= lastSeq(conversation),
        "account %d reads up to %d of %s",
        account,
        seq,
        conversation);
    advanceTo(id);
    append(marks, new Mark(id, account, conversation, seq));
    put(readSeqs, new Reader(account, conversation), seq);
  }

  @Override
  public void addRoomEvent(ChatEvent.RoomChanged event) {
    advanceTo(event.id());
    if (!roomEvents.isEmpty()) {
      ChatEvent.RoomChanged last = roomEvents.getLast();
      Check.that(
          event.id() > last.id() || event.part() == last.part() + 1, "%s after %s", event, last);
    }
    append(roomEvents, event);
  }

  @Override
  public void addRequest(RememberedRequest request, Outcome outcome) {
    Check.that(
        outcome.id() == request.id() && !(outcome instanceof Outcome.Sent),
        "%s is remembered for %s",
        outcome,
        request);
    advanceTo(request.id());
    insert(outcomes, request.id(), outcome);
    remember(request);
  }

  @Override
  public Optional<Outcome> requestOutcome(long id) {
    return Optional.ofNullable(outcomes.get(id));
  }

  @Override
  public void onRemembered(RememberedRequest request) {
    Check.that(
        !requests.isEmpty() && requests.getLast().equals(request),
        "%s is remembered, and is not the newest row",
        request);
  }

  @Override
  public void newestRequests(long since, int limit, Consumer<RememberedRequest> into) {
    int from = requests.size();
    while (from > 0 && requests.size() - from < limit && requests.get(from - 1).time() >= since) {
      from--;
    }
    requests.subList(from, requests.size()).forEach(into);
  }

  private void remember(RememberedRequest request) {
    if (!requests.isEmpty()) {
      RememberedRequest last = requests.getLast();
      Check.that(
          request.id() > last.id() && request.time() >= last.time(), "%s after %s", request, last);
    }
    append(requests, request);
  }

  /// Rows are appended in log order: an id below the newest one means a command applied twice.
  private void advanceTo(long id) {
    long before = newestId;
    Check.that(id >= before, "a row of command %d after one of %d", id, before);
    newestId = id;
    journal.changed(() -> newestId = before);
  }

  private Map<Long, RoomMember> membersOf(long room) {
    return Objects.requireNonNullElseGet(members.get(room), TreeMap::new);
  }
}
