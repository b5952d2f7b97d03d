package holdfast.server;

import holdfast.chat.Account;
import holdfast.storage.MissedEvents;
import holdfast.storage.Reads;
import holdfast.storage.Unread;
import holdfast.wire.ClientRequest;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.IndexToken;
import holdfast.wire.OkPayload;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Answers LOGIN: a read, which works without a primary as long as nothing speaks against it. Safe
/// for any thread; blocks the calling (virtual) thread.
final class LoginDesk {
  /// How long a refusal waits for a primary to confirm it, and a cursor or index for this server to
  /// catch up.
  static final Duration CATCH_UP = Duration.ofSeconds(2);

  /// Logins at work in the database or on the replica thread. When all clients of a dead server
  /// come at once, the others wait here, and reads and writes of those that are signed in go
  /// between.
  private static final int AT_WORK_MAX = 16;

  /// How long a login waits for that; beyond: BUSY.
  private static final Duration TURN_MAX = Duration.ofSeconds(4);

  private final Reads reads;
  private final ReplicaPort port;
  private final ClusterViews views;
  private final PasswordHasher hasher;
  private final Tokens tokens = new Tokens();
  private final SignInThrottle throttle = new SignInThrottle();
  private final Semaphore turns = new Semaphore(AT_WORK_MAX, true);
  private final long tokenLifetimeMs;

  LoginDesk(
      Reads reads,
      ReplicaPort port,
      ClusterViews views,
      PasswordHasher hasher,
      Duration tokenLifetime) {
    this.reads = reads;
    this.port = port;
    this.views = views;
    this.hasher = hasher;
    this.tokenLifetimeMs = tokenLifetime.toMillis();
  }

  SignInThrottle throttle() {
    return throttle;
  }

  /// A token of the account, made now.
  String token(long account, long generation) throws RequestRefused {
    return tokens.issue(tokenKey(), new Tokens.Claims(account, generation, views.time()));
  }

  /// Signs `session` in, or says why not. The OK is queued before any push.
  void login(ClientSession session, ClientRequest.Login request)
      throws RequestRefused, InterruptedException {
    Optional<Cursor.Position> cursor = cursor(request);
    if (request.header().minIndex().isPresent()) {
      port.awaitApplied(minIndex(request.header().minIndex().get()), CATCH_UP);
    }
    if (cursor.isPresent() && !isOfLostTimeline(cursor.get())) {
      port.awaitApplied(cursor.get().id(), CATCH_UP);
    }
    Account account = authenticate(request);
    boolean signedIn = inTurn(() -> signIn(session, request, cursor, account));
    if (!signedIn) {
      throw badCredentials();
    }
  }

  /// A part of a login that costs something and waits for nobody.
  private interface Part<T> {
    T run() throws RequestRefused, InterruptedException;
  }

  private <T> T inTurn(Part<T> part) throws RequestRefused, InterruptedException {
    if (!turns.tryAcquire(TURN_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new RequestRefused(
          ErrorCode.BUSY, "too many log in at once; repeat soon, or ask another server");
    }
    try {
      return part.run();
    } finally {
      turns.release();
    }
  }

  /// False: the account's tokens were voided meanwhile.
  private boolean signIn(
      ClientSession session,
      ClientRequest.Login request,
      Optional<Cursor.Position> cursor,
      Account account)
      throws RequestRefused, InterruptedException {
    // What is unread is counted at a place in the log, and pushes begin right there: nothing falls
    // between.
    reads.awaitAnnounced();
    long now = reads.appliedId();
    Unread unread = reads.unread(account.id());
    boolean reset = cursor.isPresent() && isOfLostTimeline(cursor.get());
    Cursor.Position from =
        cursor.isPresent() && !reset
            ? cursor.get()
            : new Cursor.Position(now, MissedEvents.WHOLE_COMMAND);
    Login login = new Login(account.id(), account.username(), account.generation());
    String token = token(account.id(), account.generation());
    OkPayload ok =
        new OkPayload.LoggedIn(
            account.username(),
            token,
            Cursor.text(from.id(), from.part()),
            unread.messages(),
            unread.conversations(),
            account.lastSeen(),
            reset);
    return port.call(() ->
        port.signIns().signIn(session, login, from, () -> session.replyOk(request.header(), ok)));
  }

  private static Optional<Cursor.Position> cursor(ClientRequest.Login request)
      throws RequestRefused {
    if (request.cursor().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(parseCursor(request.cursor().get()));
  }

  static Cursor.Position parseCursor(String text) throws RequestRefused {
    try {
      return Cursor.parse(text);
    } catch (FrameException e) {
      throw new RequestRefused(e.code(), e.getMessage());
    }
  }

  static long minIndex(String text) throws RequestRefused {
    try {
      return IndexToken.parse(text);
    } catch (FrameException e) {
      throw new RequestRefused(e.code(), e.getMessage());
    }
  }

  private boolean isOfLostTimeline(Cursor.Position cursor) {
    return !reads.timelines().goesOnFrom(cursor.id());
  }

  private byte[] tokenKey() throws RequestRefused {
    Optional<byte[]> key = views.tokenKey();
    if (key.isEmpty()) {
      throw new RequestRefused(
          ErrorCode.BEHIND, "this server does not know its cluster yet; repeat, or ask another");
    }
    return key.get();
  }

  private Account authenticate(ClientRequest.Login request)
      throws RequestRefused, InterruptedException {
    if (request.username().isPresent()) {
      throttle.check(request.username().get());
    }
    Optional<Account> seen = known(request);
    Optional<Account> account = attempt(request, seen);
    if (account.isEmpty()) {
      // The refusal rests on something absent or old: look again where nothing acknowledged is
      // missing. A row that did not fit and is still the same is not hashed once more for nothing.
      port.confirmAbsence();
      Optional<Account> now = known(request);
      if (request.token().isPresent() || !now.equals(seen)) {
        account = attempt(request, now);
      }
    }
    if (account.isEmpty()) {
      request.username().ifPresent(throttle::failed);
      throw badCredentials();
    }
    throttle.succeeded(account.get().username());
    return account.get();
  }

  /// The account, if the credentials fit it; `known` is the row of the name given.
  private Optional<Account> attempt(ClientRequest.Login request, Optional<Account> known)
      throws RequestRefused, InterruptedException {
    if (request.token().isPresent()) {
      return inTurn(() -> byToken(request.token().get()));
    }
    if (known.isEmpty()) {
      return Optional.empty();
    }
    boolean fits = hasher.verify(request.password().orElse(""), known.get().passwordHash());
    return fits ? known : Optional.empty();
  }

  private Optional<Account> known(ClientRequest.Login request) {
    return request.username().flatMap(reads::accountNamed).filter(a -> !a.isDeleted());
  }

  private Optional<Account> byToken(String token) throws RequestRefused {
    Optional<Tokens.Claims> claims = tokens.verify(tokenKey(), token);
    if (claims.isEmpty() || views.time() - claims.get().issued() > tokenLifetimeMs) {
      return Optional.empty();
    }
    return reads
        .account(claims.get().account())
        .filter(account -> account.generation() == claims.get().generation());
  }

  static RequestRefused badCredentials() {
    return new RequestRefused(
        ErrorCode.BAD_CREDENTIALS, "the name, the password or the token does not fit");
  }
}
