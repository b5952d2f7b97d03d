package holdfast.server;

import holdfast.wire.OkPayload;

/// How many bytes a page's items take on the wire, so that a page ends before its frame grows too
/// large (DESIGN 10.21).
///
/// @param pageBytes what all items of a page may take
record PageBudget(long pageBytes) {
  /// What stands around the items: type, id, `more`.
  private static final int FRAME_BYTES = 1_024;

  /// Field names, numbers and names of one item.
  private static final int ITEM_BYTES = 512;

  /// The longest form of a character that must be escaped.
  private static final int ESCAPE_BYTES = 6;

  static PageBudget forFrames(long frameBytesMax) {
    return new PageBudget(frameBytesMax - FRAME_BYTES);
  }

  long of(OkPayload.HistoryMessage message) {
    return ITEM_BYTES + textBytes(message.text());
  }

  long of(OkPayload.Conversation conversation) {
    return ITEM_BYTES + conversation.last().map(last -> textBytes(last.text())).orElse(0L);
  }

  long of(OkPayload.RoomInfo room) {
    return ITEM_BYTES + textBytes(room.topic());
  }

  /// At least the length of `text` as a JSON string in UTF-8.
  private static long textBytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || c == 0x7f) {
        bytes += ESCAPE_BYTES;
      } else if (c < 0x80) {
        bytes += 1;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }
}
