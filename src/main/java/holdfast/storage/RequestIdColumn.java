package holdfast.storage;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;

/// How a client's request_id is stored: as text, or, if it holds a surrogate without its partner,
/// as the blob of its UTF-16 units. Text would turn such a unit into a question mark, and a server
/// that was restarted would then no longer recognise a repeat that the others do.
final class RequestIdColumn {
  private RequestIdColumn() {}

  static void write(Query query, int position, String requestId) {
    if (isText(requestId)) {
      query.set(position, requestId);
    } else {
      query.set(position, unitsOf(requestId));
    }
  }

  static String read(ResultSet row, int column) throws SQLException {
    return row.getObject(column) instanceof byte[] units ? textOf(units) : row.getString(column);
  }

  private static boolean isText(String requestId) {
    for (int i = 0; i < requestId.length(); ) {
      int codePoint = requestId.codePointAt(i);
      if (isLoneSurrogate(codePoint)) {
        return false;
      }
      i += Character.charCount(codePoint);
    }
    return true;
  }

  /// A code point in the surrogates' range is one without its partner.
  private static boolean isLoneSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  // The charsets of the library replace what they cannot encode, in UTF-16 too.
  private static byte[] unitsOf(String text) {
    ByteBuffer units = ByteBuffer.allocate(Character.BYTES * text.length());
    units.asCharBuffer().put(text);
    return units.array();
  }

  private static String textOf(byte[] units) {
    return ByteBuffer.wrap(units).asCharBuffer().toString();
  }
}
