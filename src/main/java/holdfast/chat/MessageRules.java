package holdfast.chat;

import holdfast.chat.MessageChange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// The rules of what is done to messages that stand already. Whether the actor may be in the
/// conversation at all is asked before.
final class MessageRules {
  /// Different emoji at one message.
  static final int EMOJI_MAX = 20;

  /// Reactions to one message: they must fit into the frame of a page together with its text.
  static final int REACTIONS_MAX = 1_000;

  /// Messages of one conversation that an account may hide from itself, since a page of history
  /// passes over them.
  static final int HIDDEN_MAX = 10_000;

  private final ChatState state;

  MessageRules(ChatState state) {
    this.state = state;
  }

  Outcome edit(ChatChange change, long actor, Command.Edit edit) {
    Optional<Message> found = living(edit.message(), edit.conversation());
    if (found.isEmpty()) {
      return noSuchMessage(change);
    }
    Message message = found.get();
    if (message.sender() != actor) {
      return change.refused(Refusal.FORBIDDEN, "only its sender can edit a message");
    }
    state.editMessage(message.id(), edit.text(), change.time());
    state.addChange(changeOf(change.id(), 0, Kind.EDITED, message, actor, ""));
    change.emit(part ->
        new ChatEvent.MessageEdited(
            change.id(),
            part,
            message.conversation(),
            message.seq(),
            message.id(),
            edit.text(),
            change.time()));
    return change.done();
  }

  Outcome delete(ChatChange change, long actor, Command.Delete delete) {
    List<Message> messages = new ArrayList<>();
    for (long id : new TreeSet<>(delete.messages())) {
      Optional<Message> message = inConversation(id, delete.conversation());
      if (message.isEmpty()) {
        return noSuchMessage(change);
      }
      messages.add(message.get());
    }
    return delete.forMe()
        ? hide(change, actor, delete.conversation(), messages)
        : deleteForEveryone(change, actor, delete.conversation(), messages);
  }

  private Outcome deleteForEveryone(
      ChatChange change, long actor, ConversationId conversation, List<Message> messages) {
    boolean moderates =
        conversation.isRoom()
            && state
                .member(conversation.roomId(), actor)
                .filter(member -> member.role().compareTo(RoomRole.MODERATOR) >= 0)
                .isPresent();
    if (!moderates && messages.stream().anyMatch(message -> message.sender() != actor)) {
      return change.refused(
          Refusal.FORBIDDEN,
          "only its sender, or a moderator of the room, can delete a message for everyone");
    }
    messages.removeIf(Message::deleted);
    messages.forEach(message -> state.deleteMessage(message.id()));
    deleted(change, actor, conversation, messages, Kind.DELETED);
    return change.done();
  }

  private Outcome hide(
      ChatChange change, long actor, ConversationId conversation, List<Message> messages) {
    messages.removeIf(message -> state.isHidden(actor, conversation, message.seq()));
    if (!messages.isEmpty()
        && state.hiddenCount(actor, conversation) + messages.size() > HIDDEN_MAX) {
      return change.refused(
          Refusal.LIMIT,
          "you have hidden " + HIDDEN_MAX + " messages of this conversation, which is the limit");
    }
    deleted(change, actor, conversation, messages, Kind.HIDDEN);
    return change.done();
  }

  private void deleted(
      ChatChange change,
      long actor,
      ConversationId conversation,
      List<Message> messages,
      Kind kind) {
    if (messages.isEmpty()) {
      return;
    }
    for (int i = 0; i < messages.size(); i++) {
      state.addChange(changeOf(change.id(), i, kind, messages.get(i), actor, ""));
    }
    change.emit(part ->
        new ChatEvent.MessagesDeleted(
            change.id(),
            part,
            conversation,
            messages.stream().map(Message::seq).toList(),
            messages.stream().map(Message::id).toList(),
            actor,
            kind == Kind.HIDDEN));
  }

  Outcome react(ChatChange change, long actor, Command.React react) {
    Optional<Message> found = living(react.message(), react.conversation());
    if (found.isEmpty()) {
      return noSuchMessage(change);
    }
    Message message = found.get();
    List<Reaction> reactions = state.reactions(message.id());
    Optional<Reaction> own =
        reactions.stream()
            .filter(r -> r.account() == actor && r.emoji().equals(react.emoji()))
            .findFirst();
    if (own.isPresent() != react.remove()) {
      return change.done();
    }
    if (own.isPresent()) {
      state.removeReaction(own.get());
    } else {
      if (isFull(reactions, react.emoji())) {
        return change.refused(
            Refusal.LIMIT,
            "a message has at most %d reactions, of %d kinds".formatted(REACTIONS_MAX, EMOJI_MAX));
      }
      state.addReaction(new Reaction(change.id(), message.id(), react.emoji(), actor));
    }
    Kind kind = react.remove() ? Kind.UNREACTED : Kind.REACTED;
    state.addChange(changeOf(change.id(), 0, kind, message, actor, react.emoji()));
    change.emit(part ->
        new ChatEvent.Reacted(
            change.id(),
            part,
            message.conversation(),
            message.seq(),
            actor,
            react.emoji(),
            react.remove()));
    return change.done();
  }

  private static boolean isFull(List<Reaction> reactions, String emoji) {
    List<String> kinds = reactions.stream().map(Reaction::emoji).distinct().toList();
    return reactions.size() >= REACTIONS_MAX
        || (kinds.size() >= EMOJI_MAX && !kinds.contains(emoji));
  }

  /// Notes the members of the room whom a new message names, but for its sender.
  void mention(long id, ConversationId room, long seq, long sender, String text) {
    TreeSet<Long> mentioned = new TreeSet<>();
    for (String name : Mentions.namesIn(text)) {
      state
          .accountNamed(name)
          .map(Account::id)
          .filter(account -> account != sender)
          .filter(account -> state.member(room.roomId(), account).isPresent())
          .ifPresent(mentioned::add);
    }
    mentioned.forEach(account -> state.addMention(id, account, room, seq));
  }

  private Optional<Message> living(long message, ConversationId conversation) {
    return inConversation(message, conversation).filter(found -> !found.deleted());
  }

  private Optional<Message> inConversation(long message, ConversationId conversation) {
    return state.message(message).filter(found -> found.conversation().equals(conversation));
  }

  private static MessageChange changeOf(
      long id, int part, Kind kind, Message message, long actor, String emoji) {
    return new MessageChange(
        id, part, kind, message.id(), message.conversation(), message.seq(), actor, emoji);
  }

  static Outcome noSuchMessage(ChatChange change) {
    return change.refused(
        Refusal.NO_SUCH_MESSAGE, "that message is not in this conversation, or is deleted");
  }
}
