package holdfast.chat;

/// What became of one message: a row for those who were away, and for whoever has copied the
/// message meanwhile.
///
/// @param id the command that did it
/// @param part numbers the rows of one command from 0
/// @param message the message's id
/// @param account who did it
/// @param emoji of a reaction; else empty
public record MessageChange(
    long id,
    int part,
    Kind kind,
    long message,
    ConversationId conversation,
    long seq,
    long account,
    String emoji) {
  /// What was done to it.
  public enum Kind {
    EDITED,
    DELETED,
    /// On the side of the account alone.
    HIDDEN,
    REACTED,
    UNREACTED
  }
}
