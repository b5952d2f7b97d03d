package holdfast.chat;

import java.util.List;
import java.util.Optional;

/// What a command made visible to clients. `id` is the command's, `part` numbers the events of one
/// command from 0.
public sealed interface ChatEvent {
  long id();

  int part();

  /// To both parties, or to the room's members at this point of the log. `replyTo` is the seq of
  /// the message answered. Whoever was away is told of the message as it is by then: `edited` (0:
  /// never), or `deleted` and without a text.
  record MessageSent(
      long id,
      int part,
      ConversationId conversation,
      long seq,
      long sender,
      long time,
      String text,
      Optional<Long> replyTo,
      String requestId,
      long edited,
      boolean deleted)
      implements ChatEvent {
    /// A message that was sent just now.
    public MessageSent(
        long id,
        int part,
        ConversationId conversation,
        long seq,
        long sender,
        long time,
        String text,
        Optional<Long> replyTo,
        String requestId) {
      this(id, part, conversation, seq, sender, time, text, replyTo, requestId, 0, false);
    }

    /// The sending of `message`, told as the message is now.
    public static MessageSent of(Message message) {
      return new MessageSent(
          message.id(),
          0,
          message.conversation(),
          message.seq(),
          message.sender(),
          message.time(),
          message.text(),
          message.replyToSeq(),
          message.request().requestId(),
          message.edited(),
          message.deleted());
    }

    /// The same of a message that has another text since `time`.
    public MessageSent withText(String newText, long time) {
      return new MessageSent(
          id, part, conversation, seq, sender, this.time, newText, replyTo, requestId, time, false);
    }

    /// The same of a message that is deleted.
    public MessageSent asTombstone() {
      return new MessageSent(
          id, part, conversation, seq, sender, time, "", replyTo, requestId, 0, true);
    }
  }

  /// The message `message` has another text since `edited`. To both parties, or to the room's
  /// members. Whoever was away is told the text that it has by then, and nothing if it is deleted.
  record MessageEdited(
      long id,
      int part,
      ConversationId conversation,
      long seq,
      long message,
      String text,
      long edited)
      implements ChatEvent {
    /// The same of a message that has another text since `time`.
    public MessageEdited withText(String newText, long time) {
      return new MessageEdited(id, part, conversation, seq, message, newText, time);
    }
  }

  /// Messages are deleted for everyone: to both parties, or to the room's members. Or, with
  /// `hidden`, on the side of `account` alone, and only it is told. `seqs` and `messages` (their
  /// ids) ascend.
  record MessagesDeleted(
      long id,
      int part,
      ConversationId conversation,
      List<Long> seqs,
      List<Long> messages,
      long account,
      boolean hidden)
      implements ChatEvent {
    public MessagesDeleted {
      seqs = List.copyOf(seqs);
      messages = List.copyOf(messages);
    }
  }

  /// `account` put `emoji` to a message, or took it away. To both parties, or to the room's
  /// members.
  record Reacted(
      long id,
      int part,
      ConversationId conversation,
      long seq,
      long account,
      String emoji,
      boolean removed)
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
