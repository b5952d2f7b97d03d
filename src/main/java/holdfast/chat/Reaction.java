package holdfast.chat;

/// An account's emoji at a message.
///
/// @param id the id of the REACT that put it there
/// @param message the message's id
public record Reaction(long id, long message, String emoji, long account) {}
