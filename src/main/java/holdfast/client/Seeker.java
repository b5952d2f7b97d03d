package holdfast.client;

import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The search for a server to talk to. It opens connections to several at a time and says HELLO on
/// each; the first that answers and knows a primary is chosen and logged in on, the others wait in
/// case that fails. No address is given up: each is tried again after a while that doubles. Owned
/// by the client's loop.
final class Seeker {
  /// Why it searches.
  enum Reason {
    /// There is no connection.
    UNCONNECTED,
    /// The server has not answered a PING; a word from it ends the search.
    SILENT,
    /// The server said, or showed, that another will do better.
    MOVE,
    /// The server is about to end and serves until then: another one is logged in on only once
    /// nothing is open here any more.
    LEAVE
  }

  private static final Logger LOG = LoggerFactory.getLogger(Seeker.class);

  private final Timing timing;
  private final Targets targets;
  private final Session session;
  private final Dispatcher dispatcher;
  private final Dialler dialler;
  private final String clientName;
  private final List<Link> asked = new ArrayList<>();
  private final List<Link> answered = new ArrayList<>();
  private Optional<Reason> reason = Optional.empty();

  /// The name of the cluster that was found first: no other one knows this user.
  private Optional<String> cluster = Optional.empty();

  /// Where LOGIN was sent, oldest first.
  private final Map<Link, Attempt> chosen = new LinkedHashMap<>();

  private Optional<Link> found = Optional.empty();
  private long startedAt;
  private long answeredAt;
  private long noticeAfter;

  /// A LOGIN under way.
  ///
  /// @param as as whom
  /// @param since when, ns
  private record Attempt(Session.Login as, int passwordsTried, long since) {
    /// The password that it is made with, or would be if the token did not do.
    String password() {
      return passwordsTried == 0 ? as.password() : as.passwords().get(passwordsTried - 1);
    }
  }

  Seeker(
      ClientSettings settings,
      Targets targets,
      Session session,
      Dispatcher dispatcher,
      Dialler dialler) {
    this.timing = settings.timing();
    this.clientName = settings.name();
    this.targets = targets;
    this.session = session;
    this.dispatcher = dispatcher;
    this.dialler = dialler;
  }

  void begin(Reason why, long now) {
    reason = Optional.of(why);
    startedAt = now;
    noticeAfter = timing.searchNotice().toNanos();
    targets.spread(now);
  }

  void becomes(Reason why) {
    reason = Optional.of(why);
  }

  /// There is a server to go to, found that long ago, ns; empty: none yet, or one is being logged
  /// in on.
  OptionalLong readyFor(long now) {
    return answered.isEmpty() ? OptionalLong.empty() : OptionalLong.of(now - answeredAt);
  }

  /// Nobody is searched for any more; what was opened is closed.
  void end() {
    for (Link link : links()) {
      link.close();
      link.target().attemptEnded();
    }
    asked.clear();
    answered.clear();
    chosen.clear();
    reason = Optional.empty();
  }

  boolean searching() {
    return reason.isPresent();
  }

  boolean searchingBecause(Reason why) {
    return reason.isPresent() && reason.get() == why;
  }

  /// LOGIN was sent to another server: it will send the events that come from now on.
  boolean loggingIn() {
    return !chosen.isEmpty();
  }

  boolean has(Link link) {
    return chosen.containsKey(link) || asked.contains(link) || answered.contains(link);
  }

  /// The connection that the search has led to, once; the search is over then.
  Optional<Link> takeFound() {
    Optional<Link> link = found;
    if (link.isPresent()) {
      found = Optional.empty();
      chosen.remove(link.get());
      link.get().target().attemptEnded();
      end();
    }
    return link;
  }

  void onOpened(Link link, long now) {
    if (!searching()) {
      link.close();
      link.target().attemptEnded();
      return;
    }
    asked.add(link);
    dialler.read(link);
    boolean sent =
        link.send(
            Link.HELLO_ID, header -> new ClientRequest.Hello(header, Optional.of(clientName)), now);
    if (!sent) {
      drop(link, now);
    }
  }

  void onNotOpened(Target target, long now) {
    target.attemptEnded();
    targets.failed(target, now);
  }

  /// A connection of the search ended, or is of no use.
  void drop(Link link, long now) {
    link.close();
    link.target().attemptEnded();
    targets.failed(link.target(), now);
    asked.remove(link);
    answered.remove(link);
    if (chosen.remove(link) != null) {
      choose(now);
    }
  }

  /// @param mayUsePassword if the token is refused; not while the user is logging out
  void onFrame(Link link, ServerFrame frame, boolean mayUsePassword, long now) {
    switch (frame) {
      case ServerFrame.Ok(_, var payload) -> {
        long id = link.answered(frame);
        Attempt attempt = chosen.get(link);
        if (id == Link.HELLO_ID) {
          onHello(link, payload, now);
        } else if (id == Link.LOGIN_ID && attempt != null) {
          onLoggedIn(link, attempt, payload, now);
        }
      }
      case ServerFrame.Error error -> {
        boolean login = link.answered(frame) == Link.LOGIN_ID && !error.retry();
        Attempt attempt = chosen.get(link);
        if (login && attempt != null) {
          onLoginRefused(link, attempt, error.message(), mayUsePassword, now);
        } else {
          drop(link, now);
          link.target().notBefore(now + error.pause(Duration.ZERO).toNanos());
        }
      }
      case ServerFrame.Pushed _ -> dispatcher.drop();
      case ServerFrame.Unknown _ -> {}
    }
  }

  private void onHello(Link link, JsonNode payload, long now) {
    OkPayload.Hello hello;
    try {
      hello = ClientCodec.payload(OkPayload.Hello.class, payload);
    } catch (FrameException e) {
      drop(link, now);
      return;
    }
    if (cluster.isPresent() && !cluster.get().equals(hello.cluster())) {
      LOG.warn("{} is of another cluster: {}", link.target().address(), hello.cluster());
      drop(link, now);
      return;
    }
    cluster = Optional.of(hello.cluster());
    HostPort address = link.target().address();
    ServerAddress itself =
        hello.servers().stream()
            .filter(server -> server.serverId().equals(hello.serverId()))
            .findFirst()
            .orElseGet(() -> new ServerAddress(hello.serverId(), address.host(), address.port()));
    link.greeted(itself, hello.primary().isPresent());
    targets.learn(hello.servers(), now);
    asked.remove(link);
    if (answered.isEmpty()) {
      answeredAt = now;
    }
    answered.add(link);
    choose(now);
  }

  /// Chooses where to log in, if there is a choice to be made now: the first time, and again when
  /// the one chosen takes its time.
  private void choose(long now) {
    if (answered.isEmpty() || searchingBecause(Reason.LEAVE) || untilChoice(now) > 0) {
      return;
    }
    boolean patient = now - answeredAt < timing.grace().toNanos();
    Optional<Link> best = answered.stream().filter(Link::knowsPrimary).findFirst();
    if (best.isEmpty() && !patient) {
      best = Optional.of(answered.getFirst());
    }
    best.ifPresent(link -> tryOn(link, now));
  }

  /// Nanoseconds until another one may be chosen: a server that lags behind what this client has
  /// seen answers LOGIN late, or not at all.
  private long untilChoice(long now) {
    return chosen.values().stream()
        .mapToLong(attempt -> attempt.since() + timing.replyPatience().toNanos() - now)
        .max()
        .orElse(0);
  }

  private void tryOn(Link link, long now) {
    answered.remove(link);
    if (session.login().isEmpty()) {
      found = Optional.of(link);
      return;
    }
    Session.Login login = session.login().get();
    chosen.put(link, new Attempt(login, 0, now));
    if (!link.send(Link.LOGIN_ID, session.byToken(login), now)) {
      drop(link, now);
    }
  }

  private void onLoggedIn(Link link, Attempt attempt, JsonNode payload, long now) {
    if (!session.login().equals(Optional.of(attempt.as()))) {
      drop(link, now); // the user logged in or out meanwhile, on the connection in use
      return;
    }
    try {
      OkPayload.LoggedIn reply = ClientCodec.payload(OkPayload.LoggedIn.class, payload);
      session.resumed(attempt.as(), attempt.password(), reply);
      if (reply.reset()) {
        dispatcher.tell(new Notice.Reset());
      }
      found = Optional.of(link);
    } catch (FrameException e) {
      drop(link, now);
    }
  }

  private void onLoginRefused(
      Link link, Attempt attempt, String why, boolean mayUsePassword, long now) {
    Session.Login login = attempt.as();
    if (!session.login().equals(Optional.of(login))) {
      drop(link, now);
    } else if (mayUsePassword && attempt.passwordsTried() < login.passwords().size()) {
      Attempt next = new Attempt(login, attempt.passwordsTried() + 1, now);
      chosen.put(link, next);
      if (!link.send(Link.LOGIN_ID, session.byPassword(login, next.password()), now)) {
        drop(link, now);
      }
    } else {
      session.loggedOut();
      dispatcher.tell(new Notice.LoggedOut(why));
      found = Optional.of(link);
    }
  }

  private List<Link> links() {
    List<Link> links = new ArrayList<>(asked);
    links.addAll(answered);
    links.addAll(chosen.keySet());
    return links;
  }

  /// What is due: attempts, judgements, a choice, a word to the user.
  void onTime(long now) {
    if (!searching()) {
      return;
    }
    for (Link link : links()) {
      switch (link.verdict(timing, now)) {
        case FINE -> {}
        case PING -> {
          if (!link.ping(now)) {
            drop(link, now);
          }
        }
        case SILENT, STUCK -> drop(link, now);
      }
    }
    for (Target target : targets.due(now)) {
      target.attemptBegan();
      dialler.dial(target);
    }
    choose(now);
    if (now - startedAt >= noticeAfter) {
      while (now - startedAt >= noticeAfter) {
        noticeAfter *= 2;
      }
      dispatcher.tell(new Notice.Connecting(Duration.ofNanos(now - startedAt)));
    }
  }

  /// After a pause of this process: what was not heard meanwhile says nothing.
  void forgive(long now) {
    links().forEach(link -> link.heard(now));
  }

  /// Nanoseconds until something is due, at least 0, at most `limit`.
  long untilDue(long now, long limit) {
    if (!searching()) {
      return limit;
    }
    long next = Math.min(limit, Math.max(0, startedAt + noticeAfter - now));
    next = targets.untilDue(now, next);
    if (!answered.isEmpty()) {
      boolean leaving = searchingBecause(Reason.LEAVE);
      long patience = (leaving ? timing.replyPatience() : timing.grace()).toNanos();
      long grace = answeredAt + patience - now;
      next = Math.min(next, Math.max(0, Math.max(grace, untilChoice(now))));
    }
    for (Link link : links()) {
      next = Math.min(next, link.untilVerdict(timing, now));
    }
    return next;
  }
}
