package holdfast.wire;

import holdfast.chat.ConversationId;
import holdfast.replication.LogPosition;
import holdfast.replication.MemberChange;
import holdfast.replication.PeerMessage;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A frame of the peer port without its `type`, `term` and `server_id`. Core messages carry their
/// term themselves.
public sealed interface PeerFrame {
  /// A message between replicas; `HEARTBEAT` and `HEARTBEAT_ACK` travel with more, see below.
  record Core(PeerMessage message) implements PeerFrame {}

  /// HEARTBEAT, at least once a second with the table for STATUS.
  record Heartbeat(PeerMessage.Heartbeat message, Optional<List<ServerStatus>> servers)
      implements PeerFrame {}

  record HeartbeatAck(PeerMessage.HeartbeatAck message, Report report) implements PeerFrame {}

  /// What a backup tells of itself.
  ///
  /// @param time its wall clock, ms since the epoch
  /// @param digestIndex a multiple of 1,000, or 0
  /// @param digest running digest up to there, hex
  /// @param vitals absent: an older version
  /// @param rescue absent: there is nothing of an earlier timeline
  record Report(
      long lagMs,
      long time,
      long digestIndex,
      String digest,
      int clients,
      String version,
      Optional<Vitals> vitals,
      Optional<Rescue> rescue) {}

  /// How many writes of an earlier timeline a server has that are to be logged again (`waiting`),
  /// and how many could not be.
  record Rescue(long waiting, long unreplayable) {
    public static final Rescue NONE = new Rescue(0, 0);
  }

  /// A client's write: `session` is the connection's number on the sender, `number` runs from 1 for
  /// each session and term. `command` is the bytes of the command without time.
  record Forward(long term, long session, long number, byte[] command, Ack ack)
      implements PeerFrame {}

  /// Where it stands: with ack=all at commit, and how many voters have it; with ack=primary as soon
  /// as it is on the primary's disk.
  record Forwarded(long term, long session, long number, long index, long entryTerm, int acked)
      implements PeerFrame {}

  /// The primary did not log it. GAP: an earlier number is missing, forward again from `expected`.
  record ForwardRefused(long term, long session, long number, String code, long expected)
      implements PeerFrame {
    public static final String GAP = "GAP";
  }

  record ReadIndex(long term, long readId) implements PeerFrame {}

  /// `index` is -1 when refused.
  record ReadIndexReply(long term, long readId, long index) implements PeerFrame {}

  /// A piece of a copy of the primary's database, or with no `data` an offer of it.
  ///
  /// @param digest SHA-256 of the whole copy, hex: its name
  /// @param bytes how long it is
  /// @param position the last command it has applied
  /// @param replaces to be installed although the receiver's log lacks nothing: its tables differ
  /// @param offset where `data` belongs
  /// @param checksum CRC-32C of `data`
  record Snapshot(
      long term,
      String digest,
      long bytes,
      LogPosition position,
      boolean replaces,
      long offset,
      byte[] data,
      long checksum)
      implements PeerFrame {
    /// The length of `digest`.
    public static final int DIGEST_CHARACTERS = 64;

    /// The checksum that belongs to `data`.
    public static long checksumOf(byte[] data) {
      CRC32C crc = new CRC32C();
      crc.update(data);
      return crc.getValue();
    }
  }

  /// What has become of a snapshot at its receiver, which has `held` of its bytes and a log that
  /// ends at `lastIndex`.
  record SnapshotAck(long term, String digest, State state, long held, long lastIndex)
      implements PeerFrame {
    /// How far it is.
    public enum State {
      /// The next piece is wanted.
      RECEIVING,
      /// All of it is there and is being verified.
      PREPARING,
      /// The server starts anew with it.
      INSTALLING,
      /// It is installed, or not needed.
      ENDED,
      /// It cannot be taken, now or ever.
      REFUSED
    }
  }

  /// What somebody wants of the membership, passed on to the primary; asked again until the answer
  /// is DONE or REFUSED.
  ///
  /// @param changeId the sender's number for it
  record Change(long term, long changeId, MemberChange change) implements PeerFrame {}

  /// How far the primary is with it.
  ///
  /// @param sentence why it is not done, empty if it is
  record ChangeReply(long term, long changeId, Progress progress, String sentence)
      implements PeerFrame {
    /// How far it is.
    public enum Progress {
      /// The log states it, for good.
      DONE,
      /// It is under way, or waits; ask again.
      LATER,
      /// It may not be.
      REFUSED
    }
  }

  /// Who is online on the sender: with `all` the whole list (in parts; the first part has `first`),
  /// else a change.
  record Presence(long term, boolean all, boolean first, List<Long> online, List<Long> offline)
      implements PeerFrame {}

  /// `account` is typing in `conversation`.
  record Typing(long term, long account, ConversationId conversation) implements PeerFrame {}
}
