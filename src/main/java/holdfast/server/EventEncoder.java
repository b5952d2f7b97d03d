package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.chat.ChatEvent.RoomChange;
import holdfast.chat.ConversationId;
import holdfast.wire.ClientCodec;
import holdfast.wire.Cursor;
import holdfast.wire.ServerEvent;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;

/// Turns events of the chat into frames as one receiver sees them: a direct conversation is named
/// after the other party, and a request_id is shown to its sender only.
final class EventEncoder {
  private final LongFunction<String> accountName;
  private final LongFunction<String> roomName;

  /// The two functions give the name that belongs to an id (rooms with `#`).
  EventEncoder(LongFunction<String> accountName, LongFunction<String> roomName) {
    this.accountName = accountName;
    this.roomName = roomName;
  }

  /// How `receiver` names the conversation.
  String conversationName(ConversationId conversation, long receiver) {
    return conversation.isRoom()
        ? roomName.apply(conversation.roomId())
        : "@" + accountName.apply(conversation.other(receiver));
  }

  /// What `receiver` gets when `account` is typing.
  byte[] typing(long account, ConversationId conversation, long receiver) {
    return ClientCodec.event(
        new ServerEvent.Typing(
            conversationName(conversation, receiver), accountName.apply(account)));
  }

  /// The frame that `receiver` gets, if the event shows itself to clients at all.
  Optional<byte[]> frame(ChatEvent event, long receiver) {
    String cursor = Cursor.text(event.id(), event.part());
    return switch (event) {
      case ChatEvent.MessageSent m ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.Message(
                      conversationName(m.conversation(), receiver),
                      m.seq(),
                      accountName.apply(m.sender()),
                      m.text(),
                      m.time(),
                      m.replyTo(),
                      m.sender() == receiver ? Optional.of(m.requestId()) : Optional.empty(),
                      m.edited() == 0 ? Optional.empty() : Optional.of(m.edited()),
                      m.deleted(),
                      cursor)));
      case ChatEvent.MessageEdited e ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.MessageEdited(
                      conversationName(e.conversation(), receiver),
                      e.seq(),
                      e.text(),
                      e.edited(),
                      cursor)));
      case ChatEvent.MessagesDeleted d ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.MessageDeleted(
                      conversationName(d.conversation(), receiver), d.seqs(), cursor)));
      case ChatEvent.Reacted r ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.Reaction(
                      conversationName(r.conversation(), receiver),
                      r.seq(),
                      accountName.apply(r.account()),
                      r.emoji(),
                      r.removed(),
                      cursor)));
      case ChatEvent.ReadMoved r ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.Read(
                      conversationName(r.conversation(), receiver),
                      accountName.apply(r.account()),
                      r.seq(),
                      cursor)));
      case ChatEvent.RoomChanged c ->
          Optional.of(
              ClientCodec.event(
                  new ServerEvent.Room(
                      roomName.apply(c.room()),
                      c.change().name().toLowerCase(Locale.ROOT),
                      accountName.apply(c.account()),
                      accountName.apply(c.by()),
                      detail(c, RoomChange.ROLE).map(role -> role.toLowerCase(Locale.ROOT)),
                      detail(c, RoomChange.TOPIC),
                      cursor)));
      case ChatEvent.TokensVoided t -> Optional.empty();
    };
  }

  /// What was set, if this is a change of that kind. A change of role of long ago does not say.
  private static Optional<String> detail(ChatEvent.RoomChanged changed, RoomChange kind) {
    boolean says =
        changed.change() == kind && (kind == RoomChange.TOPIC || !changed.detail().isEmpty());
    return says ? Optional.of(changed.detail()) : Optional.empty();
  }
}
