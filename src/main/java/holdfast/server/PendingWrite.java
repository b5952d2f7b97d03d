package holdfast.server;

import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.wire.Ack;
import java.util.Optional;

/// A client's write from the moment the replica thread takes it until it is answered. Owned by the
/// replica thread.
final class PendingWrite {
  final RequestKey key;

  /// The command's bytes without its time.
  final byte[] body;

  final Ack ack;

  /// Whether the client gave the request_id itself, so that it can repeat, and the rule of order
  /// applies.
  final boolean repeatable;

  final WriteReply reply;
  final long arrivedNanos;

  /// Its place in its lane's present numbering, from 1; 0: none yet.
  long number;

  /// Handed over under the present numbering, and not refused since.
  boolean out;

  /// Under how many numberings it was handed over without a refusal.
  int attempts;

  long sentNanos;

  /// Set once applied, while ack=all still waits for disks.
  Optional<Applied> applied = Optional.empty();

  /// With ack=all: how many voters have it; 0 until known.
  int acked;

  record Applied(Outcome outcome, boolean repeat) {}

  PendingWrite(
      RequestKey key,
      byte[] body,
      Ack ack,
      boolean repeatable,
      WriteReply reply,
      long arrivedNanos) {
    this.key = key;
    this.body = body;
    this.ack = ack;
    this.repeatable = repeatable;
    this.reply = reply;
    this.arrivedNanos = arrivedNanos;
  }

  /// Whether it stands or stood in some log: it may be committed one day, whatever happens now.
  boolean mayBeLogged() {
    return attempts > 0;
  }

  /// The primary certainly did not log it this time.
  void refused() {
    if (out) {
      out = false;
      attempts--;
    }
  }
}
