package holdfast.server;

import holdfast.chat.Account;
import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.util.Optional;
import java.util.OptionalInt;

/// Writes about one's own account, some of which are more than a look-up and a command. Safe for
/// any thread; blocks the calling virtual thread.
final class AccountWrites {
  private final Admission admission;
  private final ReplicaPort port;
  private final Submissions submissions;
  private final Names names;
  private final Reads reads;
  private final Passwords passwords;

  AccountWrites(
      Admission admission,
      ReplicaPort port,
      Submissions submissions,
      Names names,
      Reads reads,
      Passwords passwords) {
    this.admission = admission;
    this.port = port;
    this.submissions = submissions;
    this.names = names;
    this.reads = reads;
    this.passwords = passwords;
  }

  void write(ClientSession session, ClientRequest.AccountWrite write)
      throws RequestRefused, InterruptedException {
    switch (write) {
      case ClientRequest.Register register -> register(session, register);
      case ClientRequest.Logout logout when logout.all() -> {
        submissions.submit(
            session, logout, (_, _, key) -> new Command.LogoutAll(Submissions.UNSTAMPED, key));
        Submissions.awaitAnswered(session);
      }
      case ClientRequest.Logout logout -> logout(session, logout);
      case ClientRequest.SetPassword set -> setPassword(session, set);
      case ClientRequest.DeleteAccount delete -> deleteAccount(session, delete);
      case ClientRequest.SetPreference set ->
          submissions.submit(
              session,
              set,
              (_, _, key) ->
                  new Command.SetPreference(Submissions.UNSTAMPED, key, set.name(), set.value()));
      case ClientRequest.Block block ->
          submissions.submit(
              session,
              block,
              (_, _, key) ->
                  new Command.Block(Submissions.UNSTAMPED, key, names.account(block.username())));
      case ClientRequest.Unblock unblock ->
          submissions.submit(
              session,
              unblock,
              (_, _, key) ->
                  new Command.Unblock(
                      Submissions.UNSTAMPED, key, names.account(unblock.username())));
    }
  }

  /// A repeat is known before the password is looked at: the old one fits no more by then.
  private void setPassword(ClientSession session, ClientRequest.SetPassword set)
      throws RequestRefused, InterruptedException {
    if (!submissions.answerRepeat(session, set, Admission.requireLogin(session))) {
      Passwords.Attempt attempt = passwords.attempt(set.old());
      submissions.submit(
          session,
          set,
          (_, login, key) -> {
            Account account = attempt.check(login);
            return new Command.SetPassword(
                Submissions.UNSTAMPED,
                key,
                passwords.hash(set.password()),
                account.passwordDigest());
          });
    }
    Submissions.awaitAnswered(session);
  }

  private void deleteAccount(ClientSession session, ClientRequest.DeleteAccount delete)
      throws RequestRefused, InterruptedException {
    Passwords.Attempt attempt = passwords.attempt(delete.password());
    submissions.submit(
        session,
        delete,
        (_, login, key) ->
            new Command.DeleteAccount(
                Submissions.UNSTAMPED, key, attempt.check(login).passwordDigest()));
    Submissions.awaitAnswered(session);
  }

  /// LOGOUT of one connection changes nothing that is replicated.
  private void logout(ClientSession session, ClientRequest.Logout logout)
      throws RequestRefused, InterruptedException {
    Admission.requireLogin(session);
    port.call(() -> {
      port.signIns().signOut(session);
      session.replyOk(logout.header(), new OkPayload.Empty());
      return true;
    });
  }

  /// Hashes the password here, once, and waits for the outcome, so that a LOGIN sent behind it
  /// finds the account.
  private void register(ClientSession session, ClientRequest.Register register)
      throws RequestRefused, InterruptedException {
    long begun = System.nanoTime();
    admission.refuseWhenStopping();
    RequestKey key = submissions.key(register, 0, Optional.of(register.username()));
    // Names are never given out again: one that this server knows is taken for good, unless this is
    // a repeat.
    if (reads.accountNamed(register.username()).isPresent()) {
      Optional<ChatMachine.Remembered> remembered = port.remembered(key);
      if (remembered.orElse(null) instanceof ChatMachine.Remembered.First(Outcome.Done(long id))) {
        answerRepeatedRegister(session, register, id);
        return;
      }
      throw taken(register.username());
    }
    String hash = passwords.hash(register.password());
    PendingReply pending = new PendingReply();
    submissions.submit(
        session,
        register.header(),
        key,
        new Command.Register(Submissions.UNSTAMPED, key, register.username(), hash),
        pending,
        begun);
    PendingReply.Result result = pending.await();
    if (result.repeat() && result.outcome() instanceof Outcome.Done(long id)) {
      answerRepeatedRegister(session, register, id);
    } else {
      submissions.replyOutcome(session, register, 0, result.outcome(), result.acked());
    }
  }

  /// A repeat is OK only if its password fits.
  private void answerRepeatedRegister(
      ClientSession session, ClientRequest.Register register, long account)
      throws RequestRefused, InterruptedException {
    Optional<Account> row = reads.account(account);
    if (row.isEmpty() || !passwords.fits(register.password(), row.get())) {
      throw taken(register.username());
    }
    submissions.replyOutcome(session, register, 0, new Outcome.Done(account), OptionalInt.empty());
  }

  private static RequestRefused taken(String username) {
    return new RequestRefused(
        ErrorCode.USERNAME_TAKEN, "the name %s is taken; choose another".formatted(username));
  }
}
