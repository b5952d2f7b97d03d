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

  long sentNanos;

  /// How often it was handed over, and that was not refused: in all, and under the present
  /// numbering.
  private int sends;

  private int numberedSends;

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
    return sends > 0;
  }

  void handedOver(long nowNanos) {
    sentNanos = nowNanos;
    out = true;
    sends++;
    numberedSends++;
  }

  /// One of the times that it was handed over under the present numbering the primary certainly did
  /// not log it. That says nothing of the other times: one that is primary no more, or whose disk
  /// is full by now, may have logged it before.
  void refused() {
    out = false;
    if (numberedSends > 0) {
      sends--;
      numberedSends--;
    }
  }

  /// Its lane is numbered anew: whatever is said of the number it had is not heard any more.
  void unnumber() {
    number = 0;
    out = false;
    numberedSends = 0;
  }
}
