package holdfast.wire;

import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The fields of one JSON object: scalars as they are, `null` as absent, and whatever is nested as
/// its reader made it. A name that stands twice is refused, since two readers could take it for two
/// different things.
final class Fields {
  /// Reads a field that is an array or an object; the parser stands on its opening bracket and must
  /// be left on the closing one.
  @FunctionalInterface
  interface Nested {
    /// What to keep; for what is of no interest, what `skip` returns.
    Object read(String name, JsonParser parser) throws FrameException;

    Nested SKIPPED = (name, parser) -> skip(parser);

    static Object skip(JsonParser parser) {
      parser.skipChildren();
      return Odd.NESTED;
    }
  }

  /// Values that no field of the protocol may have, kept for the error's sake.
  enum Odd {
    FRACTION,
    HUGE,
    NESTED,
    NULL
  }

  private static final int EXPECTED = 8;

  private String[] names = new String[EXPECTED];
  private Object[] values = new Object[EXPECTED];
  private int size;

  /// The fields of a text that is one JSON object and nothing else.
  static Fields document(byte[] json, Nested nested) throws FrameException {
    Fields fields = new Fields();
    fields.readDocument(json, json.length, nested);
    return fields;
  }

  /// The object that the parser stands on; anything else is skipped.
  static Object of(JsonParser parser, Nested nested) throws FrameException {
    if (!parser.isExpectedStartObjectToken()) {
      return Nested.skip(parser);
    }
    Fields fields = new Fields();
    fields.read(parser, nested);
    return fields;
  }

  /// Reads the first `length` bytes as one JSON object and nothing else. After a failure the fields
  /// before it are there.
  void readDocument(byte[] json, int length, Nested nested) throws FrameException {
    // Looked at here, since the parser would take a byte order mark, and guess other encodings.
    int start = 0;
    while (start < length && (json[start] == ' ' || json[start] == '\t')) {
      start++;
    }
    if (start == length || json[start] != '{') {
      throw FrameException.badFrame("the line is not a JSON object");
    }
    try (JsonParser parser = Json.parser(json, length)) {
      parser.nextToken();
      read(parser, nested);
      if (parser.nextToken() != null) {
        throw FrameException.badFrame("there is more on the line than one JSON object");
      }
    } catch (JacksonException e) {
      throw Json.broken(e);
    }
  }

  /// Reads an object's fields up to its closing bracket. After a failure the fields before it are
  /// there.
  ///
  /// @throws tools.jackson.core.JacksonException if the text is no JSON
  void read(JsonParser parser, Nested nested) throws FrameException {
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      if (indexOf(name) >= 0) {
        throw FrameException.badFrame("a field stands twice in one object");
      }
      add(name, value(name, parser.nextToken(), parser, nested));
    }
  }

  private static Object value(String name, JsonToken token, JsonParser parser, Nested nested)
      throws FrameException {
    return switch (token) {
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> Odd.NULL;
      case VALUE_NUMBER_FLOAT -> Odd.FRACTION;
      case START_ARRAY, START_OBJECT -> nested.read(name, parser);
      case END_ARRAY, END_OBJECT, NOT_AVAILABLE, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw FrameException.badFrame("a field without a value");
    };
  }

  private static Object integer(JsonParser parser) {
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      return Odd.HUGE;
    }
    return parser.getLongValue();
  }

  private void add(String name, Object value) {
    if (size == names.length) {
      names = Arrays.copyOf(names, size * 2);
      values = Arrays.copyOf(values, size * 2);
    }
    names[size] = name;
    values[size++] = value;
  }

  private int indexOf(String name) {
    for (int i = 0; i < size; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// The value of `name` as it was read; `Odd.NULL` when absent.
  private Object of(String name) {
    int index = indexOf(name);
    return index < 0 ? Odd.NULL : values[index];
  }

  boolean has(String name) {
    return of(name) != Odd.NULL;
  }

  boolean isText(String name) {
    return of(name) instanceof String;
  }

  boolean isInteger(String name) {
    return of(name) instanceof Long;
  }

  Optional<String> text(String name) throws FrameException {
    return optional(name, String.class, "a string");
  }

  String needText(String name) throws FrameException {
    return need(name, text(name));
  }

  /// An integer within [min, max].
  Optional<Long> integer(String name, long min, long max) throws FrameException {
    Object value = of(name);
    if (value == Odd.NULL) {
      return Optional.empty();
    }
    if (value instanceof Long number && number >= min && number <= max) {
      return Optional.of(number);
    }
    throw FrameException.badRequest("`" + name + "` must be an integer from " + min + " to " + max);
  }

  long needInteger(String name, long min, long max) throws FrameException {
    return need(name, integer(name, min, max));
  }

  /// A number of 0 or more: a term, an index, a count, a time.
  long needCount(String name) throws FrameException {
    return needInteger(name, 0, Json.INTEGER_MAX);
  }

  int needInt(String name) throws FrameException {
    return (int) needInteger(name, 0, Integer.MAX_VALUE);
  }

  boolean flag(String name) throws FrameException {
    return optional(name, Boolean.class, "true or false").orElse(false);
  }

  boolean needFlag(String name) throws FrameException {
    return need(name, optional(name, Boolean.class, "true or false"));
  }

  /// What the nested reader made of `name`; `what` is the kind in words.
  <T> Optional<T> nested(String name, Class<T> type, String what) throws FrameException {
    return optional(name, type, what);
  }

  <T> T needNested(String name, Class<T> type, String what) throws FrameException {
    return need(name, optional(name, type, what));
  }

  private <T> Optional<T> optional(String name, Class<T> type, String what) throws FrameException {
    Object value = of(name);
    if (value == Odd.NULL) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw FrameException.badRequest("`" + name + "` must be " + what);
    }
    return Optional.of(type.cast(value));
  }

  private static <T> T need(String name, Optional<T> value) throws FrameException {
    if (value.isEmpty()) {
      throw FrameException.badRequest("`" + name + "` is missing");
    }
    return value.get();
  }
}
