package holdfast.storage;

import holdfast.chat.ChatState;
import holdfast.chat.Held;
import holdfast.chat.RunningDigest;
import holdfast.chat.WriteReader;
import holdfast.check.Check;
import holdfast.replication.HardState;
import holdfast.replication.LogEntry;
import holdfast.replication.LogPosition;
import holdfast.replication.LogReader;
import holdfast.replication.Membership;
import holdfast.replication.MembershipReader;
import holdfast.replication.StoredLog;
import holdfast.storage.StoreException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One server's data directory: its log, hard state, memberships and chat tables in `holdfast.db`,
/// which changes by transactions only and so is consistent after a crash at any instant; the redo
/// log, which has the newest part of log and hard state, on disk before a step that changed them is
/// over; and the index by conversation in `index.db`, which is built behind and can be rebuilt.
///
/// Work is done in steps, `begin` to `commit` or `rollback`. One transaction of the database may
/// hold several of them, until it is settled: then readers see what they applied.
///
/// All methods but `reads` belong to one thread, the replica loop. Those that change something may
/// throw DiskFullException, after which `rollback` takes back the open step, and what the unsettled
/// ones before applied, but not what they appended; or DiskFailedException, after which the server
/// must exit (DESIGN 10.20).
public final class SqliteStore implements LogReader, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);
  private static final int MAIN_CACHE_KIB = 16 * 1024;
  private static final int INDEX_CACHE_KIB = 8 * 1024;
  private static final int SEARCH_CACHE_KIB = 1024;
  private static final int MEMBER_KEY_BYTES = 16;

  /// Bytes of the log that wait for their rows; beyond, the transaction is settled at once.
  private static final long WAITING_BYTES_MAX = 1L << 20;

  /// Seen by tests, which fill it up.
  final Sqlite main;

  private final DataDirectory data;
  private final String memberKey;
  private final StateRow state;
  private final ServerLog log;
  private final SqliteChatState chat;
  private final Rescue rescue;
  private final IndexTail tail;
  private final Checkpointer checkpointer;
  private final Reads reads;
  private final Snapshots snapshots;
  private final Query begin;
  private final Query commit;
  private final Query saveRedo;
  private final Optional<RedoLog> redo;
  private final long settleNanos;

  /// For tests: closed, as a log that cannot be synced.
  final WriteAheadLog writeAheadLog;

  private final Deque<AutoCloseable> toClose;

  /// The number of the last step that changed the log or the hard state.
  private long sequence;

  /// Whether the database has a transaction open, and since when.
  private boolean unsettled;

  private long unsettledNanos;

  /// Whether a step has begun; whether it may change log and hard state, and whether what it
  /// applies must be on disk with it.
  private boolean inStep;

  private boolean syncing;
  private boolean syncingApplied;

  /// The disk was full when the last transaction was to be settled: until one is, there is no
  /// telling whether it still is.
  private boolean settlingFailed;

  /// What is held, and the bytes of the log up to there, which stay as long as it is.
  private Held heldMeasured = Held.NOTHING;

  private long heldBytesBefore;

  /// Opens the directory, or makes it if it is missing. Returns when the index is complete, which
  /// after its loss takes about ten seconds per million messages.
  public static SqliteStore open(
      Path directory, StoreSettings settings, MembershipReader memberships, WriteReader writes)
      throws StoreException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    boolean complete = false;
    try {
      DataDirectory data = DataDirectory.lock(directory);
      opened.push(data);
      SqliteStore store = open(data, settings, memberships, writes, opened);
      complete = true;
      return store;
    } catch (DiskFailedException e) {
      if (e.damagedFile().isPresent()) {
        throw DataDirectory.damaged(e.damagedFile().get(), e.getMessage());
      }
      throw unusable(directory, e);
    } catch (DiskFullException | IOException e) {
      throw unusable(directory, e);
    } finally {
      if (!complete) {
        closeAll(opened);
      }
    }
  }

  private static StoreException unusable(Path directory, Exception cause) {
    return new StoreException(
        Kind.DISK,
        "data directory %s cannot be used: %s".formatted(directory, cause.getMessage()),
        cause);
  }

  private static SqliteStore open(
      DataDirectory data,
      StoreSettings settings,
      MembershipReader memberships,
      WriteReader writes,
      Deque<AutoCloseable> opened)
      throws StoreException, IOException {
    data.prepareMain();
    try (Sqlite main = Sqlite.open(data.main(), MAIN_CACHE_KIB)) {
      prepareTables(data, main);
      RedoRecovery.run(data, main, memberships);
    }
    SnapshotInstall.runIfReady(data, writes);
    MainFile file = data.mainFile();
    opened.push(file);
    Sqlite main = Sqlite.open(data.main(), MAIN_CACHE_KIB);
    opened.push(main);
    String memberKey = prepareTables(data, main);
    return new SqliteStore(data, file, main, memberKey, settings, memberships, writes, opened);
  }

  /// Makes the tables of a new database, or brings those of an old one to this version; returns the
  /// member key.
  private static String prepareTables(DataDirectory data, Sqlite main)
      throws StoreException, IOException {
    if (Schema.isEmpty(main)) {
      main.run("PRAGMA page_size=" + Schema.PAGE_BYTES);
      // One transaction, so that a directory either has its identity or is as good as new.
      main.run("PRAGMA synchronous=FULL");
      main.run("BEGIN IMMEDIATE");
      Schema.MAIN.create(main);
      insertFirstRows(main);
      main.run("COMMIT");
      data.sync();
    } else {
      main.run("PRAGMA synchronous=FULL");
      Schema.MAIN.upgrade(main, data.main());
    }
    main.run("PRAGMA journal_mode=WAL");
    return main.prepare("SELECT member_key FROM identity")
        .first(row -> row.getString(1))
        .orElseThrow(() -> new DiskFailedException(data.main(), "the directory has no member key"));
  }

  /// A fresh identity for a directory.
  static String newMemberKey() {
    byte[] key = new byte[MEMBER_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  private static void insertFirstRows(Sqlite main) {
    main.prepare("INSERT INTO identity VALUES (1, ?)").set(1, newMemberKey()).update();
    main.run("INSERT INTO hard_state VALUES (1, 0, 0)");
    main.run("INSERT INTO log_start VALUES (1, 0, 0)");
    main.prepare(
            "INSERT INTO state(one, applied_index, applied_id, running_digest, time, cluster_id,"
                + " token_key) VALUES (1, 0, 0, ?, 0, '', x'')")
        .set(1, new byte[RunningDigest.BYTES])
        .update();
  }

  private SqliteStore(
      DataDirectory data,
      MainFile file,
      Sqlite main,
      String memberKey,
      StoreSettings settings,
      MembershipReader memberships,
      WriteReader writes,
      Deque<AutoCloseable> opened)
      throws IOException, StoreException {
    this.data = data;
    this.main = main;
    this.memberKey = memberKey;
    toClose = opened;
    begin = main.prepare("BEGIN IMMEDIATE");
    commit = main.prepare("COMMIT");
    saveRedo = main.prepare("UPDATE redo SET sequence = ?, written = ?");
    settleNanos = settings.settleNanos();
    sequence = main.number("SELECT sequence FROM redo");
    redo = beginRedo(data, settings.redoFileBytes());
    // Makes all that is committed durable, so that the index cannot get ahead of it.
    main.checkpoint(Sqlite.CheckpointMode.TRUNCATE);
    main.run("PRAGMA synchronous=NORMAL");
    data.reserveLog(settings.walBytesReserved());
    tail = new IndexTail(settings.indexTailMax());
    writeAheadLog = data.writeAheadLog(this::onDurable);
    toClose.push(writeAheadLog);
    state = new StateRow(main);
    log = new ServerLog(new LogTable(main, memberships, state.appliedIndex()));
    rescue = new Rescue(main, state, writes);
    IndexFile index = completeIndex(data, main, memberKey, state.appliedId());
    toClose.push(index);
    Sqlite searched = Sqlite.openToRead(data.main(), SEARCH_CACHE_KIB);
    toClose.push(searched);
    SearchIndexer search = new SearchIndexer(searched, index, IndexPace.ofLeisure(tail));
    RequestBackfill backfill =
        new RequestBackfill(searched, index, settings.blockRequests(), IndexPace.ofLeisure(tail));
    toClose.push(new IndexMerger(index, tail, search, backfill));
    Sqlite heads = Sqlite.openToRead(data.index(), INDEX_CACHE_KIB);
    toClose.push(heads);
    RequestPacker packer = new RequestPacker(tail, settings.blockRequests());
    chat = new SqliteChatState(main, heads, state, tail, packer);
    checkpointer = new Checkpointer(data, file, writeAheadLog);
    toClose.push(checkpointer);
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < ReaderPool.THREADS; i++) {
      Reader reader = new Reader(data, tail, settings.rowsPerConversation());
      toClose.push(reader);
      readers.add(reader);
    }
    ReaderPool pool = new ReaderPool(readers, settings.readsWaitingMax());
    toClose.push(pool);
    reads = new Reads(pool, state.appliedId(), state.timelines());
    snapshots = new Snapshots(data, memberKey);
  }

  /// A redo log, which a start after a crash will look for.
  private Optional<RedoLog> beginRedo(DataDirectory data, int fileBytes) throws IOException {
    if (fileBytes == 0) {
      return Optional.empty();
    }
    Optional<RedoLog> begun = RedoLog.begin(data, fileBytes, sequence);
    begun.ifPresent(toClose::push);
    begun.ifPresent(_ -> saveRedo.with(sequence, sequence).update());
    return begun;
  }

  /// For the thread that synced.
  private void onDurable(WriteAheadLog.Settled upTo) {
    redo.ifPresent(log -> log.covered(upTo.sequence()));
    tail.durable(upTo.rows());
  }

  /// Opens the index and merges what it lacks; one that proves to be damaged meanwhile is made
  /// anew.
  private static IndexFile completeIndex(
      DataDirectory data, Sqlite main, String memberKey, long appliedId)
      throws IOException, StoreException {
    IndexRebuild rebuild = new IndexRebuild(main);
    try {
      return rebuild.caughtUp(IndexFile.open(data, memberKey, appliedId), appliedId);
    } catch (DiskFailedException e) {
      if (!e.damagedFile().equals(Optional.of(data.index()))) {
        throw e;
      }
      LOG.warn("{}: building the index anew from the messages", e.getMessage());
      return rebuild.caughtUp(IndexFile.create(data.index(), memberKey), appliedId);
    }
  }

  /// The identity of this directory: 128 random bits, hex, on disk since before anything else.
  public String memberKey() {
    return memberKey;
  }

  /// The cluster that this server has applied the founding of.
  public Optional<String> clusterId() {
    return state.clusterId();
  }

  /// The key that signs the cluster's sign-in tokens.
  public Optional<byte[]> tokenKey() {
    return state.tokenKey();
  }

  /// What the core begins with.
  public StoredLog storedLog(Membership configured) {
    return log.storedLog(configured, state.appliedIndex());
  }

  public long appliedIndex() {
    return state.appliedIndex();
  }

  /// The id of the last command applied; 0 at first.
  public long appliedId() {
    return state.appliedId();
  }

  public byte[] runningDigest() {
    return state.runningDigest();
  }

  /// The chat tables, as the open transaction has changed them.
  public ChatState chat() {
    return chat;
  }

  /// What this server brought along from a timeline that it left.
  public Rescue rescue() {
    return rescue;
  }

  /// Begins a step. Only one with `sync` may append or save hard state: its commit waits until that
  /// is on disk. What is only applied may be lost when power fails, and is then applied again from
  /// the log. Waits while the index is too far behind; throws DiskFullException, with nothing
  /// begun, if it cannot get on.
  public void begin(boolean sync) {
    Check.that(!inStep, "a step has begun");
    if (tail.isFull()) {
      writeAheadLog.sync();
      tail.awaitRoom();
    }
    if (!unsettled) {
      begin.update();
      unsettled = true;
      unsettledNanos = System.nanoTime();
    }
    log.begin();
    inStep = true;
    syncing = sync;
    syncingApplied = false;
  }

  /// The open step's commit waits until what it applied is on disk, too.
  public void syncApplied() {
    Check.that(inStep, "no step has begun");
    syncingApplied = true;
  }

  public void saveHardState(HardState hardState) {
    checkSynced();
    log.saveHardState(hardState);
  }

  /// Appends `entries`, which follow each other; a log that reaches to or beyond the first one is
  /// truncated there first.
  public void append(List<LogEntry> entries) {
    checkSynced();
    if (!entries.isEmpty()) {
      log.append(entries, state.appliedIndex());
    }
  }

  private void checkSynced() {
    Check.that(inStep && syncing, "this needs a step that is synced");
  }

  /// Everything up to the log's `index`, whose command has this `id`, is applied.
  public void setApplied(long index, long id, byte[] runningDigest) {
    Check.that(inStep, "no step has begun");
    Check.that(index <= log.last().index(), "applied %d beyond %s", index, log.last());
    state.setApplied(index, id, runningDigest);
  }

  /// What `setApplied` said may be told from now on, though it is not settled: reads that begin
  /// later wait until it is, or for the rollback, after which it will be applied again. Only what
  /// the cluster has committed may be told.
  public void announceApplied() {
    Check.that(inStep, "no step has begun");
    reads.announced(state.appliedId());
  }

  /// Ends the step. If it throws DiskFullException the step is not committed, and `rollback` must
  /// follow.
  public void commit() {
    Check.that(inStep, "no step has begun");
    boolean mustSettle =
        redo.isEmpty()
            || settleNanos == 0
            || syncingApplied
            || settlingFailed
            || log.cutsRows()
            || state.addsTimeline()
            || log.waitingBytes() > WAITING_BYTES_MAX;
    if (mustSettle) {
      settleStep();
    } else if (log.hasStaged()) {
      if (inRedo(log.step(sequence + 1))) {
        sequence++;
        log.kept();
      } else {
        settleStep();
      }
    }
    inStep = false;
  }

  /// Settles the transaction with the open step in it, and makes that durable. The redo log comes
  /// last: what is in it cannot be taken back.
  private void settleStep() {
    boolean staged = log.hasStaged();
    RedoRecord step = log.step(staged ? sequence + 1 : sequence);
    commitTransaction(step.sequence());
    if (syncingApplied || (staged && !inRedo(step))) {
      writeAheadLog.sync();
    }
    settled();
  }

  private boolean inRedo(RedoRecord step) {
    return redo.map(log -> log.append(step)).orElse(false);
  }

  /// Commits, and shows readers what was applied, if a transaction is open; none of its steps may
  /// be. If it throws DiskFullException nothing is committed, and `rollback` must follow.
  public void settle() {
    Check.that(!inStep, "a step has begun");
    if (unsettled) {
      commitTransaction(sequence);
      settled();
    }
  }

  /// How long until the open transaction should be settled; empty if none is.
  public OptionalLong settleDueNanos() {
    return unsettled
        ? OptionalLong.of(Math.max(0, unsettledNanos + settleNanos - System.nanoTime()))
        : OptionalLong.empty();
  }

  private void commitTransaction(long upTo) {
    boolean failedBefore = settlingFailed;
    settlingFailed = true;
    log.writeRows(state.committedIndex());
    redo.ifPresent(log -> saveRedo.with(upTo, log.written()).update());
    state.flush();
    commit.update();
    settlingFailed = false;
    unsettled = false;
    sequence = upTo;
    log.rowsCommitted();
    state.committed();
    chat.committed();
    rescue.committed();
    writeAheadLog.committed(new WriteAheadLog.Settled(sequence, tail.rowsEver()));
    if (failedBefore) {
      // The one that failed may stand whole in the write-ahead log, and on disk, with the same
      // number and other content: a start must not take it for this one.
      writeAheadLog.sync();
    }
  }

  private void settled() {
    reads.published(state.appliedId(), state.timelines());
    checkpointer.afterCommit(main);
  }

  /// The last log index that is applied and settled.
  public long settledIndex() {
    return state.committedIndex();
  }

  /// Takes back the open step, and all that was applied since the last transaction was settled;
  /// without a transaction it does nothing. A `ChatMachine` that applied commands meanwhile must be
  /// made anew.
  public void rollback() {
    if (inStep) {
      inStep = false;
      log.takeBack();
    }
    if (!unsettled) {
      return;
    }
    unsettled = false;
    heldMeasured = Held.NOTHING;
    log.rowsRolledBack();
    state.rolledBack();
    chat.rolledBack();
    rescue.rolledBack();
    main.rollBack();
    reads.published(state.appliedId(), state.timelines());
  }

  @Override
  public List<LogEntry> read(long fromIndex, int entriesMax, long bytesMax) {
    return log.read(fromIndex, entriesMax, bytesMax);
  }

  /// Deletes log entries at or below `upToIndex`, which must be applied, in the open step, as long
  /// as at least `keepBytes` of the log remain. Only whole packed rows go, and a bounded number a
  /// call, so that some entries may stay; ask again next time. While a member is outside nothing
  /// goes: what it has can only be told from the log that all had. The new start of the log, if it
  /// moved.
  public Optional<LogPosition> compact(long upToIndex, long keepBytes) {
    Check.that(inStep, "no step has begun");
    return state.held().outside()
        ? Optional.empty()
        : log.compact(upToIndex, state.appliedIndex(), keepBytes);
  }

  /// Where the log ends.
  public long lastIndex() {
    return log.last().index();
  }

  /// Bytes of the log kept.
  public long logBytes() {
    return log.bytes();
  }

  /// The last log index at which all members were in, while one is outside.
  public OptionalLong heldIndex() {
    return state.held().index();
  }

  /// Bytes of the log kept since a member is outside; 0 if none is. Rows are counted as a whole.
  public long logBytesSinceHeld() {
    Held held = state.held();
    if (!held.outside()) {
      return 0;
    }
    if (!held.equals(heldMeasured)) {
      heldBytesBefore = log.bytes() - log.bytesAfter(held.index().orElseThrow());
      heldMeasured = held;
    }
    return log.bytes() - heldBytesBefore;
  }

  /// For any thread.
  public Reads reads() {
    return reads;
  }

  /// For the threads that send and receive snapshots, which must have ended before `close`.
  public Snapshots snapshots() {
    return snapshots;
  }

  /// For a thread that must have ended before `close`.
  public DatabaseCheck check() {
    return new DatabaseCheck(data);
  }

  /// Takes an open step back, settles, ends the store's threads and frees the directory.
  @Override
  public void close() {
    try {
      endInOrder();
    } catch (DiskFullException | DiskFailedException e) {
      LOG.warn("the next start will take the last steps from the redo log: {}", e.getMessage());
    } finally {
      closeAll(toClose);
    }
  }

  /// Leaves nothing for the redo log to tell.
  private void endInOrder() {
    if (inStep) {
      rollback();
    }
    if (log.isWaiting() && !unsettled) {
      begin.update();
      unsettled = true;
    }
    settle();
    if (redo.isPresent()) {
      saveRedo.with(sequence, 0).update();
    }
  }

  private static void closeAll(Deque<AutoCloseable> opened) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        // The others must be closed all the same, the lock last.
        LOG.warn("closing a data directory", e);
      }
    }
  }
}
