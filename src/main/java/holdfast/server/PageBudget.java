package holdfast.server;

import holdfast.wire.OkPayload;
import java.util.List;
import java.util.Map;

/// How many bytes a page's items take on the wire, so that a page ends before its frame grows too
/// large (DESIGN 10.21).
///
/// @param pageBytes what all items of a page may take
record PageBudget(long pageBytes) {
  /// What stands around the items: type, id, `more`.
  private static final int FRAME_BYTES = 1_024;

  /// Field names, numbers and names of one item.
  private static final int ITEM_BYTES = 512;

  /// A name with quotes and comma, and what its emoji has around it.
  private static final int REACTION_BYTES = 40;

  /// The longest form of a character that must be escaped.
  private static final int ESCAPE_BYTES = 6;

  static PageBudget forFrames(long frameBytesMax) {
    return new PageBudget(frameBytesMax - FRAME_BYTES);
  }

  long of(OkPayload.HistoryMessage message) {
    long bytes = ITEM_BYTES + textBytes(message.text());
    for (Map.Entry<String, List<String>> reaction : message.reactions().entrySet()) {
      bytes += textBytes(reaction.getKey()) + (long) REACTION_BYTES * reaction.getValue().size();
    }
    return bytes;
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
