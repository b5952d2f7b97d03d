package holdfast.storage;

import holdfast.chat.ConversationId;

/// What the index has to know of one appended row. Sending a message also reads up to it.
sealed interface TailRow {
  long id();

  ConversationId conversation();

  /// The message's, or how far `account` has read.
  long seq();

  /// The sender or reader.
  long account();

  record Sent(long id, ConversationId conversation, long seq, long account) implements TailRow {}

  record Read(long id, ConversationId conversation, long seq, long account) implements TailRow {}
}
