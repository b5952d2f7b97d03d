package holdfast.chat;

/// What applying a command returned. For a repeat it is the first outcome; `id` is then the first
/// command's.
public sealed interface Outcome {
  /// The id of the command that did it; the client's `index`.
  long id();

  /// Done; nothing more to tell.
  record Done(long id) implements Outcome {}

  /// A message was stored.
  record Sent(long id, ConversationId conversation, long seq, long time) implements Outcome {}

  /// Nothing changed. `message` says what to do, in one sentence.
  record Refused(long id, Refusal code, String message) implements Outcome {}
}
