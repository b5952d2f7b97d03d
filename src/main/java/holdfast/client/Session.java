package holdfast.client;

import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
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
  record Login(String username, String password, String token) {}

  EventGate gate() {
    return gate;
  }

  Optional<Login> login() {
    return login;
  }

  /// The user logged in: a new stream of events begins.
  void loggedIn(String password, OkPayload.LoggedIn reply) {
    login = Optional.of(new Login(reply.username(), password, reply.token()));
    gate.restart(reply.cursor());
  }

  /// The same login on another server, which says whether it can go on where the events stopped.
  void resumed(Login known, OkPayload.LoggedIn reply) {
    login = Optional.of(new Login(known.username(), known.password(), reply.token()));
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

  Function<RequestHeader, ClientRequest> byPassword(Login known) {
    return header ->
        new ClientRequest.Login(
            header,
            Optional.of(known.username()),
            Optional.of(known.password()),
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
          case OkPayload.Empty _,
              OkPayload.HelpText _,
              OkPayload.Hello _,
              OkPayload.Status _,
              OkPayload.LoggedIn _,
              OkPayload.Users _,
              OkPayload.Conversations _,
              OkPayload.History _,
              OkPayload.Found _,
              OkPayload.Accepted _,
              OkPayload.Rooms _,
              OkPayload.Members _,
              OkPayload.Synced _ ->
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
