package holdfast.simulation;

import holdfast.chat.Applied;
import holdfast.chat.Outcome;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The laws of a cluster that goes by majorities alone: there is one log, and everything that was
/// committed stays.
final class OneHistory extends Laws {
  /// What applying an index gave on the first server that did.
  private record Final(Applied applied, byte[] digest) {}

  /// The committed log, from index 1 on, and in which term its committer was at the time.
  private final List<LogEntry> committed = new ArrayList<>();

  private final List<Long> committedIn = new ArrayList<>();
  private final List<Final> finals = new ArrayList<>();

  private final Map<String, Outcome> outcomes = new HashMap<>();
  private final Map<Integer, Integer> lastNumbers = new HashMap<>();
  private long readFloor;
  private long changes;

  OneHistory(World world) {
    super(world);
  }

  @Override
  long committedLength() {
    return committed.size();
  }

  /// The latest list of members that is committed, or the configured one.
  @Override
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

  /// It has everything committed in terms before its own.
  @Override
  protected void elected(ServerProcess process, long term) {
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

  /// One change at a time, by one voter; whoever comes has no vote; no id is given twice.
  @Override
  protected void states(ServerProcess process, Membership stated) {
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

  @Override
  protected void kept(List<LogEntry> added) {}

  @Override
  void commits(ServerProcess process, long before, long now, boolean counting) {
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
    if (now > before && counting) {
      // Older entries only with one of the own term (thesis §3.6.2).
      Violation.unless(
          committed.get((int) now - 1).term() == process.replica().term(),
          "primary %s of term %d commits up to %s by counting",
          process.id(),
          process.replica().term(),
          committed.get((int) now - 1));
    }
    if (now > before && now == committed.size() && counting) {
      heldByQuorum(process, Math.max(before, known), committed.getLast());
    }
  }

  @Override
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

  @Override
  long changes() {
    return changes;
  }

  /// A snapshot is what the log makes of the empty tables, and installing it loses nothing that is
  /// committed and was here.
  @Override
  protected void installs(Server server, Disk.Snapshot snapshot, Runnable install) {
    Disk disk = server.disk();
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
    install.run();
    Violation.unless(
        committedHeldBy(disk) >= heldBefore,
        "server %s held %d committed entries, with the snapshot of %s %d",
        server.id(),
        heldBefore,
        position,
        committedHeldBy(disk));
  }

  /// Up to which index the disk has exactly what is committed.
  private long committedHeldBy(Disk disk) {
    long held = disk.compacted().index();
    while (held < committed.size() && disk.holdsForSure(committed.get((int) held).position())) {
      held++;
    }
    return held;
  }

  // ---- the chat

  @Override
  protected boolean isFirst(ServerProcess process, LogEntry entry, Applied applied) {
    int index = (int) entry.index();
    Violation.unless(
        index <= committed.size() && committed.get(index - 1).equals(entry),
        "server %s applies %s, which is not committed",
        process.id(),
        entry);
    byte[] digest = process.disk().digest();
    if (index > finals.size()) {
      finals.add(new Final(applied, digest));
      return true;
    }
    Final before = finals.get(index - 1);
    Violation.unless(
        before.applied().equals(applied) && Arrays.equals(before.digest(), digest),
        "server %s applies %s as %s, another did as %s",
        process.id(),
        entry,
        applied,
        before.applied());
    return false;
  }

  /// Each request takes effect once, a client's in the order it made them.
  @Override
  protected void firstApplied(Request request, LogEntry entry, Applied applied) {
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

  @Override
  protected boolean wasApplied(Request request, Outcome outcome) {
    return outcome.equals(outcomes.get(request.name()));
  }

  @Override
  protected boolean wasApplied(Request request) {
    return outcomes.containsKey(request.name());
  }

  @Override
  protected void told(Request request, Outcome outcome) {
    readFloor = Math.max(readFloor, outcome.id());
  }

  /// What a linearizable read that begins now must see: every write acknowledged and every read
  /// finished by now.
  @Override
  long readFloor() {
    return readFloor;
  }

  @Override
  protected void served(ServerProcess process, long floor, long index) {
    Violation.unless(
        index >= floor,
        "server %s serves a linearizable read at %d, %d was acknowledged before it began",
        process.id(),
        index,
        floor);
    readFloor = Math.max(readFloor, index);
  }

  // ---- the end

  @Override
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
      for (Request request : requests()) {
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
