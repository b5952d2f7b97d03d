package holdfast.storage;

import holdfast.chat.Account;
import holdfast.chat.Applied;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.MemoryChatState;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.chat.SearchQuery;
import holdfast.chat.SearchWords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What reads should return, worked out from the tables in memory without any index, and for each
/// event whom it concerned when it happened.
final class ChatModel {
  private final MemoryChatState state = new MemoryChatState();
  private final ChatMachine machine = new ChatMachine(state, StoreBench.LIMITS);
  private final TreeMap<String, Long> accounts = new TreeMap<>();
  private final TreeSet<Long> rooms = new TreeSet<>();
  private final Map<ConversationId, List<Long>> messages = new TreeMap<>();
  private final List<Told> events = new ArrayList<>();
  private long lastId;

  private record Told(ChatEvent event, Set<Long> accounts) {}

  Applied apply(Command command) {
    Map<Long, Set<Long>> before = membersByRoom();
    lastId++;
    Applied applied = machine.apply(lastId, command);
    if (!applied.repeat() && state.account(lastId).isPresent()) {
      accounts.put(state.account(lastId).get().username(), lastId);
    }
    if (state.room(lastId).isPresent()) {
      rooms.add(lastId);
    }
    state
        .message(lastId)
        .ifPresent(
            m -> messages.computeIfAbsent(m.conversation(), _ -> new ArrayList<>()).add(m.id()));
    for (ChatEvent event : applied.events()) {
      events.add(new Told(event, concerned(event, before)));
    }
    return applied;
  }

  private Set<Long> concerned(ChatEvent event, Map<Long, Set<Long>> before) {
    Set<Long> concerned = new TreeSet<>();
    switch (event) {
      case ChatEvent.MessageSent sent -> concerned.addAll(partiesOf(sent.conversation()));
      case ChatEvent.MessageEdited edited -> concerned.addAll(partiesOf(edited.conversation()));
      case ChatEvent.MessagesDeleted deleted -> {
        if (deleted.hidden()) {
          concerned.add(deleted.account());
        } else {
          concerned.addAll(partiesOf(deleted.conversation()));
        }
      }
      case ChatEvent.Reacted reacted -> concerned.addAll(partiesOf(reacted.conversation()));
      case ChatEvent.ReadMoved read -> {
        concerned.add(read.account());
        if (!read.conversation().isRoom()) {
          concerned.addAll(partiesOf(read.conversation()));
        }
      }
      case ChatEvent.RoomChanged changed -> {
        concerned.addAll(before.getOrDefault(changed.room(), Set.of()));
        concerned.addAll(state.accountsIn(changed.room()));
        concerned.add(changed.account());
      }
      case ChatEvent.TokensVoided _ -> {}
    }
    return concerned;
  }

  private List<Long> partiesOf(ConversationId conversation) {
    return conversation.isRoom()
        ? state.accountsIn(conversation.roomId())
        : List.of(conversation.low(), conversation.high());
  }

  private Map<Long, Set<Long>> membersByRoom() {
    Map<Long, Set<Long>> members = new TreeMap<>();
    for (long room : rooms) {
      members.put(room, new TreeSet<>(state.accountsIn(room)));
    }
    return members;
  }

  /// What a machine that was never restarted knows of a request.
  Optional<ChatMachine.Remembered> remembered(RequestKey key) {
    return machine.remembered(key);
  }

  MemoryChatState state() {
    return state;
  }

  long lastId() {
    return lastId;
  }

  List<Long> accountIds() {
    return List.copyOf(accounts.values());
  }

  List<Long> roomIds() {
    return List.copyOf(rooms);
  }

  /// Every conversation that has a message or could have one.
  List<ConversationId> conversations() {
    TreeSet<ConversationId> found = new TreeSet<>();
    rooms.forEach(room -> found.add(ConversationId.room(room)));
    for (long one : accounts.values()) {
      for (long other : accounts.values()) {
        found.add(ConversationId.direct(one, other));
      }
    }
    return List.copyOf(found);
  }

  List<Message> messagesOf(ConversationId conversation) {
    return messages.getOrDefault(conversation, List.of()).stream()
        .map(id -> state.message(id).orElseThrow())
        .toList();
  }

  /// The messages that `account` has not hidden from itself.
  private List<Message> shownTo(long account, ConversationId conversation) {
    return messagesOf(conversation).stream()
        .filter(m -> !state.isHidden(account, conversation, m.seq()))
        .toList();
  }

  private ShownMessage shown(Message message) {
    return new ShownMessage(message, state.reactions(message.id()));
  }

  Page<ShownMessage> history(
      long account,
      ConversationId conversation,
      OptionalLong before,
      OptionalLong after,
      int limit) {
    List<ShownMessage> all = shownTo(account, conversation).stream().map(this::shown).toList();
    if (after.isPresent()) {
      List<ShownMessage> newer =
          all.stream().filter(m -> m.message().seq() > after.getAsLong()).toList();
      return Page.cut(newer, limit);
    }
    List<ShownMessage> older =
        all.stream()
            .filter(m -> before.isEmpty() || m.message().seq() < before.getAsLong())
            .toList();
    int from = Math.max(0, older.size() - limit);
    return new Page<>(older.subList(from, older.size()), from > 0);
  }

  /// Everything that `account` finds, the newest first.
  List<ShownMessage> search(
      long account, SearchQuery query, Optional<ConversationId> conversation) {
    return state.messages().reversed().stream()
        .filter(m -> conversation.map(m.conversation()::equals).orElse(true))
        .filter(m -> partiesOf(m.conversation()).contains(account))
        .filter(m -> !m.deleted() && query.fits(SearchWords.of(m.text())))
        .filter(m -> !state.isHidden(account, m.conversation(), m.seq()))
        .map(this::shown)
        .toList();
  }

  /// The whole list of conversations of `account`.
  List<ConversationRow> conversationsOf(long account) {
    record Placed(long place, ConversationRow row) {}
    List<Placed> placed = new ArrayList<>();
    for (ConversationId conversation : conversations()) {
      List<Message> messages = messagesOf(conversation);
      boolean inside =
          conversation.isRoom() && state.member(conversation.roomId(), account).isPresent();
      if (!inside && (messages.isEmpty() || !conversation.isDirectOf(account))) {
        continue;
      }
      List<Message> shown = shownTo(account, conversation);
      long place =
          messages.isEmpty()
              ? state.member(conversation.roomId(), account).orElseThrow().joined()
              : messages.getLast().id();
      long readSeq = state.readSeq(account, conversation);
      placed.add(
          new Placed(
              place,
              new ConversationRow(
                  conversation,
                  messages.size(),
                  readSeq,
                  state.mentionsAfter(account, conversation, readSeq),
                  shown.isEmpty() ? Optional.empty() : Optional.of(shown.getLast()))));
    }
    placed.sort(Comparator.comparingLong(Placed::place).reversed());
    return placed.stream().map(Placed::row).toList();
  }

  /// With whom it has a direct conversation, but itself.
  List<Long> talksWith(long account) {
    return accounts.values().stream()
        .filter(other -> other != account)
        .filter(other -> !messagesOf(ConversationId.direct(account, other)).isEmpty())
        .sorted()
        .toList();
  }

  Unread unreadOf(long account) {
    long messages = 0;
    long conversations = 0;
    for (ConversationRow row : conversationsOf(account)) {
      messages += row.lastSeq() - row.readSeq();
      conversations += row.lastSeq() > row.readSeq() ? 1 : 0;
    }
    return new Unread(messages, conversations);
  }

  List<Account> users(String pattern) {
    return accounts.keySet().stream()
        .filter(name -> fits(pattern.replaceAll("\\*+", "*"), name))
        .map(name -> state.accountNamed(name).orElseThrow())
        .filter(account -> !account.isDeleted())
        .toList();
  }

  List<RoomRow> rooms(long account, String pattern) {
    return rooms.stream()
        .map(id -> state.room(id).orElseThrow())
        .filter(room -> !room.closed() && fits(pattern, room.name()))
        .map(room -> {
          boolean member = state.member(room.id(), account).isPresent();
          boolean invited = state.isInvited(room.id(), account);
          return new RoomRow(room, state.memberCount(room.id()), member, invited);
        })
        .filter(row -> row.member() || row.invited() || !row.room().isPrivate())
        .sorted(Comparator.comparing(row -> row.room().name()))
        .toList();
  }

  List<MemberRow> members(long room) {
    return state.accountsIn(room).stream()
        .map(account ->
            new MemberRow(
                account,
                state.account(account).orElseThrow().username(),
                state.member(room, account).orElseThrow().role()))
        .sorted(Comparator.comparing(MemberRow::username))
        .toList();
  }

  /// The events that concerned `account` after a position, up to the command `upToId`.
  List<ChatEvent> missed(long account, long afterId, int afterPart, long upToId) {
    return events.stream()
        .filter(told -> told.accounts().contains(account))
        .map(Told::event)
        .filter(event -> !isOfHidden(event, account))
        .flatMap(event -> asThingsAre(event).stream())
        .filter(event -> event.id() <= upToId)
        .filter(
            event -> event.id() > afterId || (event.id() == afterId && event.part() > afterPart))
        .toList();
  }

  private boolean isOfHidden(ChatEvent event, long account) {
    return event instanceof ChatEvent.MessageSent sent
        && state.isHidden(account, sent.conversation(), sent.seq());
  }

  /// A message is told as it is now, and an edit of a deleted one not at all.
  private Optional<ChatEvent> asThingsAre(ChatEvent event) {
    return switch (event) {
      case ChatEvent.MessageSent sent ->
          Optional.of(ChatEvent.MessageSent.of(state.message(sent.id()).orElseThrow()));
      case ChatEvent.MessageEdited edited -> {
        Message message = state.message(edited.message()).orElseThrow();
        yield message.deleted()
            ? Optional.empty()
            : Optional.of(
                new ChatEvent.MessageEdited(
                    edited.id(),
                    edited.part(),
                    edited.conversation(),
                    edited.seq(),
                    edited.message(),
                    message.text(),
                    message.edited()));
      }
      case ChatEvent.MessagesDeleted _,
          ChatEvent.Reacted _,
          ChatEvent.ReadMoved _,
          ChatEvent.RoomChanged _,
          ChatEvent.TokensVoided _ ->
          Optional.of(event);
    };
  }

  private static boolean fits(String pattern, String name) {
    int star = pattern.indexOf('*');
    if (star < 0) {
      return pattern.equals(name);
    }
    if (!name.startsWith(pattern.substring(0, star))) {
      return false;
    }
    for (int from = star; from <= name.length(); from++) {
      if (fits(pattern.substring(star + 1), name.substring(from))) {
        return true;
      }
    }
    return false;
  }
}
