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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The replica thread: takes all that waits as one batch, lets the core decide, and carries out
/// what it asks in the one safe order: send what claims nothing about this disk; write hard state,
/// entries and applied commands in one transaction with one sync; send the rest; answer. It alone
/// owns the core, the writing connection and everything that `Office` keeps.
final class ReplicaLoop implements Runnable {
  /// The core's unit of time.
  static final long TICK_NANOS = 10_000_000;

  /// Tasks that may wait for the loop; beyond, whoever brings one waits.
  private static final int QUEUE_MAX = 65_536;

  /// Tasks of peers, and of clients, taken as one batch.
  private static final int BATCH_MAX = 4_096;

  /// A pass goes no further than this; then it is time for heartbeats, and for what peers have
  /// said. Half a heartbeat interval.
  private static final long PASS_NANOS_MAX = 50_000_000L;

  /// While the disk is full, writing is tried again this often.
  private static final long DISK_FULL_RETRY_NANOS = 1_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(ReplicaLoop.class);

  private final BlockingQueue<Runnable> fromPeers = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final BlockingQueue<Runnable> fromClients = new ArrayBlockingQueue<>(QUEUE_MAX);

  /// Taken from the queues and not yet run, in that order.
  private final ArrayDeque<Runnable> peerBatch = new ArrayDeque<>();

  private final ArrayDeque<Runnable> clientBatch = new ArrayDeque<>();
  private final SqliteStore store;
  private final Replica replica;
  private final Applier applier;
  private final Office office;
  private final long startNanos = System.nanoTime();
  private long ticks;

  /// What the disk did not take yet because it is full.
  private Optional<HardState> unsavedHardState = Optional.empty();

  private List<LogEntry> unsavedEntries = List.of();
  private long diskFullSinceNanos;
  private boolean diskFull;

  /// The last entry whose outcome and events were told.
  private long toldIndex;

  private volatile Thread thread = Thread.currentThread();
  private volatile boolean resting;
  private volatile boolean running = true;

  ReplicaLoop(SqliteStore store, Replica replica, Applier applier, Office office) {
    this.store = store;
    this.replica = replica;
    this.applier = applier;
    this.office = office;
  }

  /// Has `task` run on the replica thread, after all tasks given here before. Waits while too many
  /// wait; false: stopped.
  boolean offer(Runnable task) {
    return offer(fromClients, task);
  }

  /// The same for what peers send and what becomes of their links. It runs before what clients
  /// brought: however many they are, a primary must hear that its heartbeats are answered.
  boolean offerFromPeer(Runnable task) {
    return offer(fromPeers, task);
  }

  private boolean offer(BlockingQueue<Runnable> queue, Runnable task) {
    try {
      while (running) {
        if (queue.offer(task, 100, TimeUnit.MILLISECONDS)) {
          if (resting) {
            LockSupport.unpark(thread);
          }
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// Ends the loop after the pass under way.
  void stop() {
    running = false;
  }

  boolean diskFull() {
    return diskFull;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    while (running) {
      pass();
    }
  }

  private void pass() {
    takeBatch();
    long begun = System.nanoTime();
    int elapsed = elapsedTicks();
    if (elapsed > 0) {
      // First of all, so that a primary that was paused judges its office before it hears anything
      // else.
      office.onTick(elapsed);
      carryOut(office.takeEvents());
    }
    run(peerBatch, begun);
    run(clientBatch, begun);
    do {
      carryOut(office.takeEvents());
    } while (hasWork() && System.nanoTime() - begun < PASS_NANOS_MAX);
    office.afterPass();
    while (office.hasEvents() && System.nanoTime() - begun < PASS_NANOS_MAX) {
      carryOut(office.takeEvents());
    }
    office.flushPeers();
  }

  private static void run(ArrayDeque<Runnable> batch, long begun) {
    while (!batch.isEmpty() && System.nanoTime() - begun < PASS_NANOS_MAX) {
      batch.remove().run();
    }
  }

  /// Whether a pass has something to do that no task brings.
  private boolean hasWork() {
    return office.hasEvents() || (applier.hasWork(replica) && !diskFull);
  }

  private void takeBatch() {
    long untilTick = startNanos + (ticks + 1) * TICK_NANOS - System.nanoTime();
    if (untilTick > 0 && peerBatch.isEmpty() && clientBatch.isEmpty() && !hasWork()) {
      resting = true;
      // Whoever offers later than this look sees `resting`, and wakes this thread.
      if (fromPeers.isEmpty() && fromClients.isEmpty()) {
        LockSupport.parkNanos(this, untilTick);
      }
      resting = false;
    }
    if (Thread.currentThread().isInterrupted()) {
      running = false;
    }
    fromPeers.drainTo(peerBatch, BATCH_MAX - peerBatch.size());
    fromClients.drainTo(clientBatch, BATCH_MAX - clientBatch.size());
  }

  private int elapsedTicks() {
    long due = (System.nanoTime() - startNanos) / TICK_NANOS;
    int elapsed = (int) Math.min(due - ticks, Integer.MAX_VALUE);
    ticks = due;
    return elapsed;
  }

  private void carryOut(List<Event> events) {
    if (events.isEmpty() && !applier.hasWork(replica) && !unsaved()) {
      return;
    }
    Effects effects = replica.step(events);
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

  /// Writes what the step asks for, and whatever is committed and not applied. False: the disk is
  /// full; nothing that rests on this disk may be said.
  private boolean persist(Effects effects, List<AppliedEntry> applied) {
    keep(effects);
    boolean sync = unsaved();
    if (!sync && !applier.hasWork(replica)) {
      return true;
    }
    if (diskFull && System.nanoTime() - diskFullSinceNanos < DISK_FULL_RETRY_NANOS) {
      return false;
    }
    try {
      store.begin(sync);
      unsavedHardState.ifPresent(store::saveHardState);
      if (!unsavedEntries.isEmpty()) {
        store.append(unsavedEntries);
      }
      // Before applying: the core may only be told of rows that it knows to be applied.
      office.compact();
      applied.addAll(applier.apply(replica));
      tell(applied);
      store.commit();
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
