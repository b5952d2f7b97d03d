package holdfast.server;

import holdfast.replication.Answer;
import holdfast.replication.Effects;
import holdfast.replication.Envelope;
import holdfast.replication.Event;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.Replica;
import holdfast.storage.DiskFullException;
import holdfast.storage.SqliteStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The replica thread: takes all that waits as one batch, lets the core decide, and carries out
/// what it asks in the one safe order: send what claims nothing about this disk; write hard state
/// and entries, synced, and apply what is committed, in one step of the store or in two; send the
/// rest; answer. The store's transaction holds several steps, and is settled when it is due. It
/// alone owns the core, the writing connection and everything that `Office` keeps.
final class ReplicaLoop implements Runnable {
  /// The core's unit of time.
  static final long TICK_NANOS = 10_000_000;

  /// A pass goes no further than this; then it is time for heartbeats, and for what peers have
  /// said. Half a heartbeat interval.
  private static final long PASS_NANOS_MAX = 50_000_000L;

  /// While the disk is full, writing is tried again this often.
  private static final long DISK_FULL_RETRY_NANOS = 1_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(ReplicaLoop.class);

  private final Intake intake;
  private final SqliteStore store;
  private final Replica replica;
  private final Applier applier;
  private final Office office;
  private final Outgoing outgoing;
  private final long startNanos = System.nanoTime();
  private long ticks;

  /// What the disk did not take yet because it is full.
  private Optional<HardState> unsavedHardState = Optional.empty();

  private List<LogEntry> unsavedEntries = List.of();
  private long diskFullSinceNanos;
  private boolean diskFull;

  /// A read waits for the store's open transaction.
  private volatile boolean settleWanted;

  /// The last step has synced and left it to this one to apply.
  private boolean applyOwed;

  /// The last entry whose outcome and events were told.
  private long toldIndex;

  ReplicaLoop(
      Intake intake,
      SqliteStore store,
      Replica replica,
      Applier applier,
      Office office,
      Outgoing outgoing) {
    this.intake = intake;
    this.store = store;
    this.replica = replica;
    this.applier = applier;
    this.office = office;
    this.outgoing = outgoing;
  }

  boolean diskFull() {
    return diskFull;
  }

  @Override
  public void run() {
    outgoing.begin();
    Thread replica = Thread.currentThread();
    store
        .reads()
        .onWaiting(() -> {
          // It would wait for itself.
          if (Thread.currentThread().equals(replica)) {
            settle();
          } else {
            settleWanted = true;
            intake.wakeUp();
          }
        });
    while (intake.isOpen()) {
      pass();
    }
    // Whoever came too late to ask for it.
    settle();
  }

  private void pass() {
    if (!hasWork() && !settleWanted) {
      long toTick = Math.max(0, startNanos + (ticks + 1) * TICK_NANOS - System.nanoTime());
      intake.await(Math.min(office.restNanos(toTick), store.settleDueNanos().orElse(toTick)));
    }
    if (settleWanted) {
      settleWanted = false;
      settle();
    }
    long deadline = System.nanoTime() + PASS_NANOS_MAX;
    int elapsed = elapsedTicks();
    if (elapsed > 0) {
      // First of all, so that a primary that was paused judges its office before it hears anything
      // else.
      office.onTick(elapsed);
      carryOut(office.takeEvents());
    }
    intake.runUntil(deadline);
    do {
      carryOut(office.takeEvents());
    } while (hasWork() && System.nanoTime() - deadline < 0);
    office.afterPass();
    while (office.hasEvents() && System.nanoTime() - deadline < 0) {
      carryOut(office.takeEvents());
    }
    office.sendCommits();
    office.flushPeers();
    outgoing.flush();
    if (store.settleDueNanos().orElse(Long.MAX_VALUE) == 0) {
      settle();
    }
  }

  /// Ends the store's open transaction, if there is one.
  private void settle() {
    try {
      store.settle();
    } catch (DiskFullException e) {
      onDiskFull(new ArrayList<>());
    }
  }

  /// Whether a pass has something to do that no task brings.
  private boolean hasWork() {
    return office.hasEvents() || ((applier.hasWork(replica) || office.hasRows()) && !diskFull);
  }

  private int elapsedTicks() {
    long due = (System.nanoTime() - startNanos) / TICK_NANOS;
    int elapsed = (int) Math.min(due - ticks, Integer.MAX_VALUE);
    ticks = due;
    return elapsed;
  }

  private void carryOut(List<Event> events) {
    if (events.isEmpty() && !applier.hasWork(replica) && !unsaved() && !office.hasRows()) {
      return;
    }
    Effects effects = replica.step(events);
    office.onStep();
    send(effects.sendBeforeSync());
    List<AppliedEntry> applied = new ArrayList<>();
    if (persist(effects, applied)) {
      send(effects.sendAfterSync());
    }
    for (Answer answer : effects.answers()) {
      office.onAnswer(answer);
    }
    if (!applied.isEmpty()) {
      office.add(new Event.Applied(applier.appliedIndex()));
      office.onAppliedUpTo(applier.appliedIndex());
    }
    office.afterStep(effects);
  }

  private void send(List<Envelope> envelopes) {
    for (Envelope envelope : envelopes) {
      office.send(envelope);
    }
    office.flushPeers();
  }

  private boolean unsaved() {
    return unsavedHardState.isPresent() || !unsavedEntries.isEmpty();
  }

  /// Writes what the core's step asks for, and, now or with the next step, applies whatever is
  /// committed and not applied. False: the disk is full. Then nothing is said that follows a write,
  /// whether it rests on one or not: to the others a server that can take nothing is down, so that
  /// they go on without it.
  private boolean persist(Effects effects, List<AppliedEntry> applied) {
    keep(effects);
    boolean sync = unsaved();
    // A list of members is remembered as committed before anybody is sent away because of it.
    boolean syncApplied = replica.committedMembership().index() > applier.appliedIndex();
    boolean hasRows = office.hasRows();
    if (!sync && !syncApplied && !applier.hasWork(replica) && !hasRows && !diskFull) {
      return true;
    }
    if (diskFull && System.nanoTime() - diskFullSinceNanos < DISK_FULL_RETRY_NANOS) {
      return false;
    }
    // Where no client waits for an outcome the next step applies, and what others wait for comes
    // first: that this disk has the entries.
    boolean appliesFirst = !sync || syncApplied || applyOwed || office.answersWait();
    try {
      store.begin(sync);
      if (syncApplied) {
        store.syncApplied();
      }
      unsavedHardState.ifPresent(store::saveHardState);
      if (!unsavedEntries.isEmpty()) {
        store.append(unsavedEntries);
      }
      // Before applying: the core may only be told of rows that it knows to be applied.
      office.write();
      if (appliesFirst) {
        applied.addAll(applier.apply(replica));
        tell(applied);
      }
      applyOwed = !appliesFirst;
      store.commit();
      if (hasRows) {
        store.settle();
        office.committed();
      }
    } catch (DiskFullException e) {
      onDiskFull(applied);
      return false;
    }
    if (diskFull) {
      diskFull = false;
      log.info("the disk has room again: this server takes part in the log once more");
    }
    if (sync) {
      unsavedHardState = Optional.empty();
      unsavedEntries = List.of();
      office.add(new Event.Synced(replica.last()));
    }
    return true;
  }

  /// Answers and pushes what was applied, while its transaction is still open: the cluster has
  /// committed it, so it stays so whatever becomes of this disk. What is applied again after a
  /// rollback was told already.
  private void tell(List<AppliedEntry> applied) {
    store.announceApplied();
    for (AppliedEntry entry : applied) {
      if (entry.index() > toldIndex) {
        office.onApplied(entry);
        toldIndex = entry.index();
      }
    }
    outgoing.flush();
  }

  private void keep(Effects effects) {
    if (effects.hardState().isPresent()) {
      unsavedHardState = effects.hardState();
    }
    if (effects.entries().isEmpty()) {
      return;
    }
    if (unsavedEntries.isEmpty()) {
      unsavedEntries = effects.entries();
      return;
    }
    long from = effects.entries().getFirst().index();
    List<LogEntry> both = new ArrayList<>(unsavedEntries);
    both.removeIf(entry -> entry.index() >= from);
    both.addAll(effects.entries());
    unsavedEntries = both;
  }

  private void onDiskFull(List<AppliedEntry> applied) {
    applied.clear();
    store.rollback();
    applier.rolledBack();
    if (!diskFull) {
      log.error(
          "the disk of this server is full: it acknowledges nothing, answers reads, and goes on by"
              + " itself once there is room");
    }
    diskFull = true;
    diskFullSinceNanos = System.nanoTime();
    office.onDiskFull();
  }
}
