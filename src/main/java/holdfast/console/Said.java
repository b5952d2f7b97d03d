package holdfast.console;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;

/// A message as the console shows it, whether it was pushed, fetched or sent from here.
record Said(String conversation, String sender, String text, long time) {
  static Said of(ServerEvent.Message message) {
    return new Said(message.conversation(), message.sender(), message.text(), message.time());
  }

  static Said of(String conversation, OkPayload.HistoryMessage message) {
    return new Said(conversation, message.sender(), message.text(), message.time());
  }
}
