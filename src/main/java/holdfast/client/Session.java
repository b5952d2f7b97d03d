package holdfast.client;

import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What must go on when the server changes: who is logged in, where the stream of events is, and
/// what has been written. Owned by the client's loop.
final class Session {
  private final EventGate gate = new EventGate();
  private Optional<Login> login = Optional.empty();
  private Optional<String> lastIndex = Optional.empty();
  private Optional<Link> lastIndexLink = Optional.empty();
  private long lastWrite;

  /// Enough to log in again on another server. The password stays in memory as long as the login
  /// lasts, for the day the token is refused.
  ///
  /// @param next the password that is being set; whether it is set already is not known
  record Login(String username, String password, String token, Optional<String> next) {
    /// What to try when the token is refused, in this order.
    List<String> passwords() {
      List<String> passwords = new ArrayList<>(next.stream().toList());
      if (!password.isEmpty()) {
        passwords.add(password);
      }
      return passwords;
    }
  }

  EventGate gate() {
    return gate;
  }

  Optional<Login> login() {
    return login;
  }

  /// The user logged in: a new stream of events begins.
  void loggedIn(String password, OkPayload.LoggedIn reply) {
    login = Optional.of(new Login(reply.username(), password, reply.token(), Optional.empty()));
    gate.restart(reply.cursor());
  }

  /// The account is about to get another password.
  void passwordAsked(String password) {
    login = login.map(l -> new Login(l.username(), l.password(), l.token(), Optional.of(password)));
  }

  /// It has it, and another token.
  void passwordSet(String password, String token) {
    login = login.map(l -> new Login(l.username(), password, token, Optional.empty()));
  }

  /// It has kept the old one.
  void passwordKept() {
    login = login.map(l -> new Login(l.username(), l.password(), l.token(), Optional.empty()));
  }

  /// The same login on another server, which says whether it can go on where the events stopped.
  ///
  /// @param password that it was made with, or would have been
  void resumed(Login known, String password, OkPayload.LoggedIn reply) {
    login = Optional.of(new Login(known.username(), password, reply.token(), known.next()));
    if (reply.reset()) {
      gate.restart(reply.cursor());
    }
  }

  void loggedOut() {
    login = Optional.empty();
    gate.clear();
  }

  Function<RequestHeader, ClientRequest> byToken(Login known) {
    return header ->
        new ClientRequest.Login(
            header, Optional.empty(), Optional.empty(), Optional.of(known.token()), gate.cursor());
  }

  Function<RequestHeader, ClientRequest> byPassword(Login known, String password) {
    return header ->
        new ClientRequest.Login(
            header,
            Optional.of(known.username()),
            Optional.of(password),
            Optional.empty(),
            gate.cursor());
  }

  /// A write was acknowledged on `link`. Writes take effect in the order they were made, so the
  /// newest one's index is the highest.
  void wrote(long number, OkPayload reply, Link link) {
    Optional<String> index =
        switch (reply) {
          case OkPayload.Written written -> Optional.of(written.index());
          case OkPayload.Sent sent -> Optional.of(sent.index());
          case OkPayload.Registered registered -> Optional.of(registered.index());
          case OkPayload.PasswordSet set -> Optional.of(set.index());
          case OkPayload.Empty _,
              OkPayload.HelpText _,
              OkPayload.Hello _,
              OkPayload.Status _,
              OkPayload.LoggedIn _,
              OkPayload.Existence _,
              OkPayload.Preferences _,
              OkPayload.Users _,
              OkPayload.Conversations _,
              OkPayload.History _,
              OkPayload.Found _,
              OkPayload.Accepted _,
              OkPayload.Rooms _,
              OkPayload.Members _,
              OkPayload.Synced _,
              OkPayload.AdminChallenge _,
              OkPayload.PrimaryMoved _,
              OkPayload.Unreplayables _,
              OkPayload.BackupMade _,
              OkPayload.BackupPiece _,
              OkPayload.Checked _ ->
              Optional.empty();
        };
    if (index.isPresent() && number > lastWrite) {
      lastWrite = number;
      lastIndex = index;
      lastIndexLink = Optional.of(link);
    }
  }

  /// The `min_index` for a read on `link`. The connection that acknowledged the last write shows it
  /// anyway; any other must be told to wait for it, or reads could go back after a failover.
  Optional<String> minIndex(Pending<?> request, Link link) {
    boolean needed =
        request.kind == Pending.Kind.READ
            && lastIndexLink.isPresent()
            && lastIndexLink.get() != link;
    return needed ? lastIndex : Optional.empty();
  }
}
