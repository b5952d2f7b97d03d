package holdfast.wire;

import holdfast.replication.PeerMessage;
import java.util.List;
import java.util.Optional;

/// A frame of the peer port without its `type`, `term` and `server_id`. Core messages carry their
/// term themselves.
public sealed interface PeerFrame {
  /// A message between replicas; `HEARTBEAT` and `HEARTBEAT_ACK` travel with more, see below.
  record Core(PeerMessage message) implements PeerFrame {}

  /// HEARTBEAT, at least once a second with the table for STATUS.
  ///
  /// @param compactIndex every configured member has the log up to here: more may be compacted
  record Heartbeat(
      PeerMessage.Heartbeat message, Optional<List<ServerStatus>> servers, long compactIndex)
      implements PeerFrame {}

  record HeartbeatAck(PeerMessage.HeartbeatAck message, Report report) implements PeerFrame {}

  /// What a backup tells of itself.
  ///
  /// @param time its wall clock, ms since the epoch
  /// @param digestIndex a multiple of 1,000, or 0
  /// @param digest running digest up to there, hex
  record Report(
      long lagMs, long time, long digestIndex, String digest, int clients, String version) {}

  /// A client's write: `session` is the connection's number on the sender, `number` runs from 1 for
  /// each session and term. `command` is the bytes of the command without time.
  record Forward(long term, long session, long number, byte[] command, boolean ackAll)
      implements PeerFrame {}

  /// At commit: where it stands, and with ack=all how many voters have it.
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

  /// Who is online on the sender: with `all` the whole list (in parts; the first part has `first`),
  /// else a change.
  record Presence(long term, boolean all, boolean first, List<Long> online, List<Long> offline)
      implements PeerFrame {}
}
