package holdfast.wire;

import java.util.Optional;

/// The fields of a request frame itself.
///
/// @param id the client's `id` as JSON text (a number, or a string with its quotes), given back as
///   it came
/// @param requestId makes a repeat of a write recognisable; 1–64 characters
/// @param minIndex an `index` from an earlier OK: answer only once that much is applied
public record RequestHeader(
    Optional<String> id,
    Optional<String> requestId,
    Optional<String> minIndex,
    Ack ack,
    ReadLevel read) {
  public static final RequestHeader PLAIN =
      new RequestHeader(
          Optional.empty(), Optional.empty(), Optional.empty(), Ack.MAJORITY, ReadLevel.LOCAL);
}
