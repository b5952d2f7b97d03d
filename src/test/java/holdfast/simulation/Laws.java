package holdfast.simulation;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.replication.Envelope;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What must hold at every moment, checked as things happen, by an observer who sees all servers at
/// once and forgets nothing: here what holds whether there is one history or several.
abstract class Laws {
  /// What stands before an entry, and the entry's command: equal wherever index and term are.
  private record Context(long termBefore, byte[] command) {}

  /// @param voter the key of the data directory: a server that lost it is another one
  private record Vote(String voter, long term) {}

  protected final World world;

  private final Map<Long, ServerId> primaries = new HashMap<>();
  private final Map<Vote, ServerId> votes = new HashMap<>();
  private final Map<String, Long> termsShown = new HashMap<>();
  private final Map<LogPosition, Context> entries = new HashMap<>();
  private final Map<String, Request> requests = new LinkedHashMap<>();
  private final Set<String> givenUp = new HashSet<>();
  private long acknowledged;
  private long readsDone;
  private long installs;
  private long disksLost;

  protected Laws(World world) {
    this.world = world;
  }

  /// The laws of a run by `plan`.
  static Laws of(World world, Plan plan) {
    return plan.survivor() ? new TimelineLaws(world) : new OneHistory(world);
  }

  /// How many writes clients were told are done.
  final long acknowledged() {
    return acknowledged;
  }

  /// How many linearizable reads were served.
  final long readsDone() {
    return readsDone;
  }

  /// How many snapshots were installed.
  final long installs() {
    return installs;
  }

  /// How many disks were lost.
  final long disksLost() {
    return disksLost;
  }

  /// Every write that a client ever asked for.
  protected final Collection<Request> requests() {
    return requests.values();
  }

  final Request request(String name) {
    return requests.get(name);
  }

  // ---- the core

  /// A process begins with what its disk kept: no term that it ever spoke of may be lost.
  final void started(ServerProcess process) {
    long shown = termsShown.getOrDefault(process.disk().key(), 0L);
    Violation.unless(
        process.replica().term() >= shown,
        "server %s restarts in term %d, it had spoken of %d",
        process.id(),
        process.replica().term(),
        shown);
    Violation.unless(
        process.replica().role() != Role.PRIMARY, "server %s starts as primary", process.id());
  }

  final void stepped(ServerProcess process, Role roleBefore, long termBefore) {
    Role role = process.replica().role();
    long term = process.replica().term();
    Violation.unless(
        term >= termBefore, "server %s goes from term %d to %d", process.id(), termBefore, term);
    if (role != roleBefore || term != termBefore) {
      world.trace().line(world.agenda().now(), "%s is %s in term %d", process.id(), role, term);
    }
    if (role == Role.PRIMARY && (roleBefore != Role.PRIMARY || term != termBefore)) {
      atMostOne(process, term);
      elected(process, term);
      world.elected(process);
    }
  }

  /// At most one primary a term.
  private void atMostOne(ServerProcess process, long term) {
    ServerId other = primaries.putIfAbsent(term, process.id());
    Violation.unless(
        other == null || other.equals(process.id()),
        "term %d has two primaries, %s and %s",
        term,
        other,
        process.id());
  }

  /// A server became primary.
  protected abstract void elected(ServerProcess process, long term);

  final void sent(ServerId from, Envelope envelope) {
    PeerMessage message = envelope.message();
    boolean ofNextTerm =
        switch (message) {
          case PeerMessage.RequestVote request -> request.preVote();
          case PeerMessage.VoteResponse response -> response.preVote();
          default -> false;
        };
    if (ofNextTerm) {
      return;
    }
    termsShown.merge(world.server(from).disk().key(), message.term(), Math::max);
    switch (message) {
      case PeerMessage.RequestVote request -> votes(from, request.term(), from);
      case PeerMessage.VoteResponse response -> {
        if (response.granted()) {
          votes(from, response.term(), envelope.to());
          world.voted(from);
        }
      }
      default -> {}
    }
  }

  private void votes(ServerId voter, long term, ServerId candidate) {
    Vote vote = new Vote(world.server(voter).disk().key(), term);
    ServerId before = votes.putIfAbsent(vote, candidate);
    Violation.unless(
        before == null || before.equals(candidate),
        "server %s votes in term %d for %s and for %s",
        voter,
        term,
        before,
        candidate);
  }

  /// Called when the entries are on disk for good: until then nobody may have heard of them.
  final void synced(ServerProcess process, List<LogEntry> added) {
    long termBefore = process.replica().termAt(added.getFirst().index() - 1).orElseThrow();
    for (LogEntry entry : added) {
      Context context = new Context(termBefore, entry.command());
      Context known = entries.putIfAbsent(entry.position(), context);
      Violation.unless(
          known == null
              || (known.termBefore() == termBefore
                  && Arrays.equals(known.command(), entry.command())),
          "server %s has another entry at %s, or after another, than was seen before",
          process.id(),
          entry);
      termBefore = entry.term();
    }
    kept(added);
  }

  /// The entries are on a disk for good.
  protected abstract void kept(List<LogEntry> added);

  /// Called before the entries are written.
  final void appends(ServerProcess process, List<LogEntry> added) {
    LogEntry first = added.getFirst();
    LogPosition last = process.disk().last();
    boolean truncates = first.index() <= last.index();
    // A last survivor may have followed and founded in one step: what it received is older.
    boolean made =
        process.replica().role() == Role.PRIMARY && first.term() == process.replica().term();
    Violation.unless(
        !truncates || !made, "primary %s truncates its log at %s", process.id(), first);
    if (process.replica().role() == Role.PRIMARY) {
      for (LogEntry entry : added) {
        world.commands().membershipOf(entry).ifPresent(m -> states(process, m));
      }
    }
  }

  /// A primary states a list of members.
  protected abstract void states(ServerProcess process, Membership stated);

  /// Called once the entries of the step are written, not synced.
  ///
  /// @param counting whether it was primary before the step as it is after it. Whoever became one
  ///   in the step may have been told before, in the same step, what another had committed
  abstract void commits(ServerProcess process, long before, long now, boolean counting);

  /// A disk is gone, with the term and the votes that it remembered.
  final void lost(Server server) {
    disksLost++;
    world.trace().line(world.agenda().now(), "%s begins with nothing", server.id());
  }

  /// What is committed is on disk, for sure, on a majority, and while a change of the voters is not
  /// committed on a majority of those before it, too.
  protected final void heldByQuorum(ServerProcess process, long commitBefore, LogEntry entry) {
    List<Membership> views =
        process.disk().viewsBeyond(commitBefore, world.configured(), world.commands());
    for (Membership view : views) {
      List<ServerId> voters = view.voters();
      long holders =
          voters.stream().filter(id -> world.server(id).heldForSure(entry.position())).count();
      Violation.unless(
          2 * holders > voters.size(),
          "server %s commits %s, which only %d of %s have on disk",
          process.id(),
          entry,
          holders,
          voters);
    }
  }

  /// An operator's change was made, and no server may take it back.
  abstract void changed(MemberChange change);

  /// How many changes of the members were made by operators.
  abstract long changes();

  /// How long the longest history is.
  abstract long committedLength();

  /// The latest list of members that is committed, or the configured one.
  abstract Membership membership();

  /// A server puts a snapshot in the place of its state.
  final void installs(Server server, Runnable install) {
    long termBefore = server.disk().hardState().term();
    Disk.Snapshot snapshot = server.disk().ready().orElseThrow();
    installs(
        server,
        snapshot,
        () -> {
          install.run();
          world
              .trace()
              .line(world.agenda().now(), "%s installs %s", server.id(), snapshot.position());
        });
    Violation.unless(
        server.disk().hardState().term() >= termBefore,
        "server %s was in term %d, with the snapshot of %s it is in %d",
        server.id(),
        termBefore,
        snapshot.position(),
        server.disk().hardState().term());
    installs++;
  }

  protected abstract void installs(Server server, Disk.Snapshot snapshot, Runnable install);

  // ---- the chat

  /// Called inside the transaction; the request that the entry carried, if a client's.
  final Optional<Request> applied(
      ServerProcess process, LogEntry entry, Command command, Applied applied) {
    Optional<Request> request =
        command instanceof Command.Write write
            ? Optional.of(requests.get(write.request().requestId()))
            : Optional.empty();
    if (isFirst(process, entry, applied)) {
      request.ifPresent(r -> {
        Violation.unless(
            !givenUp.contains(r.name()),
            "%s was refused for good and is applied at %s",
            r.name(),
            entry);
        firstApplied(r, entry, applied);
      });
      if (world.trace().on()) {
        world.trace().line(world.agenda().now(), "%s applies %s: %s", process.id(), entry, applied);
      }
    }
    return request;
  }

  /// Whether no server has applied the entry before; if one has, this one does as that one did.
  protected abstract boolean isFirst(ServerProcess process, LogEntry entry, Applied applied);

  protected abstract void firstApplied(Request request, LogEntry entry, Applied applied);

  // ---- the clients

  final void asked(Request request) {
    requests.put(request.name(), request);
    world.trace().line(world.agenda().now(), "client asks %s", request.name());
  }

  final void acknowledged(Request request, Outcome outcome) {
    world.trace().line(world.agenda().now(), "client has %s: %s", request.name(), outcome);
    Violation.unless(
        wasApplied(request, outcome),
        "%s is acknowledged as %s, but was not applied so",
        request.name(),
        outcome);
    acknowledged++;
    told(request, outcome);
  }

  protected abstract boolean wasApplied(Request request, Outcome outcome);

  /// Whether the request was ever applied.
  protected abstract boolean wasApplied(Request request);

  /// A client knows of this outcome.
  protected abstract void told(Request request, Outcome outcome);

  /// The client was told for certain, each time it asked, that the request was not logged, and it
  /// asks no more.
  final void givenUp(Request request) {
    world.trace().line(world.agenda().now(), "client gives up %s", request.name());
    Violation.unless(
        !wasApplied(request), "%s was refused for good but is applied", request.name());
    givenUp.add(request.name());
  }

  /// What a linearizable read that begins now must see.
  abstract long readFloor();

  final void readDone(ServerProcess process, long floor, long index) {
    readsDone++;
    served(process, floor, index);
  }

  protected abstract void served(ServerProcess process, long floor, long index);

  // ---- the end

  /// Everybody has everything, and the same.
  abstract void converged();
}
