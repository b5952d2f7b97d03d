package holdfast.chat;

import java.util.List;
import java.util.Optional;

/// The rules of the chat, checked when a command is applied, whatever the server that took the
/// request had checked: others may have come between. A refusal changes nothing. Which one, when
/// several fit, follows PROTOCOL's order, save that a stranger to a room is told only that.
final class ChatRules {
  private final ChatState state;
  private final MessageRules messages;
  private final RoomRules rooms;
  private final AccountRules accounts;

  ChatRules(ChatState state, ChatLimits limits) {
    this.state = state;
    this.rooms = new RoomRules(state, limits);
    this.messages = new MessageRules(state);
    this.accounts = new AccountRules(state, limits, rooms);
  }

  /// Applies a write that was not applied before.
  Outcome write(ChatChange change, Command.Write write) {
    long actor = write.request().account();
    if (!(write instanceof Command.Register) && !isThere(actor)) {
      return change.refused(
          Refusal.NOT_LOGGED_IN, "this account is gone; sign in as another, or sign up");
    }
    return switch (write) {
      case Command.Register register -> accounts.register(change, register);
      case Command.LogoutAll _ -> accounts.logoutAll(change, actor);
      case Command.SetPassword set -> accounts.setPassword(change, actor, set);
      case Command.DeleteAccount delete -> accounts.deleteAccount(change, actor, delete);
      case Command.SetPreference set -> accounts.setPreference(change, actor, set);
      case Command.Block block -> accounts.block(change, actor, block.blocked());
      case Command.Unblock unblock -> accounts.unblock(change, actor, unblock.blocked());
      case Command.Send send -> send(change, actor, send);
      case Command.Edit edit ->
          barredFromSending(change, actor, edit.conversation())
              .orElseGet(() -> messages.edit(change, actor, edit));
      case Command.Delete delete ->
          barred(change, actor, delete.conversation())
              .orElseGet(() -> messages.delete(change, actor, delete));
      case Command.React react ->
          (react.remove()
                  ? barred(change, actor, react.conversation())
                  : barredFromSending(change, actor, react.conversation()))
              .orElseGet(() -> messages.react(change, actor, react));
      case Command.MarkRead mark -> markRead(change, actor, mark);
      case Command.CreateRoom create -> rooms.create(change, actor, create);
      case Command.JoinRoom join -> rooms.join(change, actor, join.room());
      case Command.LeaveRoom leave -> rooms.leave(change, actor, leave.room());
      case Command.Invite invite -> rooms.invite(change, actor, invite);
      case Command.Kick kick -> rooms.kick(change, actor, kick);
      case Command.SetRole set -> rooms.setRole(change, actor, set);
      case Command.SetTopic set -> rooms.setTopic(change, actor, set);
    };
  }

  /// The accounts were last seen at `time`.
  void seen(List<Long> seen, long time) {
    accounts.seen(seen, time);
  }

  private Outcome send(ChatChange change, long sender, Command.Send send) {
    ConversationId conversation = send.conversation();
    Optional<Outcome> barred = barredFromSending(change, sender, conversation);
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

  /// Why `sender` may not write to `conversation`, or empty. Decides only. Asked for every message.
  private Optional<Outcome> barredFromSending(
      ChatChange change, long sender, ConversationId conversation) {
    if (conversation.isRoom()) {
      return rooms.barred(change, sender, conversation.roomId());
    }
    if (!conversation.isDirectOf(sender)) {
      return Optional.of(betweenTwoOthers(change));
    }
    long receiver = conversation.other(sender);
    if (!isThere(receiver)) {
      return Optional.of(AccountRules.noSuchUser(change));
    }
    return state.isBlocked(receiver, sender)
        ? Optional.of(
            change.refused(Refusal.BLOCKED, "they have blocked you and take no messages from you"))
        : Optional.empty();
  }

  private boolean isThere(long account) {
    Optional<Account> found = state.account(account);
    return found.isPresent() && !found.get().isDeleted();
  }

  /// Why `account` may neither read nor write `conversation`, or empty. Decides only.
  private Optional<Outcome> barred(ChatChange change, long account, ConversationId conversation) {
    if (conversation.isRoom()) {
      return rooms.barred(change, account, conversation.roomId());
    }
    if (!conversation.isDirectOf(account)) {
      return Optional.of(betweenTwoOthers(change));
    }
    // What was said with an account that is deleted stays to be read.
    return state.account(conversation.other(account)).isPresent()
        ? Optional.empty()
        : Optional.of(AccountRules.noSuchUser(change));
  }

  /// The server that took the request makes the conversation of its user and somebody else; one
  /// between two others is no mistake of a client's.
  private static Outcome betweenTwoOthers(ChatChange change) {
    return change.refused(Refusal.BAD_REQUEST, "that conversation is between two others");
  }

  private Optional<Long> seqOf(long message, ConversationId conversation) {
    return state
        .message(message)
        .filter(found -> found.conversation().equals(conversation))
        .map(Message::seq);
  }
}
