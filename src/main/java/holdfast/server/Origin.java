package holdfast.server;

import holdfast.replication.ServerId;

/// Where a proposal came from.
sealed interface Origin {
  /// Whether it is answered only once every voter that is up has it.
  boolean ackAll();

  /// A client of this server's.
  record Local(WriteLane lane, PendingWrite write) implements Origin {
    @Override
    public boolean ackAll() {
      return write.ackAll;
    }
  }

  /// Another server forwarded it.
  record Remote(ServerId from, long lane, long number, boolean ackAll) implements Origin {}

  /// Of this server itself: nobody waits.
  record Own() implements Origin {
    @Override
    public boolean ackAll() {
      return false;
    }
  }
}
