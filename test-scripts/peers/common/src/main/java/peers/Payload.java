package peers;

/// The chat message that is written: about 150 bytes of JSON that hold their id.
public final class Payload {
  private static final String BEFORE = "{\"type\":\"message\",\"id\":";
  private static final String AFTER =
      ",\"room\":\"general\",\"from\":\"alice\",\"ts\":1700000000000,"
          + "\"body\":\"the quick brown fox jumps over the lazy dog 0123456789\"}";
  private static final int ID_DIGITS = 12;
  private static final String ID_FIELD = "\"id\":";

  private Payload() {}

  public static String of(long id) {
    String digits = Long.toString(id);
    return BEFORE + "0".repeat(ID_DIGITS - digits.length()) + digits + AFTER;
  }

  /// The id within a message.
  public static long id(String payload) {
    int at = payload.indexOf(ID_FIELD) + ID_FIELD.length();
    return Long.parseLong(payload, at, at + ID_DIGITS, 10);
  }
}
