package holdfast.server;

import holdfast.chat.Outcome;
import java.util.OptionalInt;

/// Who waits for a write. Exactly one of `applied`, `accepted` and `failed` is called, once, on the
/// replica thread; neither may block.
interface WriteReply {
  /// It is committed and applied here. A repeat was applied before; `outcome` is then the first
  /// one.
  ///
  /// @param acked with ack=all: how many voters have it on disk
  void applied(Outcome outcome, boolean repeat, OptionalInt acked);

  /// With ack=all: it is applied and its events are about to go out, but its OK, which must come
  /// first on its own connection, still waits for disks. May be called more than once.
  default void appliedButNotAcked() {}

  /// With ack=primary: it is on the primary's disk, and nothing more will be told.
  void accepted();

  /// Whether whoever waits needs the outcome, so that ack=primary is not enough.
  default boolean needsOutcome() {
    return false;
  }

  void failed(RequestRefused refusal);
}
