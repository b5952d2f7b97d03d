package holdfast.server;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.storage.ConversationRow;
import holdfast.storage.Page;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Answers reads about conversations and their messages from this server's copy. Safe for any
/// thread; blocks on the read pool. A refusal that rests on something being absent is the caller's
/// to confirm.
final class MessageQueries {
  /// CONVERSATIONS shows this many code points of the last message.
  private static final int EXCERPT_CODE_POINTS = 200;

  private final Reads reads;
  private final Directory directory;
  private final Names names;
  private final PageBudget budget;

  MessageQueries(Reads reads, Directory directory, Names names, PageBudget budget) {
    this.reads = reads;
    this.directory = directory;
    this.names = names;
    this.budget = budget;
  }

  OkPayload answer(ClientRequest.MessageRead read, Login login) throws RequestRefused {
    return switch (read) {
      case ClientRequest.Conversations conversations -> conversations(conversations, login);
      case ClientRequest.History history -> history(history, login);
    };
  }

  private OkPayload conversations(ClientRequest.Conversations request, Login login)
      throws RequestRefused {
    Optional<ConversationId> after = Optional.empty();
    if (request.after().isPresent()) {
      after = Optional.of(names.conversation(request.after().get(), login));
    }
    Page<ConversationRow> page = reads.conversations(login.account(), after, request.limit());
    List<OkPayload.Conversation> rows = new ArrayList<>();
    long bytes = 0;
    for (ConversationRow row : page.items()) {
      OkPayload.Conversation shown = conversation(row, login);
      bytes += budget.of(shown);
      if (!rows.isEmpty() && bytes > budget.pageBytes()) {
        return new OkPayload.Conversations(rows, true);
      }
      rows.add(shown);
    }
    return new OkPayload.Conversations(rows, page.more());
  }

  private OkPayload.Conversation conversation(ConversationRow row, Login login) {
    Optional<OkPayload.LastMessage> last =
        row.last()
            .map(message ->
                new OkPayload.LastMessage(
                    message.seq(),
                    directory.accountName(message.sender()),
                    excerpt(message.text()),
                    message.time()));
    return new OkPayload.Conversation(
        conversationName(row.conversation(), login),
        row.lastSeq(),
        row.readSeq(),
        row.lastSeq() - row.readSeq(),
        0,
        last);
  }

  private String conversationName(ConversationId conversation, Login login) {
    return conversation.isRoom()
        ? directory.roomName(conversation.roomId())
        : "@" + directory.accountName(conversation.other(login.account()));
  }

  private static String excerpt(String text) {
    return text.codePointCount(0, text.length()) <= EXCERPT_CODE_POINTS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, EXCERPT_CODE_POINTS));
  }

  private OkPayload history(ClientRequest.History request, Login login) throws RequestRefused {
    ConversationId conversation = names.conversation(request.conversation(), login);
    if (conversation.isRoom()) {
      names.requireMember(conversation.roomId(), request.conversation(), login);
    }
    Page<Message> page =
        reads.history(
            conversation,
            toOptionalLong(request.before()),
            toOptionalLong(request.after()),
            request.limit());
    boolean forward = request.after().isPresent();
    List<OkPayload.HistoryMessage> messages = new ArrayList<>();
    long bytes = 0;
    boolean cut = false;
    // The page is cut at its far end: the last one going forward, the first one going back.
    List<Message> nearestFirst = forward ? page.items() : page.items().reversed();
    for (Message message : nearestFirst) {
      OkPayload.HistoryMessage shown = historyMessage(message, login);
      bytes += budget.of(shown);
      if (!messages.isEmpty() && bytes > budget.pageBytes()) {
        cut = true;
        break;
      }
      messages.add(shown);
    }
    return new OkPayload.History(forward ? messages : messages.reversed(), cut || page.more());
  }

  private static OptionalLong toOptionalLong(Optional<Long> value) {
    return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
  }

  private OkPayload.HistoryMessage historyMessage(Message message, Login login) {
    return new OkPayload.HistoryMessage(
        message.seq(),
        directory.accountName(message.sender()),
        message.text(),
        message.time(),
        message.replyToSeq(),
        Map.of(),
        message.sender() == login.account()
            ? Optional.of(message.request().requestId())
            : Optional.empty(),
        directory.isDeleted(message.sender()));
  }
}
