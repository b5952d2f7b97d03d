package holdfast.wire;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.json.JsonMapper;

/// The JSON parsers of every codec, with the limits that hold for all frames.
final class Json {
  /// Levels of objects and arrays, the frame itself counted.
  static final int DEPTH_MAX = 32;

  /// The largest integer that every JSON reader holds exactly.
  static final long INTEGER_MAX = (1L << 53) - 1;

  /// Parser buffers kept for the next frame. A bounded pool, since the default kind keeps one set
  /// per thread, and each connection has threads of its own.
  private static final int BUFFERS_KEPT = 32;

  /// Bytes of a field's name; a longer one is in no protocol.
  private static final int NAME_BYTES_MAX = 1_024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS_KEPT))
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(NAME_BYTES_MAX)
                  .build())
          .build();

  static final JsonMapper TREES = JsonMapper.builder(FACTORY).build();

  private Json() {}

  /// A parser of the first `length` bytes.
  static JsonParser parser(byte[] line, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), line, 0, length);
  }

  /// What is said of text that is no JSON: where, never what.
  static FrameException broken(JacksonException e) {
    TokenStreamLocation location = e.getLocation();
    long offset = location == null ? -1 : location.getByteOffset();
    return FrameException.badFrame(
        offset < 0
            ? "the line is not one JSON object within the limits"
            : "the line is not one JSON object within the limits, see byte " + offset);
  }
}
