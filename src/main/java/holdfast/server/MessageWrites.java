package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.RequestKey;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

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
      case ClientRequest.Edit edit -> false;
      case ClientRequest.Delete delete -> false;
      case ClientRequest.React react -> false;
      case ClientRequest.MarkRead mark -> false;
    };
  }

  @Override
  public Command.Write resolve(ClientRequest.MessageWrite write, Login login, RequestKey key)
      throws RequestRefused {
    return switch (write) {
      case ClientRequest.Send send -> send(send, login, key);
      case ClientRequest.Edit edit -> {
        ConversationId conversation = names.placeOfMessage(edit.conversation(), login);
        yield new Command.Edit(
            Submissions.UNSTAMPED,
            key,
            conversation,
            names.messageAt(conversation, edit.seq()).id(),
            edit.text());
      }
      case ClientRequest.Delete delete -> delete(delete, login, key);
      case ClientRequest.React react -> {
        ConversationId conversation = names.placeOfMessage(react.conversation(), login);
        yield new Command.React(
            Submissions.UNSTAMPED,
            key,
            conversation,
            names.messageAt(conversation, react.seq()).id(),
            react.emoji(),
            react.remove());
      }
      case ClientRequest.MarkRead mark -> markRead(mark, login, key);
    };
  }

  private Command.Write delete(ClientRequest.Delete delete, Login login, RequestKey key)
      throws RequestRefused {
    ConversationId conversation = names.placeOfMessage(delete.conversation(), login);
    TreeSet<Long> messages = new TreeSet<>();
    for (long seq : new TreeSet<>(delete.seqs())) {
      messages.add(names.messageAt(conversation, seq).id());
    }
    return new Command.Delete(
        Submissions.UNSTAMPED, key, conversation, List.copyOf(messages), delete.forMe());
  }

  private Command.Write send(ClientRequest.Send send, Login login, RequestKey key)
      throws RequestRefused {
    if (send.replyTo().isEmpty()) {
      ConversationId conversation = names.conversation(send.to(), login);
      return new Command.Send(
          Submissions.UNSTAMPED, key, conversation, send.text(), Optional.empty());
    }
    ConversationId conversation = names.placeOfMessage(send.to(), login);
    long replyTo = names.messageAt(conversation, send.replyTo().get()).id();
    return new Command.Send(
        Submissions.UNSTAMPED, key, conversation, send.text(), Optional.of(replyTo));
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
