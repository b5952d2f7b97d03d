package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.RequestKey;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import java.util.Optional;

/// Writes about messages, as commands.
final class MessageWrites implements Resolver<ClientRequest.MessageWrite> {
  private final Names names;
  private final Directory directory;
  private final Reads reads;

  MessageWrites(Names names, Directory directory, Reads reads) {
    this.names = names;
    this.directory = directory;
    this.reads = reads;
  }

  /// Whether everything the write names is in memory, so that resolving it does not block.
  boolean isQuick(ClientRequest.MessageWrite write) {
    return switch (write) {
      case ClientRequest.Send send ->
          send.replyTo().isEmpty()
              && (send.to().startsWith("#")
                  ? directory.cachedRoomId(send.to()).isPresent()
                  : directory.cachedAccountId(send.to().substring(1)).isPresent());
      case ClientRequest.MarkRead mark -> false;
    };
  }

  @Override
  public Command.Write resolve(ClientRequest.MessageWrite write, Login login, RequestKey key)
      throws RequestRefused {
    return switch (write) {
      case ClientRequest.Send send -> send(send, login, key);
      case ClientRequest.MarkRead mark -> markRead(mark, login, key);
    };
  }

  private Command.Write send(ClientRequest.Send send, Login login, RequestKey key)
      throws RequestRefused {
    ConversationId conversation = names.conversation(send.to(), login);
    Optional<Long> replyTo = Optional.empty();
    if (send.replyTo().isPresent()) {
      replyTo = Optional.of(names.messageAt(conversation, send.replyTo().get()).id());
    }
    return new Command.Send(Submissions.UNSTAMPED, key, conversation, send.text(), replyTo);
  }

  private Command.Write markRead(ClientRequest.MarkRead mark, Login login, RequestKey key)
      throws RequestRefused {
    ConversationId conversation = names.conversation(mark.conversation(), login);
    // Beyond the last means the last.
    long seq = Math.min(mark.seq(), reads.lastSeq(conversation));
    long message = seq == 0 ? 0 : names.messageAt(conversation, seq).id();
    return new Command.MarkRead(Submissions.UNSTAMPED, key, conversation, message);
  }
}
