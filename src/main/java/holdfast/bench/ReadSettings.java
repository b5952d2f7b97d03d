package holdfast.bench;

import holdfast.wire.ReadLevel;

/// What a load of reads is to be.
///
/// @param limit messages or conversations on a page
/// @param stored messages that are written before
/// @param connections to each server
public record ReadSettings(
    Kind kind,
    ReadLevel level,
    int limit,
    int outstanding,
    Timing timing,
    Through through,
    int stored,
    int conversations,
    int connections) {
  /// What is read.
  public enum Kind {
    /// The newest page of a direct conversation.
    HISTORY,
    /// A page from the middle of a direct conversation, as somebody who scrolls back asks for it.
    PAGING,
    /// The first page of an account's conversations.
    CONVERSATIONS,
    /// A search for a word that every message has.
    SEARCH_COMMON,
    /// A search for a word that none has: all of one's messages must be gone through.
    SEARCH_RARE
  }
}
