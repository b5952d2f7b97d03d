package holdfast.simulation;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.replication.Envelope;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What must hold at every moment, checked as things happen, by an observer who sees all servers at
/// once and forgets nothing.
final class Laws {
  /// What stands before an entry, and the entry's command: equal wherever index and term are.
  private record Context(long termBefore, byte[] command) {}

  /// @param voter the key of the data directory: a server that lost it is another one
  private record Vote(String voter, long term) {}

  /// What applying an index gave on the first server that did.
  private record Final(Applied applied, byte[] digest) {}

  private final World world;

  private final Map<Long, ServerId> primaries = new HashMap<>();
  private final Map<Vote, ServerId> votes = new HashMap<>();
  private final Map<String, Long> termsShown = new HashMap<>();
  private final Map<LogPosition, Context> entries = new HashMap<>();

  /// The committed log, from index 1 on, and in which term its committer was at the time.
  private final List<LogEntry> committed = new ArrayList<>();

  private final List<Long> committedIn = new ArrayList<>();
  private final List<Final> finals = new ArrayList<>();

  private final Map<String, Request> requests = new HashMap<>();
  private final Map<String, Outcome> outcomes = new HashMap<>();
  private final Map<Integer, Integer> lastNumbers = new HashMap<>();
  private final Set<String> givenUp = new HashSet<>();
  private long readFloor;
  private long acknowledged;
  private long readsDone;
  private long installs;
  private long changes;
  private long disksLost;

  Laws(World world) {
    this.world = world;
  }

  /// How many writes clients were told are done.
  long acknowledged() {
    return acknowledged;
  }

  /// How many linearizable reads were served.
  long readsDone() {
    return readsDone;
  }

  long committedLength() {
    return committed.size();
  }

  /// The latest list of members that is committed, or the configured one.
  Membership membership() {
    for (LogEntry entry : committed.reversed()) {
      Optional<Membership> stated = world.commands().membershipOf(entry);
      if (stated.isPresent()) {
        return stated.get();
      }
    }
    return world.configured();
  }

  // ---- the core

  /// A process begins with what its disk kept: no term that it ever spoke of may be lost.
  void started(ServerProcess process) {
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

  void stepped(ServerProcess process, Role roleBefore, long termBefore) {
    Role role = process.replica().role();
    long term = process.replica().term();
    Violation.unless(
        term >= termBefore, "server %s goes from term %d to %d", process.id(), termBefore, term);
    if (role != roleBefore || term != termBefore) {
      world.trace().line(world.agenda().now(), "%s is %s in term %d", process.id(), role, term);
    }
    if (role == Role.PRIMARY && (roleBefore != Role.PRIMARY || term != termBefore)) {
      elected(process, term);
      world.elected(process);
    }
  }

  /// At most one primary a term, and it has everything committed in terms before its own.
  private void elected(ServerProcess process, long term) {
    ServerId other = primaries.putIfAbsent(term, process.id());
    Violation.unless(
        other == null || other.equals(process.id()),
        "term %d has two primaries, %s and %s",
        term,
        other,
        process.id());
    int known = committed.size();
    while (known > 0 && committedIn.get(known - 1) >= term) {
      known--;
    }
    if (known > 0) {
      LogEntry last = committed.get(known - 1);
      boolean has =
          process.replica().compacted().index() >= last.index()
              || process.replica().termAt(last.index()).equals(Optional.of(last.term()));
      Violation.unless(has, "server %s is primary of term %d without %s", process.id(), term, last);
    }
  }

  void sent(ServerId from, Envelope envelope) {
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

  /// Called before the entries are written.
  void appends(ServerProcess process, List<LogEntry> added) {
    LogEntry first = added.getFirst();
    LogPosition last = process.disk().last();
    boolean truncates = first.index() <= last.index();
    Violation.unless(
        !truncates || process.replica().role() != Role.PRIMARY,
        "primary %s truncates its log at %s",
        process.id(),
        first);
    if (process.replica().role() == Role.PRIMARY) {
      for (LogEntry entry : added) {
        world.commands().membershipOf(entry).ifPresent(m -> states(process, m));
      }
    }
  }

  /// One change at a time, by one voter; whoever comes has no vote; no id is given twice.
  private void states(ServerProcess process, Membership stated) {
    Membership before = world.configured();
    for (long index = stated.index() - 1; index > 0 && before.index() == 0; index--) {
      Optional<Membership> found = statedAt(process, index);
      Violation.unless(
          found.isEmpty() || isCommitted(process, index),
          "primary %s states members at %d, those of %d are not committed",
          process.id(),
          stated.index(),
          index);
      before = found.orElse(before);
    }
    Set<ServerId> voters = new HashSet<>(before.voters());
    Set<ServerId> votersNow = new HashSet<>(stated.voters());
    Set<ServerId> both = new HashSet<>(voters);
    both.retainAll(votersNow);
    Violation.unless(
        voters.size() + votersNow.size() - 2 * both.size() <= 1,
        "the voters change from %s to %s at once",
        voters,
        votersNow);
    for (Member member : stated.members()) {
      Violation.unless(
          before.member(member.id()).isPresent()
              || before.index() == 0
              || (!member.voter() && !before.isRetired(member.id())),
          "%s comes with a vote, or under an id that was another's",
          member);
    }
    Violation.unless(
        stated.retired().containsAll(before.retired()), "%s forgets who has left", stated);
  }

  private Optional<Membership> statedAt(ServerProcess process, long index) {
    // Its own log first: that of a primary which does not know its successor yet may differ from
    // what is committed. What is compacted was.
    Optional<LogEntry> own = process.disk().entry(index);
    Optional<LogEntry> agreed =
        index <= committed.size() ? Optional.of(committed.get((int) index - 1)) : Optional.empty();
    return own.or(() -> agreed).flatMap(world.commands()::membershipOf);
  }

  private boolean isCommitted(ServerProcess process, long index) {
    return index <= committed.size()
        && process.disk().entry(index).map(committed.get((int) index - 1)::equals).orElse(true);
  }

  /// Called when the entries are on disk for good: until then nobody may have heard of them.
  void synced(ServerProcess process, List<LogEntry> added) {
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
  }

  /// Called once the entries of the step are written, not synced.
  void commits(ServerProcess process, long before, long now) {
    long known = committed.size();
    Violation.unless(
        now >= before && now <= process.disk().last().index(),
        "server %s goes from commit index %d to %d, its log ends at %s",
        process.id(),
        before,
        now,
        process.disk().last());
    for (long index = before + 1; index <= now; index++) {
      LogEntry entry = process.disk().entry(index).orElseThrow();
      if (index <= committed.size()) {
        Violation.unless(
            committed.get((int) index - 1).equals(entry),
            "server %s commits %s where %s was committed",
            process.id(),
            entry,
            committed.get((int) index - 1));
      } else {
        committed.add(entry);
        committedIn.add(process.replica().term());
      }
    }
    if (now > before && process.replica().role() == Role.PRIMARY) {
      // Older entries only with one of the own term (thesis §3.6.2).
      Violation.unless(
          committed.get((int) now - 1).term() == process.replica().term(),
          "primary %s of term %d commits up to %s by counting",
          process.id(),
          process.replica().term(),
          committed.get((int) now - 1));
    }
    if (now > before && now == committed.size() && process.replica().role() == Role.PRIMARY) {
      heldByQuorum(process, Math.max(before, known), committed.getLast());
    }
  }

  /// What is committed is on disk, for sure, on a majority, and while a change of the voters is not
  /// committed on a majority of those before it, too.
  private void heldByQuorum(ServerProcess process, long commitBefore, LogEntry entry) {
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

  /// A disk is gone, with the term and the votes that it remembered.
  void lost(Server server) {
    disksLost++;
    world.trace().line(world.agenda().now(), "%s begins with nothing", server.id());
  }

  /// An operator's change was made, and no server may take it back.
  void changed(MemberChange change) {
    changes++;
    Membership membership = membership();
    boolean made =
        switch (change) {
          case MemberChange.Add(Member member) -> membership.member(member.id()).isPresent();
          case MemberChange.Remove(ServerId id) -> membership.isRetired(id);
          case MemberChange.Replace(ServerId id, Member successor) ->
              membership.isRetired(id) && membership.member(successor.id()).isPresent();
          case MemberChange.Move move ->
              membership.member(move.subject()).orElseThrow().host().equals(move.host());
          case MemberChange.Transfer _ -> true;
        };
    Violation.unless(made, "%s is said to be made, the members are %s", change, membership);
  }

  /// How many changes of the members were made.
  long changes() {
    return changes;
  }

  /// How many disks were lost.
  long disksLost() {
    return disksLost;
  }

  /// A snapshot is what the log makes of the empty tables, and installing it loses nothing that is
  /// committed and was here, nor the term.
  void installs(Server server, Runnable install) {
    Disk disk = server.disk();
    Disk.Snapshot snapshot = disk.ready().orElseThrow();
    LogPosition position = snapshot.position();
    int index = (int) position.index();
    Violation.unless(
        index == 0
            || (index <= finals.size()
                && committed.get(index - 1).position().equals(position)
                && Arrays.equals(finals.get(index - 1).digest(), snapshot.digest())),
        "server %s installs a snapshot of %s, which is not what was applied",
        server.id(),
        position);
    long heldBefore = committedHeldBy(disk);
    long termBefore = disk.hardState().term();
    install.run();
    world.trace().line(world.agenda().now(), "%s installs %s", server.id(), position);
    Violation.unless(
        committedHeldBy(disk) >= heldBefore && disk.hardState().term() >= termBefore,
        "server %s held %d committed entries in term %d, with the snapshot of %s %d in term %d",
        server.id(),
        heldBefore,
        termBefore,
        position,
        committedHeldBy(disk),
        disk.hardState().term());
    installs++;
  }

  /// Up to which index the disk has exactly what is committed.
  private long committedHeldBy(Disk disk) {
    long held = disk.compacted().index();
    while (held < committed.size() && disk.holdsForSure(committed.get((int) held).position())) {
      held++;
    }
    return held;
  }

  /// How many snapshots were installed.
  long installs() {
    return installs;
  }

  // ---- the chat

  /// Called inside the transaction; the request that the entry carried, if a client's.
  Optional<Request> applied(
      ServerProcess process, LogEntry entry, Command command, Applied applied) {
    int index = (int) entry.index();
    Violation.unless(
        index <= committed.size() && committed.get(index - 1).equals(entry),
        "server %s applies %s, which is not committed",
        process.id(),
        entry);
    byte[] digest = process.disk().digest();
    Optional<Request> request =
        command instanceof Command.Write write
            ? Optional.of(requests.get(write.request().requestId()))
            : Optional.empty();
    if (index > finals.size()) {
      finals.add(new Final(applied, digest));
      request.ifPresent(r -> firstApplied(r, entry, applied));
      if (world.trace().on()) {
        world.trace().line(world.agenda().now(), "%s applies %s: %s", process.id(), entry, applied);
      }
    } else {
      Final before = finals.get(index - 1);
      Violation.unless(
          before.applied().equals(applied) && Arrays.equals(before.digest(), digest),
          "server %s applies %s as %s, another did as %s",
          process.id(),
          entry,
          applied,
          before.applied());
    }
    return request;
  }

  /// Each request takes effect once, a client's in the order it made them.
  private void firstApplied(Request request, LogEntry entry, Applied applied) {
    Violation.unless(
        !givenUp.contains(request.name()),
        "%s was refused for good and is applied at %s",
        request.name(),
        entry);
    Outcome first = outcomes.putIfAbsent(request.name(), applied.outcome());
    Violation.unless(
        applied.repeat() ? applied.outcome().equals(first) : first == null,
        "%s is applied as %s, the first time as %s",
        request.name(),
        applied,
        first);
    if (!applied.repeat()) {
      int last = lastNumbers.getOrDefault(request.client(), 0);
      Violation.unless(
          request.number() > last, "%s is applied after number %d", request.name(), last);
      lastNumbers.put(request.client(), request.number());
    }
  }

  // ---- the clients

  void asked(Request request) {
    requests.put(request.name(), request);
    world.trace().line(world.agenda().now(), "client asks %s", request.name());
  }

  void acknowledged(Request request, Outcome outcome) {
    world.trace().line(world.agenda().now(), "client has %s: %s", request.name(), outcome);
    Violation.unless(
        Objects.equals(outcomes.get(request.name()), outcome),
        "%s is acknowledged as %s, but was applied as %s",
        request.name(),
        outcome,
        outcomes.get(request.name()));
    acknowledged++;
    readFloor = Math.max(readFloor, outcome.id());
  }

  /// The client was told for certain, each time it asked, that the request was not logged, and it
  /// asks no more.
  void givenUp(Request request) {
    world.trace().line(world.agenda().now(), "client gives up %s", request.name());
    Violation.unless(
        !outcomes.containsKey(request.name()),
        "%s was refused for good but is applied",
        request.name());
    givenUp.add(request.name());
  }

  /// What a linearizable read that begins now must see: every write acknowledged and every read
  /// finished by now.
  long readFloor() {
    return readFloor;
  }

  void readDone(ServerProcess process, long floor, long index) {
    Violation.unless(
        index >= floor,
        "server %s serves a linearizable read at %d, %d was acknowledged before it began",
        process.id(),
        index,
        floor);
    readsDone++;
    readFloor = Math.max(readFloor, index);
  }

  // ---- the end

  /// Everybody has everything, and the same.
  void converged() {
    ServerProcess first = world.servers().getFirst().process().orElseThrow();
    for (Server server : world.servers()) {
      ServerProcess process = server.process().orElseThrow();
      Violation.unless(
          server.disk().applied() == finals.size()
              && Arrays.equals(server.disk().digest(), first.disk().digest()),
          "server %s has applied %d of %d",
          server.id(),
          server.disk().applied(),
          finals.size());
      Violation.unless(
          server.disk().chat().tables().equals(first.disk().chat().tables()),
          "the tables of server %s differ from those of %s",
          server.id(),
          first.id());
      for (Request request : requests.values()) {
        Violation.unless(
            process
                .machine()
                .remembered(request.key())
                .equals(first.machine().remembered(request.key())),
            "server %s remembers %s otherwise than %s",
            server.id(),
            request.name(),
            first.id());
      }
    }
  }
}
