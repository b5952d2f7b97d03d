package holdfast.server;

import holdfast.chat.Account;
import holdfast.storage.Reads;
import java.util.Optional;

/// Passwords that somebody who is signed in gives once more, with a request that must not be made
/// by whoever finds a terminal unlocked. Safe for any thread; blocks the calling virtual thread.
final class Passwords {
  private final Reads reads;
  private final PasswordHasher hasher;
  private final SignInThrottle throttle;

  Passwords(Reads reads, PasswordHasher hasher, SignInThrottle throttle) {
    this.reads = reads;
    this.hasher = hasher;
    this.throttle = throttle;
  }

  /// A hash of a new password.
  String hash(String password) throws RequestRefused, InterruptedException {
    return hasher.hash(password);
  }

  boolean fits(String password, Account account) throws RequestRefused, InterruptedException {
    return hasher.verify(password, account.passwordHash());
  }

  /// One password, to be tried on this server's copy and, since that may lag, once more. For one
  /// thread at a time.
  Attempt attempt(String password) {
    return new Attempt(password);
  }

  /// See `attempt`.
  final class Attempt {
    private final String password;
    private Optional<String> refusedBy = Optional.empty();

    private Attempt(String password) {
      this.password = password;
    }

    /// The account's row, if the password fits it; else BAD_CREDENTIALS. Wrong ones count as
    /// failed logins do.
    Account check(Login login) throws RequestRefused, InterruptedException {
      throttle.check(login.username());
      Optional<Account> account = reads.account(login.account()).filter(a -> !a.isDeleted());
      Optional<String> hash = account.map(Account::passwordHash);
      // What did not fit and is still the same is not hashed once more for nothing.
      if (hash.isPresent() && !hash.equals(refusedBy) && fits(password, account.get())) {
        throttle.succeeded(login.username());
        return account.get();
      }
      if (refusedBy.isPresent()) {
        throttle.failed(login.username());
      }
      refusedBy = Optional.of(hash.orElse(""));
      throw LoginDesk.badCredentials();
    }
  }
}
