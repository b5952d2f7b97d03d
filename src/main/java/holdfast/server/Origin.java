package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.wire.Ack;

/// Where a proposal came from.
sealed interface Origin {
  /// Who must have it on disk before it is answered.
  Ack ack();

  /// A client of this server's.
  record Local(WriteLane lane, PendingWrite write) implements Origin {
    @Override
    public Ack ack() {
      return write.ack;
    }
  }

  /// Another server forwarded it.
  record Remote(ServerId from, long lane, long number, Ack ack) implements Origin {}

  /// Of this server itself: nobody waits.
  record Own() implements Origin {
    @Override
    public Ack ack() {
      return Ack.MAJORITY;
    }
  }
}
