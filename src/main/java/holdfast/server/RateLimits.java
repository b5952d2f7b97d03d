package holdfast.server;

import holdfast.wire.ErrorCode;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// How much a connection may ask, and an account write, on this server. Safe for any thread.
final class RateLimits {
  /// After a rest, this many seconds' worth at once.
  private static final int BURST_SECONDS = 2;

  /// Accounts whose writes are counted; a full table starts anew.
  private static final int ACCOUNTS_MAX = 65_536;

  /// Looking up whether names are taken is always slowed down: for one connection, and, as anybody
  /// can open many, for all of them.
  private static final int EXISTS_PER_SECOND = 1;

  private static final int EXISTS_BURST = 10;
  private static final int EXISTS_OF_ALL_PER_SECOND = 50;
  private static final int EXISTS_OF_ALL_BURST = 500;

  private final Settings settings;
  private final ConcurrentHashMap<Long, TokenBucket> accounts = new ConcurrentHashMap<>();
  private final TokenBucket exists =
      new TokenBucket(EXISTS_OF_ALL_PER_SECOND, EXISTS_OF_ALL_BURST, System.nanoTime());

  /// So many a second; 0: as many as they like.
  ///
  /// @param requests of a connection, as `rate.requests`
  /// @param writes of an account, as `rate.writes`
  record Settings(int requests, int writes) {}

  /// What one connection may still ask.
  static final class Allowance {
    private final Optional<TokenBucket> requests;
    private Optional<TokenBucket> exists = Optional.empty();

    private Allowance(Optional<TokenBucket> requests) {
      this.requests = requests;
    }

    private synchronized TokenBucket exists(long now) {
      if (exists.isEmpty()) {
        exists = Optional.of(new TokenBucket(EXISTS_PER_SECOND, EXISTS_BURST, now));
      }
      return exists.get();
    }
  }

  RateLimits(Settings settings) {
    this.settings = settings;
  }

  /// For a new connection.
  Allowance allowance() {
    return new Allowance(
        settings.requests() == 0
            ? Optional.empty()
            : Optional.of(bucket(settings.requests(), System.nanoTime())));
  }

  private static TokenBucket bucket(int perSecond, long now) {
    return new TokenBucket(perSecond, BURST_SECONDS * perSecond, now);
  }

  /// Counts a request of the connection, or refuses it.
  void onRequest(Allowance allowance) throws RequestRefused {
    if (allowance.requests.isPresent()) {
      refuseUnless(
          allowance.requests.get().take(System.nanoTime()), "too many requests on this connection");
    }
  }

  /// Counts a write of `account`, or refuses it. 0: of nobody who is signed in.
  void onWrite(long account) throws RequestRefused {
    if (settings.writes() == 0 || account == 0) {
      return;
    }
    long now = System.nanoTime();
    if (accounts.size() >= ACCOUNTS_MAX) {
      accounts.clear();
    }
    refuseUnless(
        accounts.computeIfAbsent(account, _ -> bucket(settings.writes(), now)).take(now),
        "too many writes of this account");
  }

  /// Counts a look-up of a name, or refuses it.
  void onExists(Allowance allowance) throws RequestRefused {
    long now = System.nanoTime();
    refuseUnless(allowance.exists(now).take(now), "too many names looked up on this connection");
    refuseUnless(exists.take(now), "too many names looked up");
  }

  private static void refuseUnless(long retryAfterMs, String what) throws RequestRefused {
    if (retryAfterMs > 0) {
      throw new RequestRefused(
          ErrorCode.RATE_LIMITED, what + "; repeat after retry_after_ms", retryAfterMs);
    }
  }
}
