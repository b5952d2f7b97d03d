package holdfast.simulation;

import holdfast.chat.ChatMachine;
import holdfast.chat.EntryId;
import holdfast.chat.Outcome;
import holdfast.replication.Answer;
import holdfast.replication.LogPosition;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where one server's process keeps the writes that clients wait for: proposes them if it is the
/// primary, forwards them if another is, holds them while nobody is. Writes of one connection reach
/// the log in the order sent: forwards are numbered per connection and term, and a primary takes no
/// number before the one it waits for.
final class WriteDesk {
  private static final long HOLD_US = 3 * Agenda.SECOND;
  private static final long TIMEOUT_US = 5 * Agenda.SECOND;
  private static final long FORWARD_AGAIN_US = 400 * Agenda.MS;

  /// A write that a client of this server waits for.
  private static final class Write {
    private final Session session;
    private final Request request;
    private final long since;

    /// It may be in somebody's log.
    private boolean maybeLogged;

    private boolean proposed;
    private long number;
    private long forwardedAt;

    Write(Session session, Request request, long since) {
      this.session = session;
      this.request = request;
      this.since = since;
    }
  }

  /// A client's connection.
  private static final class Session {
    private final Client.Connection connection;
    private final List<Write> pending = new ArrayList<>();
    private boolean failed;
    private long term;
    private long nextNumber = 1;

    Session(Client.Connection connection) {
      this.connection = connection;
    }
  }

  /// Which forward of a connection a primary takes next, in its term.
  private record Expected(long term, long number) {}

  /// Who waits for a proposal.
  private sealed interface Origin {
    record Local(Write write) implements Origin {}

    record Forwarded(ServerId from, long connection, long term, long number) implements Origin {}
  }

  private record Logged(long term, Origin origin) {}

  private final ServerProcess process;
  private final Map<Long, Session> sessions = new LinkedHashMap<>();
  private final Map<Long, Expected> expected = new HashMap<>();
  private final Map<Long, Origin> proposals = new HashMap<>();
  private final Map<Long, Logged> logged = new HashMap<>();

  /// Writes known to be committed at an index that is not applied here yet.
  private final Map<Long, List<Write>> waiting = new HashMap<>();

  private Timeline timelineBefore = Timeline.of(0);

  WriteDesk(ServerProcess process) {
    this.process = process;
  }

  void onRequest(Client.Connection connection, Request request) {
    Session session = sessions.computeIfAbsent(connection.id(), _ -> new Session(connection));
    if (session.failed) {
      reply(session, request, new Reply.NotDone());
      return;
    }
    Optional<Outcome> first = remembered(request);
    if (first.isPresent()) {
      reply(session, request, new Reply.Ok(first.get()));
    } else {
      session.pending.add(new Write(session, request, process.now()));
    }
  }

  void onClosed(Client.Connection connection) {
    sessions.remove(connection.id());
  }

  /// Whether clients of this server wait for an answer.
  boolean answersWait() {
    return sessions.values().stream().anyMatch(session -> !session.pending.isEmpty());
  }

  /// Sends every write on its way that is not yet, and gives up those that have waited too long.
  void route() {
    long term = process.replica().term();
    if (!isHere(timelineBefore)) {
      waiting.clear();
      timelineBefore = Timeline.of(term);
    }
    boolean isPrimary = process.replica().role() == Role.PRIMARY;
    Optional<ServerId> primary = process.replica().primary();
    for (Session session : sessions.values()) {
      if (session.term != term) {
        session.term = term;
        session.nextNumber = 1;
        for (Write write : session.pending) {
          write.number = 0;
          write.proposed = false;
        }
      }
      giveUp(session);
      for (Write write : session.pending) {
        if (isPrimary && !write.proposed) {
          write.proposed = true;
          propose(write.request, new Origin.Local(write));
        } else if (!isPrimary && primary.isPresent()) {
          forward(write, primary.get());
        }
      }
    }
  }

  private void giveUp(Session session) {
    boolean late =
        session.pending.stream()
            .anyMatch(
                write -> process.now() - write.since > (write.maybeLogged ? TIMEOUT_US : HOLD_US));
    if (late) {
      session.failed = true;
      for (Write write : session.pending) {
        reply(
            session, write.request, write.maybeLogged ? new Reply.Unknown() : new Reply.NotDone());
      }
      session.pending.clear();
    }
  }

  private void forward(Write write, ServerId primary) {
    Session session = write.session;
    if (write.number == 0) {
      write.number = session.nextNumber++;
    } else if (process.now() - write.forwardedAt < FORWARD_AGAIN_US) {
      return;
    }
    write.forwardedAt = process.now();
    write.maybeLogged = true;
    long connection = session.connection.id();
    long term = session.term;
    long number = write.number;
    ServerId self = process.id();
    process.tell(
        primary,
        "FORWARD",
        other -> other.writes().onForward(self, connection, term, number, write.request));
  }

  private void onForward(ServerId from, long connection, long term, long number, Request request) {
    process.onAsked(from);
    if (!isHere(Timeline.of(term))) {
      return;
    }
    Optional<Outcome> first = remembered(request);
    Expected next = expected.getOrDefault(connection, new Expected(term, 1));
    if (next.term() < term) {
      next = new Expected(term, 1);
    }
    if (first.isPresent()) {
      // All before it on the connection are in the log before it.
      if (next.term() == term && next.number() <= number) {
        expected.put(connection, new Expected(term, number + 1));
      }
      replyCommitted(from, connection, request, first.get());
    } else if (process.replica().role() == Role.PRIMARY
        && process.replica().term() == term
        && next.term() == term
        && next.number() == number) {
      expected.put(connection, new Expected(term, number + 1));
      propose(request, new Origin.Forwarded(from, connection, term, number));
    }
    // A number below the next is in the log already; one above is sent again after those before it.
  }

  private void replyCommitted(ServerId to, long connection, Request request, Outcome outcome) {
    Timeline timeline = Timeline.of(process.replica().term());
    process.tell(
        to,
        "FORWARD_REPLY",
        other -> other.writes().onCommitted(connection, request, outcome.id(), timeline));
  }

  /// What is said in another timeline says nothing here.
  private boolean isHere(Timeline timeline) {
    return timeline.equals(Timeline.of(process.replica().term()));
  }

  private void onCommitted(long connection, Request request, long id, Timeline timeline) {
    Session session = sessions.get(connection);
    if (session == null || !isHere(timeline)) {
      return;
    }
    for (Write write : session.pending) {
      if (write.request.equals(request)) {
        long index = EntryId.indexOf(id);
        waiting.computeIfAbsent(index, _ -> new ArrayList<>()).add(write);
        if (index <= process.applied()) {
          answerWaiting(index);
        }
        return;
      }
    }
  }

  private void propose(Request request, Origin origin) {
    proposals.put(process.propose(request), origin);
  }

  /// The proposal stands in the log now. What the server proposed for itself has no origin.
  void onAppended(Answer.Appended answer) {
    Origin origin = proposals.remove(answer.proposalId());
    if (origin == null) {
      return;
    }
    LogPosition position = answer.position();
    if (origin instanceof Origin.Local(Write write)) {
      write.maybeLogged = true;
    }
    logged.put(position.index(), new Logged(position.term(), origin));
  }

  /// Everything proposed after it in the same step was refused, too.
  void onRefused(Answer.Refused answer) {
    Origin origin = proposals.remove(answer.proposalId());
    switch (origin) {
      case null -> {} // the server's own entry
      case Origin.Local(Write write) -> write.proposed = false;
      case Origin.Forwarded(_, long connection, long term, long number) ->
          expected.computeIfPresent(
              connection,
              (_, next) ->
                  next.term() == term && next.number() > number
                      ? new Expected(term, number)
                      : next);
    }
  }

  /// The command at `index` was applied, in a transaction that is committed now.
  void onApplied(long index, long term, Request request, Outcome outcome) {
    Logged mine = logged.remove(index);
    if (mine != null && mine.term() == term) {
      switch (mine.origin()) {
        case Origin.Local(Write write) -> answer(write, outcome);
        case Origin.Forwarded(ServerId from, long connection, _, _) ->
            replyCommitted(from, connection, request, outcome);
      }
    }
    answerWaiting(index);
  }

  private void answerWaiting(long index) {
    List<Write> writes = waiting.remove(index);
    if (writes == null) {
      return;
    }
    for (Write write : writes) {
      Optional<Outcome> outcome = remembered(write.request);
      Violation.unless(
          outcome.isPresent(),
          "server %s forgot %s, committed at %d",
          process.id(),
          write.request.name(),
          index);
      answer(write, outcome.orElseThrow());
    }
  }

  private void answer(Write write, Outcome outcome) {
    if (write.session.pending.remove(write)) {
      reply(write.session, write.request, new Reply.Ok(outcome));
    }
  }

  private void reply(Session session, Request request, Reply reply) {
    session.connection.toClient(client -> client.onReply(session.connection, request, reply));
  }

  /// What came of `request`, if it is applied here.
  Optional<Outcome> remembered(Request request) {
    return process
        .machine()
        .remembered(request.key())
        .map(found ->
            switch (found) {
              case ChatMachine.Remembered.First(Outcome outcome) -> outcome;
              case ChatMachine.Remembered.OtherContent() ->
                  throw new IllegalStateException(request.name() + " has two contents");
            });
  }
}
