package holdfast.storage;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Message;
import holdfast.chat.RequestKey;
import holdfast.chat.RoomRole;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Commands of every kind about few people and rooms, so that they meet; most of them succeed.
final class RandomChat {
  private static final List<RoomRole> ROLES = List.of(RoomRole.values());
  static final List<String> WORDS =
      List.of("octopus", "Octopuses", "über", "don't", "東京", "a-b", "long-lived", "octo");

  /// From this time on members are outside now and then, and requests are kept for longer.
  private static final long HELD_FROM_MS = 15_000;

  private final RandomGenerator random;
  private final ChatModel model;
  private long time = 1_000;
  private long requests;

  RandomChat(RandomGenerator random, ChatModel model) {
    this.random = random;
    this.model = model;
  }

  Command next() {
    time += random.nextInt(40);
    requests++;
    if (model.accountIds().size() < 3) {
      return register();
    }
    long actor = pick(model.accountIds());
    RequestKey request = request(actor);
    return switch (random.nextInt(36)) {
      case 0 -> register();
      case 1 -> new Command.LogoutAll(time, request);
      case 2 -> new Command.Seen(time, List.of(actor, pick(model.accountIds())));
      case 3 ->
          new Command.CreateRoom(
              time, request, "#r" + random.nextInt(6), "t?", random.nextInt(3) == 0);
      case 4, 5 -> new Command.JoinRoom(time, request, room());
      case 6 -> new Command.LeaveRoom(time, request, room());
      case 7, 8, 9 -> {
        ConversationId conversation = conversation(actor);
        yield new Command.MarkRead(time, request, conversation, messageIn(conversation));
      }
      case 10 ->
          time < HELD_FROM_MS || random.nextBoolean()
              ? new Command.Noop()
              : new Command.Members(time, random.nextInt(3) > 0);
      case 11 -> {
        ConversationId conversation = conversation(actor);
        Optional<Long> replyTo = Optional.of(messageIn(conversation));
        yield new Command.Send(time, request, conversation, "re", replyTo);
      }
      case 12, 13 -> new Command.Invite(time, request, roomOf(actor), pick(model.accountIds()));
      case 14 -> new Command.Kick(time, request, roomOf(actor), pick(model.accountIds()));
      case 15 ->
          new Command.SetRole(
              time,
              request,
              roomOf(actor),
              pick(model.accountIds()),
              ROLES.get(random.nextInt(ROLES.size())));
      case 16 -> new Command.SetTopic(time, request, roomOf(actor), "t" + random.nextInt(9));
      case 17 -> new Command.Block(time, request, pick(model.accountIds()));
      case 18 -> new Command.Unblock(time, request, pick(model.accountIds()));
      case 19 ->
          new Command.SetPreference(
              time,
              request,
              "p" + random.nextInt(5),
              random.nextInt(3) == 0 ? Optional.empty() : Optional.of("v" + requests));
      case 20 -> new Command.SetPassword(time, request, "hash " + requests, passwordOf(actor));
      case 21 ->
          random.nextInt(3) == 0
              ? new Command.DeleteAccount(time, request, passwordOf(actor))
              : new Command.Noop();
      case 22, 23 -> {
        ConversationId conversation = conversation(actor);
        yield new Command.Edit(
            time, request, conversation, messageIn(conversation), text() + " edited");
      }
      case 24, 25 -> delete(request, conversation(actor));
      case 26, 27 -> {
        ConversationId conversation = conversation(actor);
        String emoji = List.of("👍", "🐙", ":)").get(random.nextInt(3));
        yield new Command.React(
            time, request, conversation, messageIn(conversation), emoji, random.nextInt(3) == 0);
      }
      default -> new Command.Send(time, request, conversation(actor), text(), Optional.empty());
    };
  }

  private Command delete(RequestKey request, ConversationId conversation) {
    List<Long> messages = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      messages.add(messageIn(conversation));
    }
    return new Command.Delete(time, request, conversation, messages, random.nextInt(3) > 0);
  }

  /// A few words out of few, and now and then a name.
  private String text() {
    StringBuilder text = new StringBuilder("text " + requests);
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
    }
    if (random.nextInt(4) == 0) {
      text.append(" @user").append(random.nextInt(12)).append('.');
    }
    return text.toString();
  }

  private Command register() {
    String name = "user" + random.nextInt(12);
    String requestId = "r" + random.nextInt(2);
    RequestKey request =
        new RequestKey(0, Optional.of(name), requestId, digest("register " + name));
    return new Command.Register(time, request, name, "hash of " + name);
  }

  private RequestKey request(long actor) {
    // Now and then a repeat, and ids that are no proper text.
    long number = random.nextInt(12) == 0 ? random.nextLong(requests) : requests;
    String id = number % 7 == 0 ? "\ud800\udbff-" + number : "id-" + number;
    return new RequestKey(actor, Optional.empty(), id, digest("content"));
  }

  private ConversationId conversation(long actor) {
    List<Long> rooms = model.state().roomsOf(actor);
    return rooms.isEmpty() || random.nextBoolean()
        ? ConversationId.direct(actor, pick(model.accountIds()))
        : ConversationId.room(pick(rooms));
  }

  /// The digest of the account's password, as a rule.
  private Digest passwordOf(long account) {
    return random.nextInt(6) == 0
        ? digest("another")
        : model.state().account(account).orElseThrow().passwordDigest();
  }

  /// One of its rooms, as a rule.
  private long roomOf(long account) {
    List<Long> rooms = model.state().roomsOf(account);
    return rooms.isEmpty() || random.nextInt(8) == 0 ? room() : pick(rooms);
  }

  private long room() {
    return model.roomIds().isEmpty() ? 1 : pick(model.roomIds());
  }

  /// A message of the conversation; 0 if it has none.
  private long messageIn(ConversationId conversation) {
    List<Message> messages = model.messagesOf(conversation);
    return messages.isEmpty() ? 0 : messages.get(random.nextInt(messages.size())).id();
  }

  private long pick(List<Long> ids) {
    return ids.get(random.nextInt(ids.size()));
  }

  private static Digest digest(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
