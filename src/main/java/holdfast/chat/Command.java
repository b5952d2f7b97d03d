package holdfast.chat;

import java.util.List;
import java.util.Optional;

/// A write as it stands in the log. It names things by id, never by name or seq: the server that
/// took the request looked them up, and the rules are checked again when it is applied.
public sealed interface Command {
  /// Marks the start of a term; changes nothing.
  record Noop() implements Command {}

  /// The cluster is founded: its id (128 bits, hex) and the key that signs sign-in tokens (32
  /// bytes).
  record Found(long time, String clusterId, byte[] tokenKey) implements Command {}

  /// A list of members, which the core reads. `outside`: one of them has no vote and may come back
  /// with commands of its own, so that requests and log are kept for it (`Held`).
  record Members(long time, boolean outside) implements Command {}

  /// Last-seen times of accounts whose last connection closed; made by servers, not by clients.
  record Seen(long time, List<Long> accounts) implements Command {
    public Seen {
      accounts = List.copyOf(accounts);
    }
  }

  /// A client's write. `time` is the primary's stamp, milliseconds since the epoch, never
  /// decreasing along the log.
  sealed interface Write extends Command {
    long time();

    RequestKey request();
  }

  /// `passwordHash` is the whole Argon2id string with salt and parameters, made once by the server
  /// that took the request.
  record Register(long time, RequestKey request, String username, String passwordHash)
      implements Write {}

  /// Voids every token of the account by raising its generation.
  record LogoutAll(long time, RequestKey request) implements Write {}

  /// Gives the account another password and voids every token. `verified` is the digest of the
  /// password that the old one was found to fit: it must still be the account's.
  record SetPassword(long time, RequestKey request, String passwordHash, Digest verified)
      implements Write {}

  /// The account goes, for good; `verified` as above.
  record DeleteAccount(long time, RequestKey request, Digest verified) implements Write {}

  /// Sets a preference, or without a value removes it.
  record SetPreference(long time, RequestKey request, String name, Optional<String> value)
      implements Write {}

  /// Takes no more direct messages from `blocked`.
  record Block(long time, RequestKey request, long blocked) implements Write {}

  record Unblock(long time, RequestKey request, long blocked) implements Write {}

  /// `replyTo`: the id of the message answered, in the same conversation.
  record Send(
      long time,
      RequestKey request,
      ConversationId conversation,
      String text,
      Optional<Long> replyTo)
      implements Write {}

  /// The account's own message gets another text.
  record Edit(long time, RequestKey request, ConversationId conversation, long message, String text)
      implements Write {}

  /// Of `messages` (ids) tombstones are left, for everyone; or, with `forMe`, the account itself
  /// sees them no more.
  record Delete(
      long time,
      RequestKey request,
      ConversationId conversation,
      List<Long> messages,
      boolean forMe)
      implements Write {
    public Delete {
      messages = List.copyOf(messages);
    }
  }

  /// The account puts `emoji` to a message, or with `remove` takes it away.
  record React(
      long time,
      RequestKey request,
      ConversationId conversation,
      long message,
      String emoji,
      boolean remove)
      implements Write {}

  /// Read up to the message with id `message`, in `conversation`; 0: nothing there yet.
  record MarkRead(long time, RequestKey request, ConversationId conversation, long message)
      implements Write {}

  record CreateRoom(long time, RequestKey request, String room, String topic, boolean isPrivate)
      implements Write {}

  record JoinRoom(long time, RequestKey request, long room) implements Write {}

  record LeaveRoom(long time, RequestKey request, long room) implements Write {}

  /// `account` may join the room.
  record Invite(long time, RequestKey request, long room, long account) implements Write {}

  /// `account` is put out of the room, or its invitation is taken back.
  record Kick(long time, RequestKey request, long room, long account) implements Write {}

  record SetRole(long time, RequestKey request, long room, long account, RoomRole role)
      implements Write {}

  record SetTopic(long time, RequestKey request, long room, String topic) implements Write {}
}
