package holdfast.console;

/// A message as it is printed.
record Said(String conversation, String sender, String text, long time) {
  static Said of(String conversation, Entry.Message message) {
    return new Said(conversation, message.sender(), message.text(), message.time());
  }
}
