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

  /// To the room's members before or after it, and to whom it is about. `account` is whom it is
  /// about, `by` who did it.
  ///
  /// @param detail the role's name, or the topic, that was set; else empty
  record RoomChanged(
      long id, int part, long room, RoomChange change, long account, long by, String detail)
      implements ChatEvent {
    public RoomChanged(long id, int part, long room, RoomChange change, long account, long by) {
      this(id, part, room, change, account, by, "");
    }
  }

  /// Every token of `account` of a generation before this one is void, since the account is
  /// `deleted` or for another reason. Not sent to clients as such: their connections are logged
  /// out.
  record TokensVoided(long id, int part, long account, long generation, boolean deleted)
      implements ChatEvent {}

  /// Names equal the protocol's `change`, in upper case.
  enum RoomChange {
    CREATED,
    JOINED,
    LEFT,
    INVITED,
    KICKED,
    ROLE,
    TOPIC,
    CLOSED;

    /// Whether whom it is about was a member before and is none after it.
    public boolean isDeparture() {
      return this == LEFT || this == KICKED;
    }

    /// Whether whom it is about was no member before and is one after it.
    public boolean isArrival() {
      return this == CREATED || this == JOINED;
    }
  }
}
