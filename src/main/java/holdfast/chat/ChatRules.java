package holdfast.chat;

import holdfast.chat.ChatEvent.RoomChange;
import java.util.List;
import java.util.Optional;

/// The rules of the chat, checked when a command is applied, whatever the server that took the
/// request had checked: others may have come between. A refusal changes nothing. Which one, when
/// several fit, follows PROTOCOL's order, save that a stranger to a room is told only that.
final class ChatRules {
  private final ChatState state;
  private final ChatLimits limits;
  private final MessageRules messages;

  ChatRules(ChatState state, ChatLimits limits) {
    this.state = state;
    this.limits = limits;
    this.messages = new MessageRules(state);
  }

  /// Applies a write that was not applied before.
  Outcome write(ChatChange change, Command.Write write) {
    long actor = write.request().account();
    if (!(write instanceof Command.Register) && state.account(actor).isEmpty()) {
      return change.refused(
          Refusal.NOT_LOGGED_IN, "this account is gone; sign in as another, or sign up");
    }
    return switch (write) {
      case Command.Register register -> register(change, register);
      case Command.LogoutAll _ -> logoutAll(change, actor);
      case Command.Send send -> send(change, actor, send);
      case Command.Edit edit ->
          barred(change, actor, edit.conversation())
              .orElseGet(() -> messages.edit(change, actor, edit));
      case Command.Delete delete ->
          barred(change, actor, delete.conversation())
              .orElseGet(() -> messages.delete(change, actor, delete));
      case Command.React react ->
          barred(change, actor, react.conversation())
              .orElseGet(() -> messages.react(change, actor, react));
      case Command.MarkRead mark -> markRead(change, actor, mark);
      case Command.CreateRoom create -> createRoom(change, actor, create);
      case Command.JoinRoom join -> joinRoom(change, actor, join.room());
      case Command.LeaveRoom leave -> leaveRoom(change, actor, leave.room());
    };
  }

  /// The accounts were last seen at `time`.
  void seen(List<Long> accounts, long time) {
    for (long account : accounts) {
      if (state.account(account).isPresent()) {
        state.setLastSeen(account, time);
      }
    }
  }

  private Outcome register(ChatChange change, Command.Register register) {
    if (state.accountNamed(register.username()).isPresent()) {
      return change.refused(
          Refusal.USERNAME_TAKEN, register.username() + " is taken; choose another name");
    }
    state.addAccount(
        new Account(
            change.id(),
            register.username(),
            register.passwordHash(),
            0,
            change.time(),
            change.time()));
    return change.done();
  }

  private Outcome logoutAll(ChatChange change, long account) {
    state.setGeneration(account, state.account(account).orElseThrow().generation() + 1);
    change.emit(part -> new ChatEvent.TokensVoided(change.id(), part, account));
    return change.done();
  }

  private Outcome send(ChatChange change, long sender, Command.Send send) {
    ConversationId conversation = send.conversation();
    Optional<Outcome> barred = barred(change, sender, conversation);
    if (barred.isPresent()) {
      return barred.get();
    }
    Optional<Long> replyToSeq = Optional.empty();
    if (send.replyTo().isPresent()) {
      replyToSeq = seqOf(send.replyTo().get(), conversation);
      if (replyToSeq.isEmpty()) {
        return MessageRules.noSuchMessage(change);
      }
    }
    long seq = state.lastSeq(conversation) + 1;
    state.addMessage(
        new Message(
            change.id(),
            conversation,
            seq,
            sender,
            change.time(),
            send.text(),
            send.replyTo(),
            replyToSeq,
            send.request()));
    if (conversation.isRoom() && Mentions.mayBeIn(send.text())) {
      messages.mention(change.id(), conversation, seq, sender, send.text());
    }
    Optional<Long> answered = replyToSeq;
    change.emit(part ->
        new ChatEvent.MessageSent(
            change.id(),
            part,
            conversation,
            seq,
            sender,
            change.time(),
            send.text(),
            answered,
            send.request().requestId()));
    return new Outcome.Sent(change.id(), conversation, seq, change.time());
  }

  private Outcome markRead(ChatChange change, long reader, Command.MarkRead mark) {
    ConversationId conversation = mark.conversation();
    Optional<Outcome> barred = barred(change, reader, conversation);
    if (barred.isPresent()) {
      return barred.get();
    }
    if (mark.message() == 0) {
      return change.done();
    }
    Optional<Long> seq = seqOf(mark.message(), conversation);
    if (seq.isEmpty()) {
      return MessageRules.noSuchMessage(change);
    }
    if (seq.get() > state.readSeq(reader, conversation)) {
      state.addMark(change.id(), reader, conversation, seq.get());
      change.emit(
          part -> new ChatEvent.ReadMoved(change.id(), part, conversation, reader, seq.get()));
    }
    return change.done();
  }

  private Outcome createRoom(ChatChange change, long creator, Command.CreateRoom create) {
    if (state.roomNamed(create.room()).isPresent()) {
      return change.refused(
          Refusal.ROOM_EXISTS, create.room() + " exists; join it or choose another name");
    }
    if (state.roomsOf(creator).size() >= limits.roomsPerAccountMax()) {
      return tooManyRooms(change);
    }
    long room = change.id();
    state.addRoom(new Room(room, create.room(), create.topic(), create.isPrivate(), false));
    state.addMember(new RoomMember(room, creator, RoomRole.OWNER, change.id()));
    roomChanged(change, room, RoomChange.CREATED, creator, creator);
    return change.done();
  }

  private Outcome joinRoom(ChatChange change, long account, long roomId) {
    Optional<Room> room = openRoom(roomId);
    if (room.isEmpty()) {
      return noSuchRoom(change);
    }
    if (state.member(roomId, account).isPresent()) {
      return change.done();
    }
    if (room.get().isPrivate()) {
      return change.refused(
          Refusal.FORBIDDEN, room.get().name() + " is private; ask to be invited");
    }
    if (state.memberCount(roomId) >= limits.roomMembersMax()) {
      return change.refused(
          Refusal.LIMIT, room.get().name() + " is full; wait until somebody leaves");
    }
    if (state.roomsOf(account).size() >= limits.roomsPerAccountMax()) {
      return tooManyRooms(change);
    }
    state.addMember(new RoomMember(roomId, account, RoomRole.MEMBER, change.id()));
    ConversationId conversation = ConversationId.room(roomId);
    long last = state.lastSeq(conversation);
    if (last > state.readSeq(account, conversation)) {
      state.addMark(change.id(), account, conversation, last);
    }
    roomChanged(change, roomId, RoomChange.JOINED, account, account);
    return change.done();
  }

  private Outcome leaveRoom(ChatChange change, long account, long roomId) {
    if (openRoom(roomId).isEmpty()) {
      return noSuchRoom(change);
    }
    Optional<RoomMember> leaver = state.member(roomId, account);
    if (leaver.isEmpty()) {
      return notAMember(change);
    }
    boolean lastOwner = leaver.get().role() == RoomRole.OWNER && state.ownerCount(roomId) == 1;
    Optional<RoomMember> successor =
        lastOwner ? state.successor(roomId, account) : Optional.empty();
    state.removeMember(roomId, account);
    roomChanged(change, roomId, RoomChange.LEFT, account, account);
    if (successor.isPresent()) {
      long owner = successor.get().account();
      state.setRole(roomId, owner, RoomRole.OWNER);
      roomChanged(change, roomId, RoomChange.ROLE, owner, account);
    }
    if (state.memberCount(roomId) == 0) {
      state.closeRoom(roomId);
      roomChanged(change, roomId, RoomChange.CLOSED, account, account);
    }
    return change.done();
  }

  private void roomChanged(ChatChange change, long room, RoomChange what, long account, long by) {
    state.addRoomEvent(
        change.emit(part -> new ChatEvent.RoomChanged(change.id(), part, room, what, account, by)));
  }

  /// Why `account` may neither read nor write `conversation`, or empty. Decides only.
  private Optional<Outcome> barred(ChatChange change, long account, ConversationId conversation) {
    if (conversation.isRoom()) {
      if (openRoom(conversation.roomId()).isEmpty()) {
        return Optional.of(noSuchRoom(change));
      }
      return state.member(conversation.roomId(), account).isPresent()
          ? Optional.empty()
          : Optional.of(notAMember(change));
    }
    // The server that took the request makes the conversation of its user and somebody else; one
    // between two others is no mistake of a client's.
    if (!conversation.isDirectOf(account)) {
      return Optional.of(
          change.refused(Refusal.BAD_REQUEST, "that conversation is between two others"));
    }
    return state.account(conversation.other(account)).isPresent()
        ? Optional.empty()
        : Optional.of(change.refused(Refusal.NO_SUCH_USER, "that account is gone; check the name"));
  }

  private Optional<Room> openRoom(long room) {
    return state.room(room).filter(found -> !found.closed());
  }

  private Optional<Long> seqOf(long message, ConversationId conversation) {
    return state
        .message(message)
        .filter(found -> found.conversation().equals(conversation))
        .map(Message::seq);
  }

  private Outcome tooManyRooms(ChatChange change) {
    return change.refused(
        Refusal.LIMIT,
        "you are in "
            + limits.roomsPerAccountMax()
            + " rooms, which is the limit; leave one first");
  }

  private static Outcome noSuchRoom(ChatChange change) {
    return change.refused(Refusal.NO_SUCH_ROOM, "that room is closed; check the name");
  }

  private static Outcome notAMember(ChatChange change) {
    return change.refused(Refusal.NOT_A_MEMBER, "you are not a member of that room; join it first");
  }
}
