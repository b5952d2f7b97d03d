package holdfast.chat;

import holdfast.chat.ChatEvent.RoomChange;
import java.util.List;
import java.util.Optional;

/// A chat machine to try commands on: gives each the next id, a time and a request id of its own.
final class ChatBench {
  static final long START_MS = 1_000_000;

  final MemoryChatState state = new MemoryChatState();
  private final ChatLimits limits;
  private ChatMachine machine;
  private long lastId;
  private long now = START_MS;

  ChatBench(ChatLimits limits) {
    this.limits = limits;
    machine = new ChatMachine(state, limits);
  }

  ChatBench() {
    this(ChatLimits.defaults());
  }

  static Digest payload(String content) {
    return Digest.of(Digest.bytesOf(content));
  }

  /// A request of `account`, which asks for `content`.
  static RequestKey request(long account, String requestId, String content) {
    return new RequestKey(account, Optional.empty(), requestId, payload(content));
  }

  static RequestKey registration(String username, String requestId) {
    return new RequestKey(0, Optional.of(username), requestId, payload(username));
  }

  ChatMachine machine() {
    return machine;
  }

  long now() {
    return now;
  }

  long lastId() {
    return lastId;
  }

  void pass(long ms) {
    now += ms;
  }

  /// The machine made anew from the rows, as after a crash.
  void restart() {
    machine = new ChatMachine(state, limits);
  }

  Applied apply(Command command) {
    lastId++;
    return machine.apply(lastId, command);
  }

  Optional<ChatMachine.Remembered> remembered(RequestKey key) {
    return machine.remembered(key);
  }

  /// Registers `name`; the account's id.
  long account(String name) {
    return register(name).outcome().id();
  }

  Applied register(String name) {
    return apply(new Command.Register(now, registration(name, "r"), name, "hash of " + name));
  }

  Applied send(long from, ConversationId conversation, String text) {
    return send(own(from), conversation, text, Optional.empty());
  }

  Applied send(RequestKey request, ConversationId conversation, String text, Optional<Long> reply) {
    return apply(new Command.Send(now, request, conversation, text, reply));
  }

  Applied markRead(long account, ConversationId conversation, long message) {
    return apply(new Command.MarkRead(now, own(account), conversation, message));
  }

  Applied create(long account, String room) {
    return apply(new Command.CreateRoom(now, own(account), room, "", false));
  }

  Applied createPrivate(long account, String room) {
    return apply(new Command.CreateRoom(now, own(account), room, "", true));
  }

  Applied join(long account, long room) {
    return apply(new Command.JoinRoom(now, own(account), room));
  }

  Applied leave(long account, long room) {
    return apply(new Command.LeaveRoom(now, own(account), room));
  }

  Applied logoutAll(long account) {
    return apply(new Command.LogoutAll(now, own(account)));
  }

  /// The password with the hash `old` becomes one with the hash `hash`.
  Applied setPassword(long account, String old, String hash) {
    return apply(new Command.SetPassword(now, own(account), hash, payload(old)));
  }

  Applied delete(long account) {
    Digest verified = state.account(account).orElseThrow().passwordDigest();
    return apply(new Command.DeleteAccount(now, own(account), verified));
  }

  Applied prefer(long account, String name, Optional<String> value) {
    return apply(new Command.SetPreference(now, own(account), name, value));
  }

  Applied block(long account, long blocked) {
    return apply(new Command.Block(now, own(account), blocked));
  }

  Applied unblock(long account, long blocked) {
    return apply(new Command.Unblock(now, own(account), blocked));
  }

  Applied invite(long by, long room, long account) {
    return apply(new Command.Invite(now, own(by), room, account));
  }

  Applied kick(long by, long room, long account) {
    return apply(new Command.Kick(now, own(by), room, account));
  }

  Applied setRole(long by, long room, long account, RoomRole role) {
    return apply(new Command.SetRole(now, own(by), room, account, role));
  }

  Applied setTopic(long by, long room, String topic) {
    return apply(new Command.SetTopic(now, own(by), room, topic));
  }

  /// The refusal's code; fails if the command was not refused.
  static Refusal refusal(Applied applied) {
    return ((Outcome.Refused) applied.outcome()).code();
  }

  static List<RoomChange> changes(Applied applied) {
    return applied.events().stream().map(e -> ((ChatEvent.RoomChanged) e).change()).toList();
  }

  private RequestKey own(long account) {
    return request(account, "own-" + (lastId + 1), "");
  }
}
