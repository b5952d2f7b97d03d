package holdfast.client;

import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import holdfast.wire.ServerFrame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state of a client, and what each signal and the passing of time do to it: which server it
/// talks to, what it sends, what it tells its user. One thread calls it (ClientThread); it never
/// blocks. Times are System.nanoTime.
final class ClientLoop {
  /// Requests unanswered on one connection, at most: below the 1,024 at which a server stops
  /// reading, so that a PING is always read.
  private static final int IN_FLIGHT_MAX = 1_000;

  /// Errors after which another server will do better.
  private static final Set<ErrorCode> ELSEWHERE =
      Set.of(ErrorCode.NO_PRIMARY, ErrorCode.BEHIND, ErrorCode.SHUTTING_DOWN);

  private static final Logger LOG = LoggerFactory.getLogger(ClientLoop.class);

  private final Timing timing;
  private final Dispatcher dispatcher;
  private final Targets targets;
  private final Requests requests;
  private final Session session = new Session();
  private final Seeker seeker;

  /// Events of the present connection while another is being logged in on. If that fails they are
  /// told; if it succeeds they come again there.
  private final Deque<ServerEvent> held = new ArrayDeque<>();

  private Optional<Link> current = Optional.empty();
  private Optional<Outage> outage = Optional.empty();
  private volatile Optional<ServerAddress> talkingTo = Optional.empty();

  ClientLoop(ClientSettings settings, Dispatcher dispatcher, Dialler dialler) {
    this.timing = settings.timing();
    this.dispatcher = dispatcher;
    this.targets = new Targets(settings.servers(), timing, new Random(), System.nanoTime());
    this.requests = new Requests(timing);
    this.seeker = new Seeker(settings, targets, session, dispatcher, dialler);
  }

  /// The server that requests go to; for any thread.
  Optional<ServerAddress> talkingTo() {
    return talkingTo;
  }

  void begin(long now) {
    dispatcher.tell(new Notice.Connecting(Duration.ZERO));
    seeker.begin(Seeker.Reason.UNCONNECTED, now);
  }

  // ---- signals

  void on(Signal signal, long now) {
    switch (signal) {
      case Signal.Submitted(var request) -> requests.add(request);
      case Signal.Opened(var link) -> seeker.onOpened(link, now);
      case Signal.NotOpened(var target) -> seeker.onNotOpened(target, now);
      case Signal.Heard(var link, var frame) -> onHeard(link, frame, now);
      case Signal.Ended(var link, var why) -> {
        if (isCurrent(link)) {
          lost(link, why, now);
        } else if (seeker.has(link)) {
          seeker.drop(link, now);
        }
      }
      case Signal.Closed() -> {}
    }
    afterSearching(now);
  }

  private void onHeard(Link link, ServerFrame frame, long now) {
    link.heard(now);
    if (isCurrent(link)) {
      onCurrent(link, frame, now);
    } else if (seeker.has(link)) {
      seeker.onFrame(link, frame, !requests.hasLogout(), now);
    } else if (frame instanceof ServerFrame.Pushed) {
      dispatcher.drop();
    }
  }

  private boolean isCurrent(Link link) {
    return current.isPresent() && current.get() == link;
  }

  /// What the search has come to.
  private void afterSearching(long now) {
    seeker.takeFound().ifPresent(link -> adopt(link, now));
    if (!seeker.loggingIn() && !held.isEmpty()) {
      held.forEach(this::tell);
      held.clear();
    }
  }

  /// From now on requests go to `link`, first of all those that are unanswered.
  private void adopt(Link link, long now) {
    current.ifPresent(Link::close);
    current = Optional.of(link);
    talkingTo = Optional.of(link.server());
    dropHeld();
    int repeated = requests.repeatAll();
    dispatcher.tell(new Notice.Connected(link.server()));
    outage.ifPresent(o -> o.recovered(link.server(), repeated));
    endOutage(now);
  }

  // ---- the connection in use

  private void onCurrent(Link link, ServerFrame frame, long now) {
    if (seeker.searchingBecause(Seeker.Reason.SILENT)) {
      spokeAgain(link, now);
    }
    switch (frame) {
      case ServerFrame.Ok(_, var payload) -> {
        long id = link.answered(frame);
        requests
            .find(Pending.numberOf(id))
            .ifPresent(request -> onOk(link, request, request.accept(payload), now));
      }
      case ServerFrame.Error error -> {
        long id = link.answered(frame);
        if (error.id().isEmpty()) {
          onToldWhy(link, error, now);
        } else {
          requests
              .find(Pending.numberOf(id))
              .ifPresent(request -> onError(link, request, id, error, now));
        }
      }
      case ServerFrame.Pushed(var event) -> onEvent(event, now);
      case ServerFrame.Unknown _ -> {}
    }
  }

  private void onOk(Link link, Pending<?> request, Pending.Outcome outcome, long now) {
    Optional<OkPayload> payload = outcome.payload();
    switch (request.kind) {
      case READ -> {}
      case WRITE -> {
        payload.ifPresent(reply -> onWritten(link, request, reply));
        requests.progressed();
        link.target().proved();
      }
      case LOGIN -> {
        if (payload.isPresent()
            && payload.get() instanceof OkPayload.LoggedIn reply
            && request.request() instanceof ClientRequest.Login asked) {
          dropHeld();
          session.loggedIn(asked.password().orElse(""), reply);
        }
      }
      case LOGOUT -> {
        dropHeld();
        session.loggedOut();
      }
    }
    settle(request, outcome, now);
  }

  private void onWritten(Link link, Pending<?> request, OkPayload reply) {
    session.wrote(request.number, reply, link);
    if (request.request() instanceof ClientRequest.SetPassword asked
        && reply instanceof OkPayload.PasswordSet set) {
      session.passwordSet(asked.password(), set.token());
    } else if (request.request() instanceof ClientRequest.DeleteAccount) {
      dropHeld();
      session.loggedOut();
    }
  }

  private void onError(Link link, Pending<?> request, long id, ServerFrame.Error error, long now) {
    boolean notLoggedIn = isCode(error, ErrorCode.NOT_LOGGED_IN);
    if (notLoggedIn) {
      logOut(error.message());
    }
    if (notLoggedIn && request.kind == Pending.Kind.LOGOUT) {
      settle(request, request.acceptNothing(), now);
    } else if (!error.retry()) {
      if (request.request() instanceof ClientRequest.SetPassword) {
        session.passwordKept();
      }
      settle(request, request.refuse(error, notLoggedIn && request.wasRepeated()), now);
    } else if (id == request.id()) { // else it answers an earlier attempt; a later one is under way
      onRefusedForNow(link, request, error, now);
    }
  }

  private void onRefusedForNow(Link link, Pending<?> request, ServerFrame.Error error, long now) {
    long wait = error.pause(Duration.ZERO).toNanos();
    if (now + wait - request.deadline >= 0) {
      boolean unknown = request.wasRepeated() || isCode(error, ErrorCode.TIMEOUT);
      settle(request, request.refuse(error, unknown), now);
      afterGivingUp(request, now);
      return;
    }
    requests.failed(request, wait, now);
    if (error.code().isPresent() && ELSEWHERE.contains(error.code().get())) {
      move(link, error.message(), now);
    } else if (requests.hopeless() && !isCode(error, ErrorCode.RATE_LIMITED)) {
      move(link, "it keeps refusing: " + error.message(), now);
    }
  }

  private static boolean isCode(ServerFrame.Error error, ErrorCode code) {
    return error.code().isPresent() && error.code().get() == code;
  }

  /// An error that answers no request: it is about the connection, or the login.
  private void onToldWhy(Link link, ServerFrame.Error error, long now) {
    if (isCode(error, ErrorCode.NOT_LOGGED_IN)) {
      logOut(error.message());
    } else if (isCode(error, ErrorCode.SLOW_CONSUMER)) {
      dispatcher.tell(new Notice.SlowConsumer());
    } else if (isCode(error, ErrorCode.SHUTTING_DOWN) && !seeker.searching()) {
      leave(link, error.message(), Seeker.Reason.LEAVE, now, now);
    } else if (error.retry()) {
      move(link, error.message(), now);
    } else {
      LOG.warn("{} says {}: {}", link.target().address(), error.name(), error.message());
    }
  }

  private void logOut(String why) {
    if (session.login().isPresent()) {
      dropHeld();
      session.loggedOut();
      dispatcher.tell(new Notice.LoggedOut(why));
    }
  }

  private void settle(Pending<?> request, Pending.Outcome outcome, long now) {
    requests.settle(request);
    if (request.repeated && outage.isPresent()) {
      outage.get().answered(outcome.isUnknown());
    }
    outcome.tell();
    endOutage(now);
  }

  /// The server may refuse later writes until the one given up comes again, which it will not: only
  /// a new connection begins afresh.
  private void afterGivingUp(Pending<?> request, long now) {
    if (request.kind == Pending.Kind.WRITE && request.wasSent() && current.isPresent()) {
      move(current.get(), "a write was given up on it", now);
    }
  }

  // ---- events

  private void onEvent(ServerEvent event, long now) {
    if (event instanceof ServerEvent.Cluster cluster) {
      targets.learn(cluster.servers(), now);
    }
    if (seeker.loggingIn()) {
      held.add(event);
    } else {
      tell(event);
    }
  }

  private void tell(ServerEvent event) {
    if (session.gate().admit(event)) {
      dispatcher.tell(event);
    } else {
      dispatcher.drop();
    }
  }

  private void dropHeld() {
    held.forEach(_ -> dispatcher.drop());
    held.clear();
  }

  // ---- losing a server

  private void lost(Link link, String why, long now) {
    link.close();
    current = Optional.empty();
    talkingTo = Optional.empty();
    if (seeker.loggingIn()) {
      dropHeld();
    }
    if (seeker.searching()) {
      seeker.becomes(Seeker.Reason.UNCONNECTED);
    } else {
      leave(link, why, Seeker.Reason.UNCONNECTED, now, now);
    }
  }

  /// Another server will do better; until it is found this one may still answer what it was asked.
  private void move(Link link, String why, long now) {
    if (!seeker.searching()) {
      leave(link, why, Seeker.Reason.MOVE, now, now);
    } else if (seeker.searchingBecause(Seeker.Reason.SILENT)
        || seeker.searchingBecause(Seeker.Reason.LEAVE)) {
      seeker.becomes(Seeker.Reason.MOVE);
    }
  }

  /// Whether the present server still takes requests: none is to be sent twice, so they end when
  /// there is another server to go to, and once they are answered, it is gone to.
  private boolean staysFor(long now) {
    if (!seeker.searchingBecause(Seeker.Reason.LEAVE)) {
      return !seeker.searching();
    }
    OptionalLong ready = seeker.readyFor(now);
    if (ready.isEmpty()) {
      return true;
    }
    boolean done = current.map(link -> link.outstanding() == 0).orElse(true);
    if (done || ready.getAsLong() >= timing.replyPatience().toNanos()) {
      seeker.becomes(Seeker.Reason.MOVE);
    }
    return false;
  }

  private void leave(Link link, String why, Seeker.Reason reason, long since, long now) {
    if (link.olderThan(timing.provenAfter().toNanos(), now)) {
      link.target().proved();
    }
    targets.failed(link.target(), now);
    dispatcher.tell(new Notice.Lost(link.server(), why));
    if (outage.isPresent()) {
      outage.get().interrupted();
    } else {
      outage = Optional.of(new Outage(link.server(), since));
    }
    seeker.begin(reason, now);
  }

  private void spokeAgain(Link link, long now) {
    seeker.end();
    afterSearching(now);
    dispatcher.tell(new Notice.Connected(link.server()));
    outage.ifPresent(o -> o.recovered(link.server(), 0));
    endOutage(now);
  }

  private void endOutage(long now) {
    Optional<Notice> over = outage.flatMap(o -> o.over(now));
    if (over.isPresent()) {
      dispatcher.tell(over.get());
      outage = Optional.empty();
    }
  }

  // ---- time

  /// Does what is due, and sends what may be sent.
  void onTime(long now) {
    for (Pending<?> request : requests.expired(now)) {
      settle(request, request.giveUp("no server answered in time"), now);
      afterGivingUp(request, now);
    }
    List<Long> withdrawn = requests.repair(now);
    current.ifPresent(link -> withdrawn.forEach(link::forget));
    if (!seeker.searching() && current.isPresent()) {
      judge(current.get(), now);
    }
    boolean stays = staysFor(now);
    seeker.onTime(now);
    afterSearching(now);
    if (stays || !seeker.searching()) {
      send(now);
    }
  }

  private void judge(Link link, long now) {
    switch (link.verdict(timing, now)) {
      case FINE -> {}
      case PING -> {
        if (!link.ping(now)) {
          lost(link, "it takes nothing more", now);
        }
      }
      case SILENT -> leave(link, "it is silent", Seeker.Reason.SILENT, link.waitingSince(), now);
      case STUCK -> move(link, "it does not answer a request", now);
    }
  }

  /// While it searches nothing new is sent: the search ends with everything being sent in order.
  private void send(long now) {
    while ((!seeker.searching() || seeker.searchingBecause(Seeker.Reason.LEAVE))
        && current.isPresent()
        && current.get().outstanding() < IN_FLIGHT_MAX) {
      Link link = current.get();
      Optional<Pending<?>> next = requests.takeNext();
      if (next.isEmpty()) {
        return;
      }
      Pending<?> request = next.get();
      if (request.request() instanceof ClientRequest.SetPassword asked) {
        session.passwordAsked(asked.password());
      }
      byte[] line = request.nextLine(session.minIndex(request, link));
      if (!link.send(request.id(), line, now)) {
        lost(link, "it takes nothing more", now);
      }
    }
  }

  /// This process was paused: what was not heard meanwhile says nothing about the servers.
  void forgive(long now) {
    current.ifPresent(link -> link.heard(now));
    seeker.forgive(now);
  }

  /// Nanoseconds until something is due, at least 0, at most `limit`.
  long untilDue(long now, long limit) {
    long next = requests.untilExpiry(now, limit);
    next = requests.untilRepair(now, next);
    next = seeker.untilDue(now, next);
    if (!seeker.searching() && current.isPresent()) {
      next = Math.min(next, current.get().untilVerdict(timing, now));
    }
    return next;
  }

  /// The client is closed: nothing is answered any more.
  void close() {
    seeker.end();
    current.ifPresent(Link::close);
    current = Optional.empty();
    talkingTo = Optional.empty();
    for (Pending<?> request : requests.all()) {
      requests.settle(request);
      request.giveUp("the client is closed").tell();
    }
  }
}
