package holdfast.wire;

import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import java.util.List;
import java.util.Optional;

/// A client's request, parsed and checked as far as the frame alone allows: types, lengths, name
/// syntax (folded to lower case), limits. Whether what it names exists is for others to say.
public sealed interface ClientRequest {
  RequestHeader header();

  /// Changes replicated state.
  sealed interface Write extends ClientRequest {}

  /// A write about an account.
  sealed interface AccountWrite extends Write {}

  /// A write about messages, or how far they are read.
  sealed interface MessageWrite extends Write {}

  /// A write about a room.
  sealed interface RoomWrite extends Write {}

  /// Answered from this server's copy.
  sealed interface Read extends ClientRequest {}

  /// A read about accounts.
  sealed interface AccountRead extends Read {}

  /// A read about conversations and messages.
  sealed interface MessageRead extends Read {}

  /// A read about rooms.
  sealed interface RoomRead extends Read {}

  /// Made by whoever runs the servers. All but ADMIN are FORBIDDEN before the proof.
  sealed interface Operator extends ClientRequest {}

  /// Has the cluster change its members; any server may be asked, and again.
  sealed interface MemberRequest extends Operator {
    MemberChange change();
  }

  record Hello(RequestHeader header, Optional<String> client) implements ClientRequest {}

  record Ping(RequestHeader header) implements ClientRequest {}

  record Help(RequestHeader header) implements ClientRequest {}

  record Quit(RequestHeader header) implements ClientRequest {}

  record Status(RequestHeader header) implements ClientRequest {}

  /// Whether a name is taken; before signing up, so without login.
  record Exists(RequestHeader header, String username) implements ClientRequest {}

  record Register(RequestHeader header, String username, String password) implements AccountWrite {}

  /// Either username and password, or a token.
  record Login(
      RequestHeader header,
      Optional<String> username,
      Optional<String> password,
      Optional<String> token,
      Optional<String> cursor)
      implements ClientRequest {}

  /// Without `all` it concerns this connection only and is no write.
  record Logout(RequestHeader header, boolean all) implements AccountWrite {}

  record SetPassword(RequestHeader header, String old, String password) implements AccountWrite {}

  record DeleteAccount(RequestHeader header, String password) implements AccountWrite {}

  /// Without a value the preference is removed.
  record SetPreference(RequestHeader header, String name, Optional<String> value)
      implements AccountWrite {}

  record Block(RequestHeader header, String username) implements AccountWrite {}

  record Unblock(RequestHeader header, String username) implements AccountWrite {}

  /// `to`: `@account` or `#room`.
  record Send(RequestHeader header, String to, String text, Optional<Long> replyTo)
      implements MessageWrite {}

  record Edit(RequestHeader header, String conversation, long seq, String text)
      implements MessageWrite {}

  /// `seqs`: at least one, at most 64. `forMe`: on the caller's own side alone.
  record Delete(RequestHeader header, String conversation, List<Long> seqs, boolean forMe)
      implements MessageWrite {
    public Delete {
      seqs = List.copyOf(seqs);
    }
  }

  record React(RequestHeader header, String conversation, long seq, String emoji, boolean remove)
      implements MessageWrite {}

  /// Somebody is typing: told to the others, and neither written nor read.
  record Typing(RequestHeader header, String conversation) implements ClientRequest {}

  record MarkRead(RequestHeader header, String conversation, long seq) implements MessageWrite {}

  record CreateRoom(RequestHeader header, String room, String topic, boolean isPrivate)
      implements RoomWrite {}

  record JoinRoom(RequestHeader header, String room) implements RoomWrite {}

  record LeaveRoom(RequestHeader header, String room) implements RoomWrite {}

  record Invite(RequestHeader header, String room, String username) implements RoomWrite {}

  record Kick(RequestHeader header, String room, String username) implements RoomWrite {}

  /// `role`: owner, moderator or member.
  record SetRole(RequestHeader header, String room, String username, String role)
      implements RoomWrite {}

  record SetTopic(RequestHeader header, String room, String topic) implements RoomWrite {}

  record Users(RequestHeader header, String pattern, Optional<String> after, int limit)
      implements AccountRead {}

  record Preferences(RequestHeader header) implements AccountRead {}

  record Conversations(RequestHeader header, Optional<String> after, int limit)
      implements MessageRead {}

  /// At most one of `before` and `after`.
  record History(
      RequestHeader header,
      String conversation,
      Optional<Long> before,
      Optional<Long> after,
      int limit)
      implements MessageRead {}

  /// `before`: the `next` of the page before.
  record Search(
      RequestHeader header,
      String query,
      Optional<String> conversation,
      Optional<String> before,
      int limit)
      implements MessageRead {}

  record Rooms(RequestHeader header, String pattern, Optional<String> after, int limit)
      implements RoomRead {}

  record Members(RequestHeader header, String room, Optional<String> after, int limit)
      implements RoomRead {}

  record Sync(RequestHeader header, String cursor, int limit) implements Read {}

  /// Without `proof` it asks for a nonce to prove the operator's key over.
  record Admin(RequestHeader header, Optional<String> proof) implements Operator {}

  record TransferPrimary(RequestHeader header, ServerId serverId) implements Operator {}

  /// Without `offset` it asks for a new copy of the database, with it for a piece of that copy.
  record BackupDatabase(RequestHeader header, Optional<Long> offset) implements Operator {}

  /// The new member has no vote, and no key before it has shown one.
  record AddServer(RequestHeader header, MemberChange.Add change) implements MemberRequest {}

  record RemoveServer(RequestHeader header, MemberChange.Remove change) implements MemberRequest {}

  record MoveServer(RequestHeader header, MemberChange.Move change) implements MemberRequest {}

  /// The successor as in `AddServer`.
  record ReplaceServer(RequestHeader header, MemberChange.Replace change)
      implements MemberRequest {}

  /// Has the server asked go on by itself, with all that it has, though it may lack something.
  record Survive(RequestHeader header) implements Operator {}

  /// What this server could not bring into the later timeline, from behind the position `after` on.
  /// `after` and `forget` are positions; what stands up to `forget` is thrown away first.
  record Unreplayable(RequestHeader header, Optional<Long> after, Optional<Long> forget)
      implements Operator {}

  /// Without `logIndex`: up to what the server has applied.
  record CheckDatabase(RequestHeader header, Optional<Long> logIndex) implements Operator {}
}
