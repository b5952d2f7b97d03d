package holdfast.chat;

import java.util.Optional;

/// A stored message: the row that SEND appends.
///
/// @param id the id of the SEND; rows stand in log order
/// @param seq its number in the conversation, from 1 without gaps
/// @param replyTo the id of the message answered
/// @param replyToSeq that message's seq
/// @param request what recognises a repeat of the SEND
public record Message(
    long id,
    ConversationId conversation,
    long seq,
    long sender,
    long time,
    String text,
    Optional<Long> replyTo,
    Optional<Long> replyToSeq,
    RequestKey request) {}
