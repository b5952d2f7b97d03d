package holdfast.chat;

import java.util.Optional;

/// What a command made visible to clients. `id` is the command's, `part` numbers the events of one
/// command from 0.
public sealed interface ChatEvent {
  long id();

  int part();

  /// To both parties, or to the room's members at this point of the log. `replyTo` is the seq of
  /// the message answered.
  record MessageSent(
      long id,
      int part,
      ConversationId conversation,
      long seq,
      long sender,
      long time,
      String text,
      Optional<Long> replyTo,
      String requestId)
      implements ChatEvent {}

  /// `account` has read up to `seq`. To both parties; in a room only to the reader.
  record ReadMoved(long id, int part, ConversationId conversation, long account, long seq)
      implements ChatEvent {}

  /// To the room's members before or after it. `account` is whom it is about, `by` who did it.
  record RoomChanged(long id, int part, long room, RoomChange change, long account, long by)
      implements ChatEvent {}

  /// Every token of `account` made before is void. Not sent to clients as such: their connections
  /// are logged out.
  record TokensVoided(long id, int part, long account) implements ChatEvent {}

  /// Names equal the protocol's `change`, in upper case.
  enum RoomChange {
    CREATED,
    JOINED,
    LEFT,
    ROLE,
    CLOSED
  }
}
