package holdfast.server;

import holdfast.replication.ServerId;
import holdfast.storage.DatabaseCheck;
import holdfast.storage.DiskFailedException;
import holdfast.storage.DiskFullException;
import holdfast.storage.OutgoingSnapshot;
import holdfast.storage.RejectedReadException;
import holdfast.storage.SqliteStore;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers operators: first the proof that somebody is one, then hand-over, backup and check, and
/// what `MemberRequests` answers. Safe for any thread; blocks the calling (virtual) thread. What
/// reads the database does so on a platform thread of its own, one thing at a time.
final class AdminDesk {
  /// Bytes of a backup in one reply: as base64 it fits the shortest `frame.max.bytes` allowed.
  private static final int PIECE_BYTES = 64 << 10;

  /// How long a hand-over waits for its target to have nearly everything.
  private static final Duration CATCH_UP_MAX = Duration.ofSeconds(5);

  /// What the target may lack when writes begin to wait for it: a moment's worth.
  private static final long LACKING_ENTRIES_MAX = 1_024;

  /// How long the target may take from then on to be elected.
  private static final Duration ELECTED_MAX = Duration.ofSeconds(3);

  /// How long a check waits for what it is to check to be applied.
  private static final Duration APPLIED_MAX = Duration.ofSeconds(2);

  private static final Duration POLL = Duration.ofMillis(5);
  private static final int NONCE_BYTES = 32;

  private static final Logger log = LoggerFactory.getLogger(AdminDesk.class);

  private final ServerId self;
  private final OperatorKey key;
  private final SqliteStore store;
  private final ReplicaPort port;
  private final ClusterViews views;
  private final MemberRequests members;
  private final SurvivorRequests survivor;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore turn = new Semaphore(1);
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("operator").factory());

  /// The copy that waits to be fetched, and for whom.
  private Optional<Waiting> waiting = Optional.empty();

  private record Waiting(ClientSession session, OutgoingSnapshot copy) {}

  AdminDesk(
      ServerId self, OperatorKey key, SqliteStore store, ReplicaPort port, ClusterViews views) {
    this.self = self;
    this.key = key;
    this.store = store;
    this.port = port;
    this.views = views;
    this.members = new MemberRequests(port::change, key.isSecret());
    this.survivor = new SurvivorRequests(self, port, views);
  }

  OkPayload answer(ClientSession session, ClientRequest.Operator request)
      throws RequestRefused, InterruptedException {
    if (request instanceof ClientRequest.Admin admin) {
      return admit(session, admin);
    }
    if (!session.seat.isProven()) {
      throw new RequestRefused(ErrorCode.FORBIDDEN, "for operators only: ADMIN first");
    }
    return switch (request) {
      case ClientRequest.Admin admin -> admit(session, admin);
      case ClientRequest.MemberRequest change -> members.answer(change.change());
      case ClientRequest.TransferPrimary transfer -> transfer(transfer.serverId());
      case ClientRequest.BackupDatabase backup when backup.offset().isEmpty() -> backup(session);
      case ClientRequest.BackupDatabase backup -> piece(session, backup.offset().get());
      case ClientRequest.CheckDatabase check -> check(check);
      case ClientRequest.Survive _ -> survivor.survive();
      case ClientRequest.Unreplayable lost -> survivor.unreplayable(lost);
    };
  }

  private OkPayload admit(ClientSession session, ClientRequest.Admin request)
      throws RequestRefused {
    if (request.proof().isEmpty()) {
      byte[] bytes = new byte[NONCE_BYTES];
      random.nextBytes(bytes);
      String nonce = HexFormat.of().formatHex(bytes);
      session.seat.challenge(nonce);
      return new OkPayload.AdminChallenge(nonce);
    }
    Optional<String> nonce = session.seat.takeNonce();
    if (nonce.isEmpty() || !key.fits(request.proof().get(), nonce.get(), self)) {
      log.warn("client {} failed to prove that it is an operator's", session.number());
      throw new RequestRefused(
          ErrorCode.FORBIDDEN,
          nonce.isEmpty()
              ? "ask for a nonce first: ADMIN without `proof`"
              : "the proof does not fit: another secret, another server, or an old nonce");
    }
    session.seat.admit();
    log.info("client {} is an operator's", session.number());
    return new OkPayload.Empty();
  }

  // ---- hand-over

  private OkPayload transfer(ServerId target) throws RequestRefused, InterruptedException {
    if (isPrimary(target)) {
      return moved();
    }
    checkTarget(target);
    awaitCaughtUp(target);
    log.info("an operator hands the office to server {}", target);
    if (!port.run(() -> port.handOver(target))) {
      throw ReplicaPort.shuttingDown();
    }
    if (!await(() -> isPrimary(target), ELECTED_MAX)) {
      throw new RequestRefused(
          ErrorCode.TIMEOUT,
          "server %s has not become primary yet; %s"
              .formatted(
                  target,
                  views
                      .current()
                      .primary()
                      .map(primary -> "server " + primary + " is")
                      .orElse("an election is under way")));
    }
    return moved();
  }

  private boolean isPrimary(ServerId server) {
    return views.current().primary().equals(Optional.of(server));
  }

  private OkPayload moved() {
    ClusterView view = views.current();
    return new OkPayload.PrimaryMoved(ClusterViews.name(view.primary()).orElse(""), view.term());
  }

  private void checkTarget(ServerId target) throws RequestRefused {
    ClusterView view = views.current();
    if (!view.isPrimary()) {
      throw new RequestRefused(
          ErrorCode.NO_PRIMARY,
          "not done: server %s is not primary; %s"
              .formatted(
                  self,
                  view.primary()
                      .map(primary -> "ask server " + primary + ", which is")
                      .orElse("nobody is at the moment")));
    }
    if (!view.membership().isVoter(target)) {
      throw new RequestRefused(
          ErrorCode.BAD_REQUEST,
          "server %s is no voter of this cluster; the voters are %s"
              .formatted(target, view.membership().voters()));
    }
  }

  /// Writes wait while the office changes hands; they shall not wait for a target that lags.
  private void awaitCaughtUp(ServerId target) throws RequestRefused, InterruptedException {
    boolean caughtUp =
        await(
            () -> port.call(() -> port.lacks(target)).orElse(Long.MAX_VALUE) <= LACKING_ENTRIES_MAX,
            CATCH_UP_MAX);
    if (!caughtUp) {
      throw new RequestRefused(
          ErrorCode.BEHIND,
          "not done: server %s is not up, or lacks too much of the log to take over; see status"
              .formatted(target));
    }
  }

  private interface Condition {
    boolean holds() throws RequestRefused, InterruptedException;
  }

  private static boolean await(Condition condition, Duration within)
      throws RequestRefused, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    return true;
  }

  // ---- backup

  private OkPayload backup(ClientSession session) throws RequestRefused, InterruptedException {
    Optional<String> clusterId = views.current().clusterId();
    if (clusterId.isEmpty()) {
      throw new RequestRefused(
          ErrorCode.BEHIND, "not done: this server has not taken part in its cluster yet");
    }
    return inTurn(() -> {
      // The one before goes first: both would have the same file.
      if (waiting().map(w -> w.session() != session && !w.session().isClosed()).orElse(false)) {
        throw new RequestRefused(
            ErrorCode.BUSY, "not done: another backup is being fetched from this server");
      }
      forget();
      store.reads().awaitAnnounced();
      OutgoingSnapshot copy = store.snapshots().backup();
      keep(new Waiting(session, copy));
      log.info("an operator fetches a backup of {} bytes, as of {}", copy.bytes(), copy.position());
      return new OkPayload.BackupMade(
          clusterId.get(),
          copy.position().index(),
          copy.position().term(),
          copy.bytes(),
          copy.digest());
    });
  }

  private synchronized boolean isOf(ClientSession session) {
    return waiting.map(made -> made.session() == session).orElse(false);
  }

  private synchronized Optional<Waiting> waiting() {
    return waiting;
  }

  private synchronized void keep(Waiting made) throws IOException {
    waiting = Optional.of(made);
    if (made.session().isClosed()) {
      forget();
    }
  }

  private synchronized void forget() throws IOException {
    if (waiting.isPresent()) {
      OutgoingSnapshot copy = waiting.get().copy();
      waiting = Optional.empty();
      copy.close();
    }
  }

  private synchronized OkPayload piece(ClientSession session, long offset) throws RequestRefused {
    if (!isOf(session)) {
      throw new RequestRefused(
          ErrorCode.BAD_REQUEST,
          "there is no copy to fetch from: BACKUP_DATABASE without `offset` first");
    }
    try {
      byte[] data = waiting.get().copy().read(offset, PIECE_BYTES);
      return new OkPayload.BackupPiece(offset, Base64.getEncoder().encodeToString(data));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The connection is gone, and with it whatever was made for it.
  void onClosed(ClientSession session) {
    if (!isOf(session)) {
      return;
    }
    try {
      forget();
    } catch (IOException e) {
      log.warn("a backup's copy could not be removed: {}", e.toString());
    }
  }

  // ---- check

  private OkPayload check(ClientRequest.CheckDatabase request)
      throws RequestRefused, InterruptedException {
    long logIndex =
        request.logIndex().isPresent() ? request.logIndex().get() : port.call(port::appliedIndex);
    port.awaitIndex(logIndex, APPLIED_MAX);
    long digestIndex = logIndex - logIndex % Applier.DIGEST_EVERY;
    Optional<String> digest =
        port.call(() -> port.digestAt(digestIndex)).map(HexFormat.of()::formatHex);
    DatabaseCheck.Result result =
        inTurn(() -> {
          // The check looks at the file.
          store.reads().awaitAnnounced();
          return store.check().run(logIndex);
        });
    return new OkPayload.Checked(
        logIndex,
        digestIndex,
        digest,
        result.tables().stream()
            .map(t -> new OkPayload.TableCheck(t.name(), t.logIndex(), t.rows(), t.digest()))
            .toList(),
        result.faults());
  }

  // ---- the thread that reads

  private <T> T inTurn(Callable<T> work) throws RequestRefused, InterruptedException {
    if (!turn.tryAcquire()) {
      throw new RequestRefused(
          ErrorCode.BUSY, "not done: this server is at another backup or check; repeat later");
    }
    Future<T> future = reader.submit(work);
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RequestRefused refused) {
        throw refused;
      }
      throw failed(e.getCause());
    } finally {
      turn.release();
    }
  }

  private static RequestRefused failed(Throwable cause) {
    return switch (cause) {
      case DiskFullException e ->
          new RequestRefused(
              ErrorCode.DISK_FULL, "not done: the disk of this server has no room for a copy");
      case RejectedReadException e ->
          new RequestRefused(ErrorCode.BUSY, "not done: " + e.getMessage());
      case IOException e -> unreadable(e);
      case DiskFailedException e -> unreadable(e);
      case InterruptedException e -> ReplicaPort.shuttingDown();
      default -> throw new IllegalStateException("an operator's request failed", cause);
    };
  }

  private static RequestRefused unreadable(Exception cause) {
    log.error("the database could not be read for an operator", cause);
    return new RequestRefused(
        ErrorCode.INTERNAL, "not done: the database could not be read or copied; see the log");
  }

  /// Ends what reads the store, and waits for it.
  void close(Duration atMost) {
    reader.shutdownNow();
    try {
      reader.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
      forget();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("a backup's copy could not be removed: {}", e.toString());
    }
  }
}
