package holdfast.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/// A client's write of a lost timeline said anew, with the ids that its account, room and messages
/// have in another history. What was asked, under which request id and with which digest, stays.
public final class Translation {
  private final LongFunction<Optional<Long>> ids;

  private Translation(LongFunction<Optional<Long>> ids) {
    this.ids = ids;
  }

  /// `command` with every id as `ids` gives it; empty if it gives none for one of them.
  public static Optional<Command.Write> of(
      Command.Write command, LongFunction<Optional<Long>> ids) {
    return new Translation(ids).write(command);
  }

  /// The same for what makes a repeat of a request recognisable.
  public static Optional<RequestKey> of(RequestKey request, LongFunction<Optional<Long>> ids) {
    return new Translation(ids).request(request);
  }

  private Optional<RequestKey> request(RequestKey key) {
    return key.username().isPresent()
        ? Optional.of(key)
        : ids.apply(key.account())
            .map(
                account -> new RequestKey(account, key.username(), key.requestId(), key.payload()));
  }

  private Optional<Command.Write> write(Command.Write command) {
    return request(command.request()).flatMap(key -> write(command, key));
  }

  private Optional<Command.Write> write(Command.Write command, RequestKey key) {
    return switch (command) {
      case Command.Register c ->
          Optional.of(new Command.Register(c.time(), key, c.username(), c.passwordHash()));
      case Command.LogoutAll c -> Optional.of(new Command.LogoutAll(c.time(), key));
      case Command.SetPassword c ->
          Optional.of(new Command.SetPassword(c.time(), key, c.passwordHash(), c.verified()));
      case Command.DeleteAccount c ->
          Optional.of(new Command.DeleteAccount(c.time(), key, c.verified()));
      case Command.SetPreference c ->
          Optional.of(new Command.SetPreference(c.time(), key, c.name(), c.value()));
      case Command.Block c ->
          ids.apply(c.blocked()).map(whom -> new Command.Block(c.time(), key, whom));
      case Command.Unblock c ->
          ids.apply(c.blocked()).map(whom -> new Command.Unblock(c.time(), key, whom));
      case Command.Send c -> send(c, key);
      case Command.Edit c ->
          about(c.conversation(), c.message())
              .map(at -> new Command.Edit(c.time(), key, at.conversation, at.message, c.text()));
      case Command.Delete c -> delete(c, key);
      case Command.React c ->
          about(c.conversation(), c.message())
              .map(at ->
                  new Command.React(
                      c.time(), key, at.conversation, at.message, c.emoji(), c.remove()));
      case Command.MarkRead c -> markRead(c, key);
      case Command.CreateRoom c ->
          Optional.of(new Command.CreateRoom(c.time(), key, c.room(), c.topic(), c.isPrivate()));
      case Command.JoinRoom c ->
          ids.apply(c.room()).map(room -> new Command.JoinRoom(c.time(), key, room));
      case Command.LeaveRoom c ->
          ids.apply(c.room()).map(room -> new Command.LeaveRoom(c.time(), key, room));
      case Command.Invite c ->
          both(c.room(), c.account())
              .map(of -> new Command.Invite(c.time(), key, of.getFirst(), of.getLast()));
      case Command.Kick c ->
          both(c.room(), c.account())
              .map(of -> new Command.Kick(c.time(), key, of.getFirst(), of.getLast()));
      case Command.SetRole c ->
          both(c.room(), c.account())
              .map(of -> new Command.SetRole(c.time(), key, of.getFirst(), of.getLast(), c.role()));
      case Command.SetTopic c ->
          ids.apply(c.room()).map(room -> new Command.SetTopic(c.time(), key, room, c.topic()));
    };
  }

  private Optional<Command.Write> send(Command.Send send, RequestKey key) {
    Optional<ConversationId> conversation = conversation(send.conversation());
    Optional<Long> replyTo = send.replyTo().flatMap(ids::apply);
    if (conversation.isEmpty() || replyTo.isPresent() != send.replyTo().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new Command.Send(send.time(), key, conversation.get(), send.text(), replyTo));
  }

  private Optional<Command.Write> delete(Command.Delete delete, RequestKey key) {
    return conversation(delete.conversation())
        .flatMap(conversation ->
            all(delete.messages())
                .map(messages ->
                    new Command.Delete(
                        delete.time(), key, conversation, messages, delete.forMe())));
  }

  /// 0 is no message's id: nothing was there yet.
  private Optional<Command.Write> markRead(Command.MarkRead mark, RequestKey key) {
    if (mark.message() == 0) {
      return conversation(mark.conversation())
          .map(conversation -> new Command.MarkRead(mark.time(), key, conversation, 0));
    }
    return about(mark.conversation(), mark.message())
        .map(at -> new Command.MarkRead(mark.time(), key, at.conversation, at.message));
  }

  private record Place(ConversationId conversation, long message) {}

  private Optional<Place> about(ConversationId conversation, long message) {
    return conversation(conversation)
        .flatMap(there -> ids.apply(message).map(id -> new Place(there, id)));
  }

  private Optional<ConversationId> conversation(ConversationId conversation) {
    return conversation.isRoom()
        ? ids.apply(conversation.roomId()).map(ConversationId::room)
        : both(conversation.low(), conversation.high())
            .map(of -> ConversationId.direct(of.getFirst(), of.getLast()));
  }

  private Optional<List<Long>> both(long one, long other) {
    return all(List.of(one, other));
  }

  private Optional<List<Long>> all(List<Long> old) {
    List<Long> found = new ArrayList<>();
    for (long id : old) {
      Optional<Long> mapped = ids.apply(id);
      if (mapped.isEmpty()) {
        return Optional.empty();
      }
      found.add(mapped.get());
    }
    return Optional.of(found);
  }
}
