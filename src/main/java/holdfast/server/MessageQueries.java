package holdfast.server;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import holdfast.chat.Reaction;
import holdfast.chat.SearchQuery;
import holdfast.storage.ConversationRow;
import holdfast.storage.Page;
import holdfast.storage.Reads;
import holdfast.storage.SearchPage;
import holdfast.storage.ShownMessage;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.SearchToken;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  /// Stretches of messages that one SEARCH goes through without finding anything, before its page
  /// comes empty.
  private static final int SEARCH_ROUNDS_MAX = 4;

  /// No further stretch is begun after so long: others wait for the reader.
  private static final long SEARCH_NANOS_MAX = 5_000_000L;

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
      case ClientRequest.Search search -> search(search, login);
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
                    message.time(),
                    message.deleted()));
    return new OkPayload.Conversation(
        conversationName(row.conversation(), login),
        row.lastSeq(),
        row.readSeq(),
        row.lastSeq() - row.readSeq(),
        row.mentions(),
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
    ConversationId conversation = names.place(request.conversation(), login);
    Page<ShownMessage> page =
        reads.history(
            login.account(),
            conversation,
            toOptionalLong(request.before()),
            toOptionalLong(request.after()),
            request.limit());
    boolean forward = request.after().isPresent();
    List<OkPayload.HistoryMessage> messages = new ArrayList<>();
    long bytes = 0;
    boolean cut = false;
    // The page is cut at its far end: the last one going forward, the first one going back.
    List<ShownMessage> nearestFirst = forward ? page.items() : page.items().reversed();
    for (ShownMessage message : nearestFirst) {
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

  private OkPayload search(ClientRequest.Search request, Login login) throws RequestRefused {
    Optional<ConversationId> conversation = Optional.empty();
    if (request.conversation().isPresent()) {
      conversation = Optional.of(names.place(request.conversation().get(), login));
    }
    SearchQuery query = SearchQuery.parse(request.query()).orElseThrow();
    long before =
        request.before().isPresent() ? searchToken(request.before().get()) : Long.MAX_VALUE;
    long begun = System.nanoTime();
    SearchPage page = reads.search(login.account(), query, conversation, before, request.limit());
    for (int i = 1; i < SEARCH_ROUNDS_MAX && page.messages().isEmpty(); i++) {
      if (page.next().isEmpty() || System.nanoTime() - begun > SEARCH_NANOS_MAX) {
        break;
      }
      page =
          reads.search(
              login.account(), query, conversation, page.next().getAsLong(), request.limit());
    }
    List<OkPayload.FoundMessage> found = new ArrayList<>();
    OptionalLong next = page.next();
    long bytes = 0;
    for (int i = 0; i < page.messages().size(); i++) {
      ShownMessage message = page.messages().get(i);
      OkPayload.FoundMessage shown =
          new OkPayload.FoundMessage(
              conversationName(message.message().conversation(), login),
              historyMessage(message, login));
      bytes += budget.of(shown.message());
      if (!found.isEmpty() && bytes > budget.pageBytes()) {
        next = OptionalLong.of(page.messages().get(i - 1).message().id());
        break;
      }
      found.add(shown);
    }
    return new OkPayload.Found(
        found,
        next.isPresent() ? Optional.of(SearchToken.text(next.getAsLong())) : Optional.empty(),
        next.isPresent());
  }

  private static long searchToken(String before) throws RequestRefused {
    try {
      return SearchToken.parse(before);
    } catch (FrameException e) {
      throw new RequestRefused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  private static OptionalLong toOptionalLong(Optional<Long> value) {
    return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
  }

  private OkPayload.HistoryMessage historyMessage(ShownMessage shown, Login login) {
    Message message = shown.message();
    Map<String, List<String>> reactions = new LinkedHashMap<>();
    for (Reaction reaction : shown.reactions()) {
      reactions
          .computeIfAbsent(reaction.emoji(), _ -> new ArrayList<>())
          .add(directory.accountName(reaction.account()));
    }
    return new OkPayload.HistoryMessage(
        message.seq(),
        directory.accountName(message.sender()),
        message.text(),
        message.time(),
        message.edited() == 0 ? Optional.empty() : Optional.of(message.edited()),
        message.deleted(),
        message.replyToSeq(),
        reactions,
        message.sender() == login.account()
            ? Optional.of(message.request().requestId())
            : Optional.empty(),
        directory.isDeleted(message.sender()));
  }
}
