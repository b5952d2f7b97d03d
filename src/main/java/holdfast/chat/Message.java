package holdfast.chat;

import java.util.Optional;

/// A stored message: the row that SEND appends, as EDIT and DELETE have left it.
///
/// @param id the id of the SEND; rows stand in log order
/// @param seq its number in the conversation, from 1 without gaps
/// @param replyTo the id of the message answered
/// @param replyToSeq that message's seq
/// @param request what recognises a repeat of the SEND
/// @param edited time of its last EDIT; 0: as it was sent
/// @param deleted only a tombstone is left, without a text
public record Message(
    long id,
    ConversationId conversation,
    long seq,
    long sender,
    long time,
    String text,
    Optional<Long> replyTo,
    Optional<Long> replyToSeq,
    RequestKey request,
    long edited,
    boolean deleted) {
  /// A message as it was sent.
  public Message(
      long id,
      ConversationId conversation,
      long seq,
      long sender,
      long time,
      String text,
      Optional<Long> replyTo,
      Optional<Long> replyToSeq,
      RequestKey request) {
    this(id, conversation, seq, sender, time, text, replyTo, replyToSeq, request, 0, false);
  }

  /// The same with another text, since `time`.
  public Message withText(String newText, long time) {
    return new Message(
        id,
        conversation,
        seq,
        sender,
        this.time,
        newText,
        replyTo,
        replyToSeq,
        request,
        time,
        false);
  }

  /// What is left of it when it is deleted.
  public Message asTombstone() {
    return new Message(
        id, conversation, seq, sender, time, "", replyTo, replyToSeq, request, 0, true);
  }
}
