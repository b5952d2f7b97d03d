package holdfast.console;

/// A message as it is printed.
record Said(String conversation, String sender, String text, long time) {
  static Said of(String conversation, Entry.Message message) {
    String text =
        message.extras().deleted()
            ? "(deleted)"
            : message.text() + (message.extras().edited() ? " (edited)" : "");
    return new Said(conversation, message.sender(), text, message.time());
  }
}
