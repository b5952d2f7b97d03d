package holdfast.server;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.Room;
import holdfast.storage.Reads;
import holdfast.wire.ErrorCode;
import java.util.Optional;

/// Looks up what a request names, or refuses: a refusal here rests on this server's copy, which may
/// lag. Safe for any thread; may block on the read pool.
final class Names {
  private final Directory directory;
  private final Reads reads;

  Names(Directory directory, Reads reads) {
    this.directory = directory;
    this.reads = reads;
  }

  /// What `name` (`@account` or `#room`) means to the one who is signed in.
  ConversationId conversation(String name, Login login) throws RequestRefused {
    return name.startsWith("#")
        ? ConversationId.room(room(name))
        : ConversationId.direct(login.account(), account(name.substring(1)));
  }

  /// The same, if the one who is signed in may read and write there.
  ConversationId place(String name, Login login) throws RequestRefused {
    ConversationId conversation = conversation(name, login);
    if (conversation.isRoom()) {
      requireMember(conversation.roomId(), name, login);
    }
    return conversation;
  }

  /// The same for a message that is looked up next: of a private room a stranger learns nothing,
  /// not even how many messages it has; of a public one, what does not exist comes first.
  ConversationId placeOfMessage(String name, Login login) throws RequestRefused {
    ConversationId conversation = conversation(name, login);
    if (conversation.isRoom()
        && reads.room(conversation.roomId()).map(Room::isPrivate).orElse(false)) {
      requireMember(conversation.roomId(), name, login);
    }
    return conversation;
  }

  long account(String username) throws RequestRefused {
    Optional<Long> id = directory.accountId(username);
    if (id.isEmpty()) {
      throw new RequestRefused(ErrorCode.NO_SUCH_USER, "no account is named " + username);
    }
    return id.get();
  }

  long room(String name) throws RequestRefused {
    Optional<Long> id = directory.roomId(name);
    if (id.isEmpty()) {
      throw new RequestRefused(ErrorCode.NO_SUCH_ROOM, "no room is named " + name);
    }
    return id.get();
  }

  Message messageAt(ConversationId conversation, long seq) throws RequestRefused {
    Optional<Message> message = reads.messageAt(conversation, seq);
    if (message.isEmpty()) {
      throw new RequestRefused(
          ErrorCode.NO_SUCH_MESSAGE, "the conversation has no message with seq " + seq);
    }
    return message.get();
  }

  /// Refuses somebody who is not in `room`, which the request calls `name`.
  void requireMember(long room, String name, Login login) throws RequestRefused {
    if (reads.member(room, login.account()).isEmpty()) {
      throw new RequestRefused(
          ErrorCode.NOT_A_MEMBER, "you are not in %s; JOIN_ROOM first".formatted(name));
    }
  }
}
