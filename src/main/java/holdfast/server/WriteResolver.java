package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import java.util.Optional;

/// Turns a client's write into a command: looks up what it names, since commands name things by ids
/// that never change (DESIGN section 3, Determinism). Safe for any thread; may block on the read
/// pool.
final class WriteResolver {
  /// The primary stamps the time.
  private static final long UNSTAMPED = 0;

  private final Directory directory;
  private final Reads reads;

  WriteResolver(Directory directory, Reads reads) {
    this.directory = directory;
    this.reads = reads;
  }

  /// Whether everything the write names is in memory, so that resolving it does not block.
  boolean isQuick(ClientRequest.Write write) {
    return switch (write) {
      case ClientRequest.Send send ->
          send.replyTo().isEmpty()
              && (send.to().startsWith("#")
                  ? directory.cachedRoomId(send.to()).isPresent()
                  : directory.cachedAccountId(send.to().substring(1)).isPresent());
      case ClientRequest.JoinRoom join -> directory.cachedRoomId(join.room()).isPresent();
      case ClientRequest.LeaveRoom leave -> directory.cachedRoomId(leave.room()).isPresent();
      case ClientRequest.CreateRoom create -> true;
      case ClientRequest.MarkRead mark -> false;
      case ClientRequest.Register register -> false;
      case ClientRequest.Logout logout -> false;
    };
  }

  /// The command for any write but REGISTER and LOGOUT of one connection, which are more than a
  /// look-up.
  Command.Write resolve(ClientRequest.Write write, Login login, RequestKey key)
      throws RequestRefused {
    return switch (write) {
      case ClientRequest.Send send -> {
        ConversationId conversation = conversation(send.to(), login);
        Optional<Long> replyTo = Optional.empty();
        if (send.replyTo().isPresent()) {
          replyTo = Optional.of(messageAt(conversation, send.replyTo().get()).id());
        }
        yield new Command.Send(UNSTAMPED, key, conversation, send.text(), replyTo);
      }
      case ClientRequest.MarkRead mark -> markRead(mark, login, key);
      case ClientRequest.CreateRoom create ->
          new Command.CreateRoom(UNSTAMPED, key, create.room(), create.topic(), create.isPrivate());
      case ClientRequest.JoinRoom join -> new Command.JoinRoom(UNSTAMPED, key, room(join.room()));
      case ClientRequest.LeaveRoom leave ->
          new Command.LeaveRoom(UNSTAMPED, key, room(leave.room()));
      case ClientRequest.Logout logout -> new Command.LogoutAll(UNSTAMPED, key);
      case ClientRequest.Register register ->
          throw new IllegalStateException("REGISTER is resolved where its password is hashed");
    };
  }

  private Command.Write markRead(ClientRequest.MarkRead mark, Login login, RequestKey key)
      throws RequestRefused {
    ConversationId conversation = conversation(mark.conversation(), login);
    // Beyond the last means the last.
    long seq = Math.min(mark.seq(), reads.lastSeq(conversation));
    long message = seq == 0 ? 0 : messageAt(conversation, seq).id();
    return new Command.MarkRead(UNSTAMPED, key, conversation, message);
  }

  /// What `name` (`@account` or `#room`) means to the one who is signed in.
  ConversationId conversation(String name, Login login) throws RequestRefused {
    return name.startsWith("#")
        ? ConversationId.room(room(name))
        : ConversationId.direct(login.account(), account(name.substring(1)));
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

  private Message messageAt(ConversationId conversation, long seq) throws RequestRefused {
    Optional<Message> message = reads.messageAt(conversation, seq);
    if (message.isEmpty()) {
      throw new RequestRefused(
          ErrorCode.NO_SUCH_MESSAGE, "the conversation has no message with seq " + seq);
    }
    return message.get();
  }
}
