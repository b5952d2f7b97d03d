package holdfast.server;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatState;
import holdfast.chat.ConversationId;
import holdfast.chat.Room;
import holdfast.wire.Cursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Who is signed in on this server, and the pushing of events to them: each once, in log order. A
/// connection that resumes is first brought up to date (from memory, or by `CatchUp` from the
/// database), then goes live. Owned by the replica thread.
final class Deliveries {
  /// No account: an event that looks the same to all.
  private static final long NOBODY = 0;

  /// Members of a room connected here beyond which nobody is told that somebody is typing there.
  private static final int TYPING_ROOM_MAX = 256;

  private final ChatState state;
  private final Directory directory;
  private final RecentEvents recent;
  private final EventEncoder encoder;
  private final Map<Long, Set<ClientSession>> byAccount = new HashMap<>();
  private final LiveRooms liveRooms = new LiveRooms();
  private final Set<ClientSession> signedIn = new LinkedHashSet<>();

  Deliveries(ChatState state, Directory directory, long appliedId) {
    this.state = state;
    this.directory = directory;
    this.recent = new RecentEvents(appliedId);
    this.encoder = new EventEncoder(this::accountName, this::roomName);
  }

  /// Signs a connection in. True: this is the account's first connection here.
  boolean attach(ClientSession session, Login login) {
    Set<ClientSession> sessions =
        byAccount.computeIfAbsent(login.account(), a -> new LinkedHashSet<>());
    sessions.add(session);
    signedIn.add(session);
    return sessions.size() == 1;
  }

  /// Signs a connection out. True: it was the account's last one here.
  boolean detach(ClientSession session, Login login) {
    signedIn.remove(session);
    session.live = false;
    liveRooms.leaveAll(session);
    Set<ClientSession> sessions = byAccount.get(login.account());
    if (sessions == null || !sessions.remove(session) || !sessions.isEmpty()) {
      return false;
    }
    byAccount.remove(login.account());
    return true;
  }

  Collection<ClientSession> signedIn() {
    return List.copyOf(signedIn);
  }

  /// Nobody is signed in here.
  boolean isEmpty() {
    return signedIn.isEmpty();
  }

  Collection<Long> accountsOnline() {
    return List.copyOf(byAccount.keySet());
  }

  /// Brings the connection from `position` to now out of memory, and makes it live. False: memory
  /// does not reach back that far, or the connection's queue is full; the position reached is in
  /// `session.position`.
  boolean goLive(ClientSession session, Login login) {
    Set<Long> rooms = new TreeSet<>(state.roomsOf(login.account()));
    Set<EventChains.Party> parties = parties(login.account(), rooms);
    if (!recent.coversAfter(session.position, parties)) {
      return false;
    }
    Set<Long> left = leftBy(login.account(), session.position);
    left.forEach(room -> parties.add(EventChains.Party.room(room)));
    List<ChatEvent> missed = asTheyAre(missed(login.account(), parties, session.position));
    Set<Long> hidden = hiddenBy(login.account(), missed);
    takeBack(login.account(), missed, rooms);
    rooms.addAll(left);
    long command = session.position.id();
    for (ChatEvent event : missed) {
      if (event.id() != command) {
        rooms.removeAll(left);
        left.clear();
        command = event.id();
      }
      boolean shown = !(event instanceof ChatEvent.MessageSent m && hidden.contains(m.id()));
      if (shown && concerns(event, login.account(), rooms, left)) {
        Optional<byte[]> frame = encoder.frame(event, login.account());
        if (frame.isPresent() && !session.offer(frame.get())) {
          return false;
        }
      }
      session.position = new Cursor.Position(event.id(), event.part());
    }
    session.position = recent.endAfter(session.position);
    session.live = true;
    rooms.removeAll(left);
    rooms.forEach(room -> liveRooms.enter(session, room));
    return true;
  }

  private static Set<EventChains.Party> parties(long account, Set<Long> rooms) {
    Set<EventChains.Party> parties = new HashSet<>();
    parties.add(EventChains.Party.account(account));
    rooms.forEach(room -> parties.add(EventChains.Party.room(room)));
    return parties;
  }

  /// The events after `position` that may concern `account`: those of `own`, which are itself and
  /// its rooms of now, and of every room that it came to or left since.
  private List<ChatEvent> missed(
      long account, Set<EventChains.Party> own, Cursor.Position position) {
    Set<EventChains.Party> parties = new HashSet<>(own);
    for (ChatEvent event : recent.after(position, List.of(EventChains.Party.account(account)))) {
      if (event instanceof ChatEvent.RoomChanged changed) {
        parties.add(EventChains.Party.room(changed.room()));
      }
    }
    return recent.after(position, parties);
  }

  /// The rooms that `account` left by the command at `position`, up to there: it hears of the
  /// command's other parts, too.
  private Set<Long> leftBy(long account, Cursor.Position position) {
    Set<Long> left = new TreeSet<>();
    for (ChatEvent event :
        recent.after(
            new Cursor.Position(position.id(), -1), List.of(EventChains.Party.account(account)))) {
      if (event.id() != position.id() || event.part() > position.part()) {
        break;
      }
      if (event instanceof ChatEvent.RoomChanged changed
          && changed.account() == account
          && changed.change().isDeparture()) {
        left.add(changed.room());
      }
    }
    return left;
  }

  /// The same with the present text in what tells of editing, and without that of messages deleted
  /// since; the sending of messages is kept so anyway.
  private static List<ChatEvent> asTheyAre(List<ChatEvent> missed) {
    Map<Long, ChatEvent.MessageEdited> newest = new HashMap<>();
    Set<Long> deleted = new HashSet<>();
    List<ChatEvent> newestFirst = new ArrayList<>();
    for (ChatEvent event : missed.reversed()) {
      switch (event) {
        case ChatEvent.MessageEdited e -> {
          ChatEvent.MessageEdited last = newest.computeIfAbsent(e.message(), _ -> e);
          if (!deleted.contains(e.message())) {
            newestFirst.add(e.withText(last.text(), last.edited()));
          }
        }
        case ChatEvent.MessagesDeleted d -> {
          if (!d.hidden()) {
            deleted.addAll(d.messages());
          }
          newestFirst.add(d);
        }
        default -> newestFirst.add(event);
      }
    }
    return newestFirst.reversed();
  }

  /// Those of the messages that `account` has hidden from itself meanwhile: they are as if they had
  /// never come.
  private static Set<Long> hiddenBy(long account, List<ChatEvent> missed) {
    Set<Long> hidden = new TreeSet<>();
    for (ChatEvent event : missed) {
      if (event instanceof ChatEvent.MessagesDeleted d && d.hidden() && d.account() == account) {
        hidden.addAll(d.messages());
      }
    }
    return hidden;
  }

  /// Makes of `rooms`, those of `account` today, those before the first of `missed`: its own
  /// comings and goings are taken back.
  private static void takeBack(long account, List<ChatEvent> missed, Set<Long> rooms) {
    for (ChatEvent event : missed.reversed()) {
      if (event instanceof ChatEvent.RoomChanged changed && changed.account() == account) {
        if (changed.change().isArrival()) {
          rooms.remove(changed.room());
        } else if (changed.change().isDeparture()) {
          rooms.add(changed.room());
        }
      }
    }
  }

  /// Whether the event is for `account`, a member of `rooms` before it; moves `rooms` on. Whoever
  /// leaves hears of everything that its leaving causes: the room goes to `left` until the command
  /// is over.
  private static boolean concerns(ChatEvent event, long account, Set<Long> rooms, Set<Long> left) {
    return switch (event) {
      case ChatEvent.MessageSent m -> isParty(m.conversation(), account, rooms);
      case ChatEvent.MessageEdited e -> isParty(e.conversation(), account, rooms);
      case ChatEvent.MessagesDeleted d ->
          d.hidden() ? d.account() == account : isParty(d.conversation(), account, rooms);
      case ChatEvent.Reacted r -> isParty(r.conversation(), account, rooms);
      case ChatEvent.ReadMoved r ->
          r.conversation().isRoom() ? r.account() == account : r.conversation().isDirectOf(account);
      case ChatEvent.RoomChanged c -> {
        boolean before = rooms.contains(c.room());
        boolean own = c.account() == account;
        if (own && c.change().isArrival()) {
          rooms.add(c.room());
        } else if (own && c.change().isDeparture()) {
          left.add(c.room());
        }
        yield before || own;
      }
      case ChatEvent.TokensVoided t -> t.account() == account;
    };
  }

  private static boolean isParty(ConversationId conversation, long account, Set<Long> rooms) {
    return conversation.isRoom()
        ? rooms.contains(conversation.roomId())
        : conversation.isDirectOf(account);
  }

  /// Pushes what one command made visible.
  void deliver(List<ChatEvent> events) {
    for (ChatEvent event : events) {
      recent.add(event);
      switch (event) {
        case ChatEvent.MessageSent m -> toParties(event, m.conversation(), m.sender());
        case ChatEvent.MessageEdited e -> {
          recent.revise(e.message(), sent -> sent.withText(e.text(), e.edited()));
          toParties(event, e.conversation(), NOBODY);
        }
        case ChatEvent.MessagesDeleted d -> {
          if (d.hidden()) {
            toAccount(event, d.account());
          } else {
            d.messages().forEach(id -> recent.revise(id, ChatEvent.MessageSent::asTombstone));
            toParties(event, d.conversation(), NOBODY);
          }
        }
        case ChatEvent.Reacted r -> toParties(event, r.conversation(), NOBODY);
        case ChatEvent.ReadMoved r -> {
          if (r.conversation().isRoom()) {
            toAccount(event, r.account());
          } else {
            toParties(event, r.conversation(), r.account());
          }
        }
        case ChatEvent.RoomChanged c -> onRoomChanged(c);
        case ChatEvent.TokensVoided t -> {
          if (t.deleted()) {
            directory.markDeleted(t.account());
          }
        }
      }
    }
    // Whoever left hears of everything that the leaving caused.
    for (ChatEvent event : events) {
      if (event instanceof ChatEvent.RoomChanged c && c.change().isDeparture()) {
        for (ClientSession session : byAccount.getOrDefault(c.account(), Set.of())) {
          liveRooms.leave(session, c.room());
        }
      }
    }
  }

  /// Tells the others in the conversation, as far as they are connected here and keep up, that
  /// `account` is typing.
  void tellTyping(long account, ConversationId conversation) {
    if (conversation.isRoom()) {
      Collection<ClientSession> inRoom = liveRooms.in(conversation.roomId());
      if (inRoom.size() <= TYPING_ROOM_MAX) {
        tellTyping(account, conversation, inRoom);
      }
    } else if (conversation.isDirectOf(account)) {
      long other = conversation.other(account);
      if (!state.isBlocked(other, account)) {
        tellTyping(account, conversation, byAccount.getOrDefault(other, Set.of()));
      }
    }
  }

  private void tellTyping(
      long account, ConversationId conversation, Collection<ClientSession> sessions) {
    Optional<byte[]> frame = Optional.empty();
    for (ClientSession session : sessions) {
      long receiver = session.accountOrZero();
      if (session.live && receiver != account) {
        if (frame.isEmpty()) {
          // The same for all: in a direct conversation there is one other account.
          frame = Optional.of(encoder.typing(account, conversation, receiver));
        }
        session.offer(frame.get());
      }
    }
  }

  private void toParties(ChatEvent event, ConversationId conversation, long actor) {
    if (conversation.isRoom()) {
      toRoom(event, conversation.roomId(), actor);
      return;
    }
    toAccount(event, conversation.low());
    if (conversation.high() != conversation.low()) {
      toAccount(event, conversation.high());
    }
  }

  private void toAccount(ChatEvent event, long account) {
    Set<ClientSession> sessions = byAccount.get(account);
    if (sessions == null) {
      return;
    }
    Optional<byte[]> frame = Optional.empty();
    for (ClientSession session : sessions) {
      if (session.live) {
        if (frame.isEmpty()) {
          frame = encoder.frame(event, account);
        }
        frame.ifPresent(session::pushEvent);
      }
    }
  }

  /// To the room's live connections; encoded once for the actor's own, once for all others.
  private void toRoom(ChatEvent event, long room, long actor) {
    Optional<byte[]> own = Optional.empty();
    Optional<byte[]> others = Optional.empty();
    for (ClientSession session : liveRooms.in(room)) {
      if (session.accountOrZero() == actor) {
        if (own.isEmpty()) {
          own = encoder.frame(event, actor);
        }
        own.ifPresent(session::pushEvent);
      } else {
        if (others.isEmpty()) {
          others = encoder.frame(event, 0);
        }
        others.ifPresent(session::pushEvent);
      }
    }
  }

  private void onRoomChanged(ChatEvent.RoomChanged changed) {
    long room = changed.room();
    switch (changed.change()) {
      case CREATED, JOINED -> {
        learnRoom(room);
        for (ClientSession session : byAccount.getOrDefault(changed.account(), Set.of())) {
          if (session.live) {
            liveRooms.enter(session, room);
          }
        }
        toRoom(changed, room, changed.account());
      }
      case LEFT, KICKED, ROLE, TOPIC -> toRoom(changed, room, changed.account());
      case INVITED -> {
        learnRoom(room);
        toRoom(changed, room, changed.account());
        toAccount(changed, changed.account());
      }
      case CLOSED -> {
        toRoom(changed, room, changed.account());
        liveRooms.close(room);
        directory.forgetRoomName(room);
      }
    }
  }

  /// The connections of an account whose tokens were voided.
  List<ClientSession> sessionsOf(long account) {
    return new ArrayList<>(byAccount.getOrDefault(account, Set.of()));
  }

  private Optional<Room> learnRoom(long id) {
    Optional<Room> room = state.room(id);
    room.filter(r -> !r.closed()).ifPresent(r -> directory.learnOpenRoom(r.id(), r.name()));
    return room;
  }

  private String accountName(long id) {
    return directory
        .cachedAccountName(id)
        .orElseGet(() -> {
          Optional<Account> account = state.account(id);
          account.ifPresent(directory::learn);
          return account.map(Account::username).orElse("?" + id);
        });
  }

  private String roomName(long id) {
    return directory
        .cachedRoomName(id)
        .orElseGet(() -> learnRoom(id).map(Room::name).orElse("#?" + id));
  }
}
