package holdfast.client;

import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// A chat cluster, as one thing that stays although its servers come and go.
///
/// It talks to one server at a time and learns of the others from it. When that one dies, falls
/// silent or says that another will do better, it connects to the others, logs in again, goes on
/// with the events where they stopped, and repeats what was not answered, in order, with the same
/// request_ids, so that nothing is done twice. A request is repeated for up to 60 s; then it fails
/// with ChatGaveUp, and whether it was done is not known.
///
/// All methods may be called from any thread. A future completes on a virtual thread of its own,
/// exceptionally with ChatError (a server refused) or ChatGaveUp. With 1,024 writes unanswered, the
/// next one's caller waits until one is answered; likewise with 256 reads.
public final class ChatClient implements AutoCloseable {
  /// Writes unanswered at one time.
  public static final int WRITES_MAX = 1_024;

  /// Reads, logins and logouts unanswered at one time.
  public static final int READS_MAX = 256;

  /// Bits of chance in this client's part of its request_ids: two clients never share one.
  private static final int CLIENT_BITS = 96;

  private final Semaphore writes = new Semaphore(WRITES_MAX, true);
  private final Semaphore reads = new Semaphore(READS_MAX, true);
  private final AtomicLong numbers = new AtomicLong();
  private final String requestPrefix;
  private final Timing timing;
  private final ClientThread thread;

  private ChatClient(ClientSettings settings, ChatListener listener) {
    byte[] chance = new byte[CLIENT_BITS / Byte.SIZE];
    new SecureRandom().nextBytes(chance);
    this.requestPrefix = HexFormat.of().formatHex(chance) + "-";
    this.timing = settings.timing();
    this.thread = new ClientThread(settings, listener);
  }

  /// A client that begins to look for a server at once. What it finds, the listener hears; requests
  /// may be made before.
  public static ChatClient open(ClientSettings settings, ChatListener listener) {
    ChatClient client = new ChatClient(settings, listener);
    client.thread.start();
    return client;
  }

  /// The server that requests go to, if there is one at the moment.
  public Optional<ServerAddress> server() {
    return thread.talkingTo();
  }

  /// Whether the message with this request_id was sent by this client (and not by another one of
  /// the same account).
  public boolean isOwn(String requestId) {
    return requestId.startsWith(requestPrefix);
  }

  public CompletableFuture<OkPayload.Registered> register(String username, String password) {
    return write(
        header -> new ClientRequest.Register(header, username, password),
        OkPayload.Registered.class);
  }

  /// From now on, and on every server it goes to, the client is this account. Keeps the password
  /// until logout, in case a token is refused. Requests made after this one wait for its reply.
  public CompletableFuture<OkPayload.LoggedIn> login(String username, String password) {
    return submit(
        Pending.Kind.LOGIN,
        header ->
            new ClientRequest.Login(
                header,
                Optional.of(username),
                Optional.of(password),
                Optional.empty(),
                Optional.empty()),
        OkPayload.LoggedIn.class);
  }

  /// Ends the login.
  ///
  /// @param all void every token of the account, so that its other clients are logged out, too
  public CompletableFuture<OkPayload.Empty> logout(boolean all) {
    return submit(
        Pending.Kind.LOGOUT,
        header -> new ClientRequest.Logout(header, all),
        OkPayload.Empty.class);
  }

  /// Whether a name is taken, by an account that is there or was.
  public CompletableFuture<OkPayload.Existence> exists(String username) {
    return read(header -> new ClientRequest.Exists(header, username), OkPayload.Existence.class);
  }

  /// Sets another password. The account's other clients are logged out; this one stays.
  public CompletableFuture<OkPayload.PasswordSet> setPassword(String old, String password) {
    return write(
        header -> new ClientRequest.SetPassword(header, old, password),
        OkPayload.PasswordSet.class);
  }

  /// Deletes the account, for good, and ends the login. If the reply is lost with its server, the
  /// repeat finds nobody logged in any more: a ChatError whose outcome is unknown.
  public CompletableFuture<OkPayload.Written> deleteAccount(String password) {
    return write(
        header -> new ClientRequest.DeleteAccount(header, password), OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Preferences> preferences() {
    return read(ClientRequest.Preferences::new, OkPayload.Preferences.class);
  }

  /// Sets one of the account's preferences, the same for all its clients.
  public CompletableFuture<OkPayload.Written> setPreference(String name, String value) {
    return setPreference(name, Optional.of(value));
  }

  public CompletableFuture<OkPayload.Written> removePreference(String name) {
    return setPreference(name, Optional.empty());
  }

  private CompletableFuture<OkPayload.Written> setPreference(String name, Optional<String> value) {
    return write(
        header -> new ClientRequest.SetPreference(header, name, value), OkPayload.Written.class);
  }

  /// Takes no more direct messages from `username`.
  public CompletableFuture<OkPayload.Written> block(String username) {
    return write(header -> new ClientRequest.Block(header, username), OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Written> unblock(String username) {
    return write(header -> new ClientRequest.Unblock(header, username), OkPayload.Written.class);
  }

  /// Says something to a person or in a room.
  ///
  /// @param to `@account` or `#room`
  public CompletableFuture<OkPayload.Sent> send(String to, String text) {
    return write(
        header -> new ClientRequest.Send(header, to, text, Optional.empty()), OkPayload.Sent.class);
  }

  /// Answers the message with that seq.
  ///
  /// @param to `@account` or `#room`
  public CompletableFuture<OkPayload.Sent> reply(String to, long seq, String text) {
    return write(
        header -> new ClientRequest.Send(header, to, text, Optional.of(seq)), OkPayload.Sent.class);
  }

  /// Gives one's own message another text.
  public CompletableFuture<OkPayload.Written> edit(String conversation, long seq, String text) {
    return write(
        header -> new ClientRequest.Edit(header, conversation, seq, text), OkPayload.Written.class);
  }

  /// Deletes messages for everyone: one's own, or, as a moderator, those of a room.
  ///
  /// @param seqs 1 to 64
  public CompletableFuture<OkPayload.Written> delete(String conversation, List<Long> seqs) {
    return write(
        header -> new ClientRequest.Delete(header, conversation, seqs, false),
        OkPayload.Written.class);
  }

  /// Hides messages on one's own side.
  ///
  /// @param seqs 1 to 64
  public CompletableFuture<OkPayload.Written> hide(String conversation, List<Long> seqs) {
    return write(
        header -> new ClientRequest.Delete(header, conversation, seqs, true),
        OkPayload.Written.class);
  }

  /// Puts an emoji to a message, or takes it away.
  public CompletableFuture<OkPayload.Written> react(
      String conversation, long seq, String emoji, boolean remove) {
    return write(
        header -> new ClientRequest.React(header, conversation, seq, emoji, remove),
        OkPayload.Written.class);
  }

  /// Tells the others in a conversation that one is typing; at most once a second is useful.
  public CompletableFuture<OkPayload.Empty> typing(String conversation) {
    return read(header -> new ClientRequest.Typing(header, conversation), OkPayload.Empty.class);
  }

  /// Messages with all of these words, the newest first; `word*` is a beginning, quotes make a
  /// phrase. A page may be short, or empty, and still have a `next`.
  ///
  /// @param conversation only there, or everywhere
  /// @param before the `next` of the page before, or nothing
  public CompletableFuture<OkPayload.Found> search(
      String query, Optional<String> conversation, Optional<String> before, int limit) {
    return read(
        header -> new ClientRequest.Search(header, query, conversation, before, limit),
        OkPayload.Found.class);
  }

  /// The newest messages of a conversation.
  ///
  /// @param limit 1 to 200
  public CompletableFuture<OkPayload.History> history(String conversation, int limit) {
    return history(conversation, Optional.empty(), Optional.empty(), limit);
  }

  /// The nearest messages older than `seq`.
  public CompletableFuture<OkPayload.History> historyBefore(
      String conversation, long seq, int limit) {
    return history(conversation, Optional.of(seq), Optional.empty(), limit);
  }

  /// The nearest messages newer than `seq`.
  public CompletableFuture<OkPayload.History> historyAfter(
      String conversation, long seq, int limit) {
    return history(conversation, Optional.empty(), Optional.of(seq), limit);
  }

  private CompletableFuture<OkPayload.History> history(
      String conversation, Optional<Long> before, Optional<Long> after, int limit) {
    return read(
        header -> new ClientRequest.History(header, conversation, before, after, limit),
        OkPayload.History.class);
  }

  /// The conversations with the newest messages.
  public CompletableFuture<OkPayload.Conversations> conversations(int limit) {
    return read(
        header -> new ClientRequest.Conversations(header, Optional.empty(), limit),
        OkPayload.Conversations.class);
  }

  /// Everything up to `seq` is read.
  public CompletableFuture<OkPayload.Written> markRead(String conversation, long seq) {
    return write(
        header -> new ClientRequest.MarkRead(header, conversation, seq), OkPayload.Written.class);
  }

  /// The accounts whose names fit a pattern.
  ///
  /// @param pattern like `al*`
  public CompletableFuture<OkPayload.Users> users(String pattern, int limit) {
    return read(
        header -> new ClientRequest.Users(header, pattern, Optional.empty(), limit),
        OkPayload.Users.class);
  }

  public CompletableFuture<OkPayload.Written> createRoom(
      String room, String topic, boolean isPrivate) {
    return write(
        header -> new ClientRequest.CreateRoom(header, room, topic, isPrivate),
        OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Written> joinRoom(String room) {
    return write(header -> new ClientRequest.JoinRoom(header, room), OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Written> leaveRoom(String room) {
    return write(header -> new ClientRequest.LeaveRoom(header, room), OkPayload.Written.class);
  }

  /// Lets somebody join a private room, or points somebody to a public one.
  public CompletableFuture<OkPayload.Written> invite(String room, String username) {
    return write(
        header -> new ClientRequest.Invite(header, room, username), OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Written> kick(String room, String username) {
    return write(header -> new ClientRequest.Kick(header, room, username), OkPayload.Written.class);
  }

  /// Gives a member another role: owner, moderator or member.
  public CompletableFuture<OkPayload.Written> setRole(String room, String username, String role) {
    return write(
        header -> new ClientRequest.SetRole(header, room, username, role), OkPayload.Written.class);
  }

  public CompletableFuture<OkPayload.Written> setTopic(String room, String topic) {
    return write(
        header -> new ClientRequest.SetTopic(header, room, topic), OkPayload.Written.class);
  }

  /// Public rooms, one's own, and those one is invited to.
  public CompletableFuture<OkPayload.Rooms> rooms(String pattern, int limit) {
    return read(
        header -> new ClientRequest.Rooms(header, pattern, Optional.empty(), limit),
        OkPayload.Rooms.class);
  }

  public CompletableFuture<OkPayload.Members> members(String room, int limit) {
    return read(
        header -> new ClientRequest.Members(header, room, Optional.empty(), limit),
        OkPayload.Members.class);
  }

  /// The cluster as the server in use sees it.
  public CompletableFuture<OkPayload.Status> status() {
    return read(ClientRequest.Status::new, OkPayload.Status.class);
  }

  /// Waits for a request's reply.
  ///
  /// @throws ChatException if it does not succeed
  public static <T> T await(CompletableFuture<T> reply) {
    try {
      return reply.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ChatException why) {
        throw why;
      }
      throw e;
    }
  }

  /// Closes the connection. What is unanswered fails with ChatGaveUp; the listener hears no more.
  @Override
  public void close() {
    thread.close();
  }

  private <T extends OkPayload> CompletableFuture<T> write(
      Function<RequestHeader, ClientRequest> request, Class<T> type) {
    return submit(Pending.Kind.WRITE, request, type);
  }

  private <T extends OkPayload> CompletableFuture<T> read(
      Function<RequestHeader, ClientRequest> request, Class<T> type) {
    return submit(Pending.Kind.READ, request, type);
  }

  private <T extends OkPayload> CompletableFuture<T> submit(
      Pending.Kind kind, Function<RequestHeader, ClientRequest> request, Class<T> type) {
    long number = numbers.incrementAndGet();
    // A request_id is what makes LOGOUT of all tokens one write, however often it is repeated.
    Optional<String> requestId =
        switch (kind) {
          case WRITE, LOGOUT -> Optional.of(requestPrefix + number);
          case READ, LOGIN -> Optional.empty();
        };
    Semaphore room = kind == Pending.Kind.WRITE ? writes : reads;
    room.acquireUninterruptibly();
    long deadline = System.nanoTime() + timing.repeatFor().toNanos();
    Pending<T> pending = new Pending<>(number, kind, requestId, request, type, deadline);
    var _ = pending.future.whenComplete((_, _) -> room.release());
    if (pending.frameBytes() > Link.FRAME_BYTES_MAX) {
      pending.future.completeExceptionally(
          new ChatError(
              ErrorCode.FRAME_TOO_LARGE,
              "a request may have " + Link.FRAME_BYTES_MAX + " bytes",
              false));
    } else {
      thread.post(new Signal.Submitted(pending));
    }
    return pending.future;
  }
}
