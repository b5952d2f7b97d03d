package holdfast.console;

/// One thing in a conversation's text, as the console keeps it.
sealed interface Entry {
  /// When, ms.
  long time();

  /// What somebody said.
  ///
  /// @param seq 0 as long as it is not replicated
  /// @param key of a message sent from here, until it is replicated or has failed; else 0
  record Message(long seq, long key, String sender, String text, long time, boolean failed)
      implements Entry {

    static Message said(long seq, String sender, String text, long time) {
      return new Message(seq, 0, sender, text, time, false);
    }

    /// Typed here and not acknowledged.
    static Message queued(long key, String sender, String text, long time) {
      return new Message(0, key, sender, text, time, false);
    }

    boolean isQueued() {
      return key != 0;
    }

    Message replicated(long itsSeq, long itsTime) {
      return new Message(itsSeq, 0, sender, text, itsTime, false);
    }

    Message notSent() {
      return new Message(0, 0, sender, text, time, true);
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
