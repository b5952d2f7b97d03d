package holdfast.simulation;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.Timeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The laws of a cluster whose last survivor may go on alone (SURVIVOR.md): there are as many
/// histories as timelines, each is one log, and what was committed in any of them is in the one
/// that is left, or listed.
final class TimelineLaws extends Laws {
  /// Where an entry stands: the timeline that it was written in.
  private record Place(Timeline timeline, long index) {
    static Place of(LogEntry entry) {
      return new Place(Timeline.of(entry.term()), entry.index());
    }
  }

  /// What applying an entry gave on the first server that did.
  ///
  /// @param before the entry before it in its history
  /// @param write the name of the write that it carries
  private record Final(
      Applied applied, byte[] digest, LogPosition before, Optional<String> write) {}

  /// @param ancestry the timelines whose entries the founder has, and the one that it left
  /// @param has the writes in its log
  private record Founding(Timeline timeline, Set<Timeline> ancestry, Set<String> has) {}

  private final Map<Place, LogEntry> committed = new HashMap<>();

  /// The last entry that a primary has committed, by its term.
  private final TreeMap<Long, LogPosition> committedBy = new TreeMap<>();

  private final Map<LogPosition, Final> finals = new HashMap<>();
  private final Map<String, Set<Outcome>> outcomes = new HashMap<>();
  private final Map<String, Outcome> told = new HashMap<>();

  /// In which timelines a write was committed.
  private final Map<String, Set<Timeline>> writes = new LinkedHashMap<>();

  private final List<Founding> foundings = new ArrayList<>();

  /// Not on disk yet: a crash may undo them, and until then nobody hears of them.
  private final Map<Timeline, Founding> begun = new HashMap<>();

  private long moves;
  private long rescued;
  private long longest;

  TimelineLaws(World world) {
    super(world);
  }

  /// How many timelines were founded.
  long foundings() {
    return foundings.size();
  }

  /// How often a server moved to a higher timeline.
  long moves() {
    return moves;
  }

  /// How many writes were rescued.
  long rescued() {
    return rescued;
  }

  @Override
  long committedLength() {
    return longest;
  }

  @Override
  Membership membership() {
    return world
        .primary()
        .map(primary -> primary.replica().committedMembership())
        .orElse(world.configured());
  }

  // ---- the core

  @Override
  protected void elected(ServerProcess process, long term) {
    Timeline timeline = Timeline.of(term);
    if (timeline.founder() != 0 && timeline.firstTerm() == term) {
      founded(process, timeline);
      return;
    }
    Map.Entry<Long, LogPosition> before = committedBy.lowerEntry(term);
    if (before != null && Timeline.of(before.getKey()).equals(timeline)) {
      LogPosition last = before.getValue();
      Violation.unless(
          process.replica().compacted().index() >= last.index()
              || process.replica().termAt(last.index()).orElse(-1L) == last.term(),
          "server %s is primary of term %d without %s",
          process.id(),
          term,
          last);
    }
  }

  /// A founder has everything that was acknowledged in the timelines that it comes from.
  private void founded(ServerProcess process, Timeline timeline) {
    Set<Timeline> ancestry = new HashSet<>();
    Set<String> has = new HashSet<>();
    ancestry.add(Timeline.of(process.disk().hardState().term()));
    for (LogPosition at : history(process.disk())) {
      ancestry.add(Timeline.of(at.term()));
      finals.get(at).write().ifPresent(has::add);
    }
    for (LogEntry entry : process.disk().entries()) {
      ancestry.add(Timeline.of(entry.term()));
      write(entry).ifPresent(has::add);
    }
    Founding founding = new Founding(timeline, ancestry, has);
    begun.put(timeline, founding);
    world.trace().line(world.agenda().now(), "%s founds %s", process.id(), timeline);
    mustHaveAll(founding);
  }

  @Override
  protected void kept(List<LogEntry> added) {
    for (LogEntry entry : added) {
      Timeline timeline = Timeline.of(entry.term());
      if (entry.term() == timeline.firstTerm() && begun.containsKey(timeline)) {
        Founding founding = begun.remove(timeline);
        foundings.add(founding);
        mustHaveAll(founding);
      }
    }
  }

  private void mustHaveAll(Founding founding) {
    writes.forEach((name, timelines) ->
        timelines.forEach(committedIn -> mustHave(founding, name, committedIn)));
  }

  private void mustHave(Founding founding, String name, Timeline committedIn) {
    Violation.unless(
        world.plan().forced()
            || !founding.ancestry().contains(committedIn)
            || founding.has().contains(name),
        "timeline %s was founded without %s, committed in %s",
        founding.timeline(),
        name,
        committedIn);
  }

  /// One change at a time, by one voter, unless it founds a timeline.
  @Override
  protected void states(ServerProcess process, Membership stated) {
    Membership before = process.disk().membership(world.configured(), world.commands());
    if (!Timeline.of(stated.term()).equals(Timeline.of(before.term())) && before.founded()) {
      Violation.unless(
          stated.voters().equals(List.of(process.id())),
          "server %s founds a timeline with the voters %s",
          process.id(),
          stated.voters());
      return;
    }
    Violation.unless(
        !before.founded() || isCommitted(before),
        "primary %s states members at %d, those of %d are not committed",
        process.id(),
        stated.index(),
        before.index());
    Set<ServerId> onlyBefore = new HashSet<>(before.voters());
    Set<ServerId> onlyNow = new HashSet<>(stated.voters());
    stated.voters().forEach(onlyBefore::remove);
    before.voters().forEach(onlyNow::remove);
    Violation.unless(
        onlyBefore.size() + onlyNow.size() <= 1,
        "the voters change from %s to %s at once",
        before.voters(),
        stated.voters());
  }

  private boolean isCommitted(Membership stated) {
    LogEntry entry = committed.get(new Place(Timeline.of(stated.term()), stated.index()));
    return entry != null && entry.term() == stated.term();
  }

  @Override
  void commits(ServerProcess process, long before, long now, boolean counting) {
    Violation.unless(
        now >= before && now <= process.disk().last().index(),
        "server %s goes from commit index %d to %d, its log ends at %s",
        process.id(),
        before,
        now,
        process.disk().last());
    if (now == before) {
      return;
    }
    LogEntry last = process.disk().entry(now).orElseThrow();
    if (counting) {
      Violation.unless(
          last.term() == process.replica().term(),
          "primary %s of term %d commits up to %s by counting",
          process.id(),
          process.replica().term(),
          last);
      Membership latest = process.disk().membership(world.configured(), world.commands());
      heldByQuorum(process, isCommitted(latest) ? Math.max(before, latest.index()) : before, last);
      committedBy.put(last.term(), last.position());
    }
    for (long index = before + 1; index <= now; index++) {
      LogEntry entry = process.disk().entry(index).orElseThrow();
      LogEntry known = committed.putIfAbsent(Place.of(entry), entry);
      Violation.unless(
          known == null || known.equals(entry) || world.plan().forced(),
          "server %s commits %s where %s was committed in the same timeline",
          process.id(),
          entry,
          known);
      if (counting) {
        Timeline timeline = Timeline.of(process.replica().term());
        write(entry).ifPresent(name -> committed(name, timeline));
      }
    }
    longest = Math.max(longest, now);
  }

  private void committed(String name, Timeline timeline) {
    boolean first = writes.computeIfAbsent(name, _ -> new HashSet<>()).add(timeline);
    if (first) {
      foundings.forEach(founding -> mustHave(founding, name, timeline));
    }
  }

  @Override
  void changed(MemberChange change) {
    Violation.unless(false, "nobody was to make %s", change);
  }

  @Override
  long changes() {
    return 0;
  }

  /// A copy is what the log makes of the empty tables, whichever log it is.
  @Override
  protected void installs(Server server, Disk.Snapshot snapshot, Runnable install) {
    LogPosition position = snapshot.position();
    Violation.unless(
        finals.containsKey(position)
            && Arrays.equals(finals.get(position).digest(), snapshot.digest()),
        "server %s installs a snapshot of %s, which is not what was applied",
        server.id(),
        position);
    Timeline before = Timeline.of(server.disk().hardState().term());
    long rowsBefore = server.disk().rescuedCount();
    install.run();
    if (!Timeline.of(server.disk().hardState().term()).equals(before)) {
      moves++;
      rescued += server.disk().rescuedCount() - rowsBefore;
    }
  }

  // ---- the chat

  @Override
  protected boolean isFirst(ServerProcess process, LogEntry entry, Applied applied) {
    Violation.unless(
        committed.containsKey(Place.of(entry)),
        "server %s applies %s, which is not committed",
        process.id(),
        entry);
    byte[] digest = process.disk().digest();
    LogPosition previous = process.disk().positionAt(entry.index() - 1);
    Final before =
        finals.putIfAbsent(entry.position(), new Final(applied, digest, previous, write(entry)));
    Violation.unless(
        before == null
            || (before.applied().equals(applied) && Arrays.equals(before.digest(), digest)),
        "server %s applies %s as %s, another did as %s",
        process.id(),
        entry,
        applied,
        before);
    return before == null;
  }

  @Override
  protected void firstApplied(Request request, LogEntry entry, Applied applied) {
    outcomes.computeIfAbsent(request.name(), _ -> new HashSet<>()).add(applied.outcome());
  }

  // ---- the clients

  @Override
  protected boolean wasApplied(Request request, Outcome outcome) {
    return outcomes.getOrDefault(request.name(), Set.of()).contains(outcome);
  }

  @Override
  protected boolean wasApplied(Request request) {
    return outcomes.containsKey(request.name());
  }

  @Override
  protected void told(Request request, Outcome outcome) {
    told.put(request.name(), outcome);
  }

  /// Two timelines may serve at the same time.
  @Override
  long readFloor() {
    return 0;
  }

  @Override
  protected void served(ServerProcess process, long floor, long index) {}

  // ---- the end

  @Override
  void converged() {
    ServerProcess first = world.servers().getFirst().process().orElseThrow();
    Set<String> unreplayable = new HashSet<>();
    for (Server server : world.servers()) {
      unreplayable.addAll(server.disk().unreplayable());
      Violation.unless(
          server.disk().last().equals(first.disk().last())
              && Arrays.equals(server.disk().digest(), first.disk().digest())
              && server.disk().chat().tables().equals(first.disk().chat().tables()),
          "server %s differs from %s",
          server.id(),
          first.id());
    }
    Map<String, Integer> effects = effectsOf(first.disk());
    for (String name : writes.keySet()) {
      Violation.unless(
          effects.getOrDefault(name, 0) == 1,
          "%s was committed in %s and took effect %d times in the end",
          name,
          writes.get(name),
          effects.getOrDefault(name, 0));
      boolean kept =
          told.getOrDefault(name, new Outcome.Done(0)) instanceof Outcome.Refused
              || !(first.writes().remembered(request(name)).orElseThrow()
                  instanceof Outcome.Refused);
      Violation.unless(
          kept || !told.containsKey(name) || unreplayable.contains(name),
          "%s was acknowledged, is refused in the end, and nobody lists it",
          name);
    }
  }

  /// How often each write took effect in the history that is left.
  private Map<String, Integer> effectsOf(Disk disk) {
    Map<String, Integer> effects = new HashMap<>();
    for (LogPosition at : history(disk)) {
      Final entry = finals.get(at);
      if (!entry.applied().repeat()) {
        entry.write().ifPresent(name -> effects.merge(name, 1, Integer::sum));
      }
    }
    return effects;
  }

  /// Everything that is applied on the disk, the last entry first.
  private List<LogPosition> history(Disk disk) {
    List<LogPosition> history = new ArrayList<>();
    for (LogPosition at = disk.positionAt(disk.applied());
        at.index() > 0;
        at = finals.get(at).before()) {
      history.add(at);
    }
    return history;
  }

  private Optional<String> write(LogEntry entry) {
    return world.commands().read(entry.command()) instanceof Command.Write write
        ? Optional.of(write.request().requestId())
        : Optional.empty();
  }
}
