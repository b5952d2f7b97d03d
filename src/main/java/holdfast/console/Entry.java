package holdfast.console;

/// One thing in a conversation's text, as the console keeps it.
sealed interface Entry {
  /// When, ms.
  long time();

  /// What somebody said.
  ///
  /// @param seq 0 as long as it is not replicated
  /// @param key of a message sent from here, until it is replicated or has failed; else 0
  record Message(
      long seq, long key, String sender, String text, long time, boolean failed, Extras extras)
      implements Entry {

    static Message said(long seq, String sender, String text, long time, Extras extras) {
      return new Message(seq, 0, sender, text, time, false, extras);
    }

    /// Typed here and not acknowledged.
    static Message queued(long key, String sender, String text, long time, Extras extras) {
      return new Message(0, key, sender, text, time, false, extras);
    }

    boolean isQueued() {
      return key != 0;
    }

    Message replicated(long itsSeq, long itsTime) {
      return new Message(itsSeq, 0, sender, text, itsTime, false, extras);
    }

    Message notSent() {
      return new Message(0, 0, sender, text, time, true, extras);
    }

    Message edited(String newText) {
      return new Message(seq, key, sender, newText, time, failed, extras.nowEdited());
    }

    Message deleted() {
      return new Message(seq, key, sender, "", time, failed, extras.nowDeleted());
    }

    Message with(Extras changed) {
      return new Message(seq, key, sender, text, time, failed, changed);
    }
  }

  /// A word from the console itself.
  record Note(Kind kind, String text, long time) implements Entry {}

  /// How a note looks.
  enum Kind {
    INFO,
    ERROR,
    /// A row of a list, not to be wrapped.
    ROW
  }
}
