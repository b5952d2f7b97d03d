package holdfast.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What an OK carries. An absent Optional is written as `null` where the protocol lists the field,
/// and left out where it says so.
public sealed interface OkPayload {
  record Empty() implements OkPayload {}

  record HelpText(String text) implements OkPayload {}

  record Hello(
      int protocol,
      String cluster,
      String serverId,
      String role,
      long term,
      Optional<String> primary,
      List<ServerAddress> servers,
      boolean solo)
      implements OkPayload {}

  /// `why` is left out when there is a primary, `warning` (for an operator) when there is nothing
  /// to warn of.
  record Status(
      List<ServerStatus> servers,
      Optional<String> primary,
      long term,
      int quorum,
      int failuresTolerated,
      boolean solo,
      Optional<String> why,
      Optional<String> warning)
      implements OkPayload {}

  /// To every write that has nothing more to tell. `acked` only with ack=all.
  record Written(String index, OptionalInt acked) implements OkPayload {}

  /// To any write with ack=primary.
  record Accepted() implements OkPayload {}

  record Registered(String username, String index, OptionalInt acked) implements OkPayload {}

  record Sent(String conversation, long seq, long time, String index, OptionalInt acked)
      implements OkPayload {}

  record LoggedIn(
      String username,
      String token,
      String cursor,
      long unreadMessages,
      long unreadConversations,
      long lastSeen,
      boolean reset)
      implements OkPayload {}

  record Existence(boolean exists) implements OkPayload {}

  record PasswordSet(String token, String index, OptionalInt acked) implements OkPayload {}

  /// By name.
  record Preferences(Map<String, String> preferences) implements OkPayload {}

  record Users(List<User> users, boolean more) implements OkPayload {}

  /// `blocked`, which is left out when false: the one who asks blocks this account.
  record User(String username, boolean online, long lastSeen, boolean blocked) {}

  record Conversations(List<Conversation> conversations, boolean more) implements OkPayload {}

  /// `last` is null for a room without messages.
  record Conversation(
      String conversation,
      long lastSeq,
      long readSeq,
      long unread,
      long mentions,
      Optional<LastMessage> last) {}

  /// `text`: the first 200 code points; null on the wire, and empty here, when `deleted`.
  record LastMessage(long seq, String sender, String text, long time, boolean deleted) {
    /// A message that is not deleted.
    public LastMessage(long seq, String sender, String text, long time) {
      this(seq, sender, text, time, false);
    }
  }

  record History(List<HistoryMessage> messages, boolean more) implements OkPayload {}

  /// `senderDeleted`, which is left out when false: the sender's account is gone. `requestId` only
  /// on one's own messages. `text` is null on the wire, and empty here, when `deleted`.
  /// `reactions`: who put which emoji, the oldest first.
  record HistoryMessage(
      long seq,
      String sender,
      String text,
      long time,
      Optional<Long> edited,
      boolean deleted,
      Optional<Long> replyTo,
      Map<String, List<String>> reactions,
      Optional<String> requestId,
      boolean senderDeleted) {
    /// A message as it was sent.
    public HistoryMessage(
        long seq,
        String sender,
        String text,
        long time,
        Optional<Long> replyTo,
        Map<String, List<String>> reactions,
        Optional<String> requestId,
        boolean senderDeleted) {
      this(
          seq,
          sender,
          text,
          time,
          Optional.empty(),
          false,
          replyTo,
          reactions,
          requestId,
          senderDeleted);
    }
  }

  /// `next` is to be given as `before` for the next page; null when there is none.
  record Found(List<FoundMessage> messages, Optional<String> next, boolean more)
      implements OkPayload {}

  /// A message where it was found.
  record FoundMessage(String conversation, HistoryMessage message) {}

  record Rooms(List<RoomInfo> rooms, boolean more) implements OkPayload {}

  /// `invited` is left out when false.
  record RoomInfo(
      String room,
      String topic,
      boolean isPrivate,
      long members,
      boolean member,
      boolean invited) {}

  record Members(List<MemberInfo> members, boolean more) implements OkPayload {}

  /// `role`: owner, moderator or member.
  record MemberInfo(String username, String role, boolean online) {}

  /// `cursor` is null when `reset`.
  record Synced(Optional<String> cursor, boolean more, boolean reset) implements OkPayload {}

  /// What an operator proves the key over; good for one attempt.
  record AdminChallenge(String nonce) implements OkPayload {}

  /// Who is primary now, and in which term.
  record PrimaryMoved(String primary, long term) implements OkPayload {}

  /// A copy of the database that waits to be fetched.
  ///
  /// @param digest SHA-256 of the whole, hex
  /// @param logIndex the last command it has applied
  record BackupMade(String clusterId, long logIndex, long logTerm, long bytes, String digest)
      implements OkPayload {}

  /// Some of that copy.
  ///
  /// @param data bytes of the copy from `offset` on, base64; empty at its end
  record BackupPiece(long offset, String data) implements OkPayload {}

  /// What a walk over a server's tables found.
  ///
  /// @param logIndex the walk took what was written up to here
  /// @param digestIndex a multiple of 1,000, or 0
  /// @param digest the running digest there, hex; absent if it is not known any more
  /// @param faults sentences; none: all is well
  record Checked(
      long logIndex,
      long digestIndex,
      Optional<String> digest,
      List<TableCheck> tables,
      List<String> faults)
      implements OkPayload {}

  /// What could not be brought into the present timeline, a page of it.
  ///
  /// @param waiting how many commands are yet to be brought in
  /// @param count how many could not be, altogether
  record Unreplayables(long waiting, long count, List<UnreplayableCommand> commands, boolean more)
      implements OkPayload {}

  /// One of them, as it stood in the log that lost.
  ///
  /// @param position its place in the list, from 1
  /// @param time ms since the epoch
  /// @param command its bytes in the log, JSON
  record UnreplayableCommand(long position, long time, String command, String reason) {}

  /// Two servers with an equal `logIndex` must have equal rows.
  ///
  /// @param digest SHA-256 over the rows, hex
  record TableCheck(String table, long logIndex, long rows, String digest) {}
}
