package holdfast.server;

import holdfast.chat.ChatLimits;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.storage.Reads;
import holdfast.storage.SqliteStore;
import holdfast.storage.StoreException;
import holdfast.storage.StoreSettings;
import holdfast.transport.ByteBudget;
import holdfast.transport.IoThreads;
import holdfast.transport.LineChannel;
import holdfast.transport.Listener;
import holdfast.transport.PeerInbox;
import holdfast.transport.PeerLinks;
import holdfast.wire.ClientCodec;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import holdfast.wire.PeerIdentity;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One running server: makes the parts, connects them, and takes them down again. docs/DESIGN.md
/// lists the threads.
public final class Server implements AutoCloseable, Listener.Handler {
  /// See `awaitExit`.
  public static final int RESTART = -1;

  public static final int REMOVED = -2;

  /// As `Implementation-Version` of the jar.
  private static final String VERSION =
      Optional.ofNullable(Server.class.getPackage().getImplementationVersion()).orElse("dev");

  private static final int BOOT_ID_BYTES = 8;

  /// Bytes that may wait for one client; beyond: SLOW_CONSUMER.
  private static final int CLIENT_QUEUE_BYTES_MAX = 4 << 20;

  /// What waits for all clients together may take one part in so many of the heap; beyond, a client
  /// for which more than a little waits is a SLOW_CONSUMER.
  private static final int CLIENT_QUEUES_OF_HEAP = 4;

  /// At SIGTERM: how long the hand-over may take, and then clients to go elsewhere by themselves.
  private static final Duration HAND_OVER_MAX = Duration.ofSeconds(2);

  private static final Duration LEAVE_MAX = Duration.ofSeconds(2);

  /// Threads that read and write the clients' connections: one for every two processors.
  private static final int CLIENT_IO_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

  /// Reads that may wait for the read pool; beyond: BUSY.
  private static final int READS_WAITING_MAX = 1_024;

  /// Of each of the redo log's files: more than a second of the fastest writing, many times what
  /// comes in before the database is synced.
  private static final int REDO_FILE_BYTES = 8 << 20;

  /// A little more than the length at which the write-ahead log is begun anew.
  private static final long WAL_BYTES_RESERVED = 40L << 20;

  /// How long a transaction of the database may stay open: what one costs is shared by all that
  /// comes in meanwhile, and a read that needs it ends it at once.
  private static final Duration SETTLE_AFTER = Duration.ofMillis(5);

  /// After that: how long the last answers may take.
  private static final Duration DRAIN_MAX = Duration.ofSeconds(3);

  /// How long the replica thread may take for the pass it is at.
  private static final Duration REPLICA_END_MAX = Duration.ofSeconds(30);

  private static final Duration POLL = Duration.ofMillis(2);

  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private final ServerConfig config;
  private final ServerId self;
  private final Member own;
  private final SqliteStore store;
  private final PasswordHasher hasher = new PasswordHasher();
  private final Set<ClientSession> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastSession = new AtomicLong();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private final ClusterViews views;
  private final PeerInbox inbox = new PeerInbox();
  private final Intake intake = new Intake(inbox);
  private final Outgoing outgoing = new Outgoing();
  private final ByteBudget clientBudget =
      new ByteBudget(Runtime.getRuntime().maxMemory() / CLIENT_QUEUES_OF_HEAP);
  private final ReplicaPort port;
  private final Requests requests;
  private final AdminDesk admin;
  private final SnapshotDesk snapshots;
  private final PeerLinks links;
  private final Thread replicaThread;
  private final AtomicBoolean closed = new AtomicBoolean();
  private Optional<IoThreads> clientIo = Optional.empty();
  private Optional<Listener> clientListener = Optional.empty();

  /// @param configured the members as long as the log names none
  private Server(
      ServerConfig config,
      Member own,
      Membership configured,
      SqliteStore store,
      OperatorKey operatorKey) {
    this.config = config;
    this.self = own.id();
    this.own = own;
    this.store = store;
    String bootId = bootId();
    Reads reads = store.reads();
    Replica replica = replica(config, self, configured, store);
    ChatLimits limits = PartSettings.limits(config);
    Applier applier = new Applier(store, limits);
    boolean survives = config.survivorTakeover().isPresent();
    StatusBoard board = new StatusBoard(self, VERSION);
    this.views =
        new ClusterViews(
            board,
            VERSION,
            sessions::size,
            new VitalSigns(config.directory(self)),
            survives,
            store,
            replica);
    Directory directory = new Directory(reads);
    Presence presence = new Presence();
    Deliveries deliveries = new Deliveries(store.chat(), directory, store.appliedId());
    Peers peers = peers();
    CatchUp catchUp = catchUp(reads, directory);
    PresenceNews news = presenceNews(reads, directory, presence);
    this.snapshots = snapshots(replica, applier, peers, board);
    Office office =
        new Office(
            PartSettings.office(config, self),
            replica,
            store,
            applier,
            peers,
            board,
            views,
            snapshots,
            members(replica, peers, board, survives),
            new SurvivorDesk(self, replica, config.survivorTakeover(), store.chat()::time),
            proposeOwn ->
                new SignIns(
                    self, store.chat(), deliveries, presence, peers, catchUp, news, proposeOwn));
    this.port = new ReplicaPort(intake, office, reads);
    this.admin = new AdminDesk(self, operatorKey, store, port, views);
    this.requests =
        new Requests(
            PartSettings.requests(config, self),
            reads,
            port,
            views,
            directory,
            presence,
            hasher,
            new LoginDesk(reads, port, views, hasher, config.tokenLifetime()),
            admin);
    this.links =
        new PeerLinks(
            PartSettings.links(config, self),
            () -> new PeerIdentity(views.current().clusterId(), store.memberKey(), bootId),
            new PeerDesk(self, views, intake, office, this::onLostDisk),
            inbox);
    this.replicaThread =
        Thread.ofPlatform()
            .name("replica")
            .uncaughtExceptionHandler(this::onReplicaFailed)
            .unstarted(new ReplicaLoop(intake, store, replica, applier, office, outgoing));
  }

  /// The links as the replica thread sees them; they are made after it.
  private Peers peers() {
    return new Peers() {
      @Override
      public boolean send(ServerId to, byte[] frame) {
        return links.send(to.value(), frame);
      }

      @Override
      public void flush() {
        links.flush();
      }

      @Override
      public void dial(List<Member> members) {
        links.peers(members.stream().map(Server.this::reachedAt).toList());
      }

      @Override
      public void drop(ServerId peer) {
        links.drop(peer.value());
      }
    };
  }

  private PeerLinks.PeerAddress reachedAt(Member member) {
    Member way = Addresses.of(config, member);
    return new PeerLinks.PeerAddress(member.id().value(), way.host(), way.peerPort());
  }

  private SnapshotDesk snapshots(Replica replica, Applier applier, Peers peers, StatusBoard board) {
    return new SnapshotDesk(
        self,
        replica,
        store,
        applier,
        peers,
        board::isLinked,
        config.logKeepBytes(),
        config.survivorTakeover().isPresent(),
        this::restart);
  }

  private CatchUp catchUp(Reads reads, Directory directory) {
    return new CatchUp(
        reads,
        directory,
        (session, epoch, position) ->
            port().run(() -> port().signIns().caughtUp(session, epoch, position)));
  }

  private MemberDesk members(Replica replica, Peers peers, StatusBoard board, boolean survives) {
    return new MemberDesk(
        self, replica, peers, board::toldMembers, store.chat()::time, survives, this::onRemoved);
  }

  private PresenceNews presenceNews(Reads reads, Directory directory, Presence presence) {
    return new PresenceNews(
        reads,
        directory,
        presence,
        found -> port().run(() -> port().signIns().tellPresence(found)));
  }

  private ReplicaPort port() {
    return port;
  }

  private static Replica replica(
      ServerConfig config, ServerId self, Membership configured, SqliteStore store) {
    Replica replica =
        new Replica(
            self,
            PartSettings.replica(config),
            store.storedLog(configured),
            store,
            new CommandCodec(),
            CommandCodec.noop(),
            RandomGenerator.of("L64X128MixRandom"));
    replica.prefer(config.primaryPreference());
    return replica;
  }

  private static String bootId() {
    byte[] bytes = new byte[BOOT_ID_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Starts the server `self`, a member already or one of the first that the file names. Returns
  /// once both ports listen.
  ///
  /// @throws StartException if it cannot: a port or the directory is taken, the database is refused
  public static Server start(ServerConfig config, ServerId self) throws StartException {
    SqliteStore store = open(config, self);
    Membership configured = new Membership(0, config.servers());
    try {
      return start(
          config, Addresses.own(config, self, store.storedLog(configured)), configured, store);
    } catch (ConfigException e) {
      store.close();
      throw new StartException(2, e.getMessage());
    }
  }

  /// Has `newcomer` taken in by a cluster, unless it is a member already, and starts it.
  ///
  /// @throws StartException as above, or with what the cluster says against it
  public static Server join(ServerConfig config, Newcomer newcomer) throws StartException {
    SqliteStore store = open(config, newcomer.own().id());
    try {
      List<Member> members = newcomer.admitted(config, store);
      return start(config, newcomer.own(), new Membership(0, members), store);
    } catch (StartException e) {
      store.close();
      throw e;
    }
  }

  private static SqliteStore open(ServerConfig config, ServerId self) throws StartException {
    try {
      return SqliteStore.open(
          config.directory(self),
          new StoreSettings(config.indexTailMax(), READS_WAITING_MAX, REDO_FILE_BYTES)
              .reserving(WAL_BYTES_RESERVED)
              .settling(SETTLE_AFTER),
          new CommandCodec(),
          new CommandCodec());
    } catch (StoreException e) {
      throw new StartException(exitCode(e.kind()), e.getMessage());
    }
  }

  private static Server start(
      ServerConfig config, Member own, Membership configured, SqliteStore store)
      throws StartException {
    OperatorKey operatorKey;
    try {
      operatorKey = OperatorKey.ofServer(config, own.id());
    } catch (IOException e) {
      store.close();
      throw new StartException(1, "the key for operators cannot be had: " + e.getMessage());
    }
    Server server = new Server(config, own, configured, store, operatorKey);
    try {
      server.open();
      return server;
    } catch (IOException e) {
      server.close();
      throw new StartException(3, e.getMessage());
    }
  }

  private static int exitCode(StoreException.Kind kind) {
    return switch (kind) {
      case TAKEN -> 3;
      case REFUSED -> 4;
      case DISK -> 1;
    };
  }

  private void open() throws IOException {
    snapshots.start();
    links.start(own.host(), own.peerPort());
    replicaThread.start();
    clientIo = Optional.of(new IoThreads("client-io", CLIENT_IO_THREADS, config.idleTimeout()));
    int clientsMax = OpenFiles.connectionsMax(config.connectionsMax());
    clientListener =
        Optional.of(new Listener("client", own.host(), own.clientPort(), clientsMax, this));
    log.info(
        "server {} of {} serves clients at {}:{} and peers at {}:{}",
        self,
        config.clusterName(),
        own.host(),
        own.clientPort(),
        own.host(),
        own.peerPort());
  }

  /// Has the cluster change its members, whoever is primary. Completed within about ten seconds, or
  /// not at all if this server stops.
  public CompletableFuture<ChangeResult> change(MemberChange change) {
    return port.change(change);
  }

  // ---- clients

  @Override
  public void accepted(SocketChannel channel, Runnable ended) {
    long number = lastSession.incrementAndGet();
    open(
        channel,
        "client-" + number,
        line -> {
          ClientSession session =
              new ClientSession(
                  number,
                  line,
                  requests,
                  outgoing,
                  closed -> {
                    sessions.remove(closed);
                    ended.run();
                  });
          sessions.add(session);
          return session;
        },
        ended);
  }

  @Override
  public void rejected(SocketChannel channel, Runnable ended) {
    open(channel, "rejected", line -> new Rejection(ended), ended)
        .ifPresent(line ->
            line.closeAfterFlush(
                ClientCodec.error(
                    Optional.empty(),
                    ErrorCode.BUSY,
                    "this server has as many connections as it takes; try another",
                    OptionalLong.empty()),
                ClientSession.DRAIN));
  }

  /// A connection too many, on which nothing is heard.
  private record Rejection(Runnable ended) implements LineChannel.Handler {
    @Override
    public boolean onLine(byte[] line) {
      return true;
    }

    @Override
    public void onTooLarge() {}

    @Override
    public void onEnd() {}

    @Override
    public void onClosed(String why) {
      ended.run();
    }
  }

  private Optional<LineChannel> open(
      SocketChannel channel,
      String name,
      Function<LineChannel, LineChannel.Handler> handler,
      Runnable ended) {
    try {
      return Optional.of(
          clientIo
              .orElseThrow()
              .open(
                  channel,
                  new LineChannel.Settings(
                      name, config.frameMaxBytes(), CLIENT_QUEUE_BYTES_MAX, clientBudget),
                  handler));
    } catch (IOException e) {
      log.debug("{} was gone at once: {}", name, e.getMessage());
      ended.run();
      return Optional.empty();
    }
  }

  // ---- the end

  /// Hands over, lets clients go elsewhere while it still serves them, answers what was asked, and
  /// ends. Returns when all that is done. A server that was removed sends its clients away at once:
  /// nobody takes what it forwards, and no answer comes any more.
  public void stop() {
    log.info("server {} is stopping", self);
    if (exitsWith(REMOVED)) {
      clientListener.ifPresent(Listener::close);
      requests.stopTaking();
    } else {
      handOver();
      clientListener.ifPresent(Listener::close);
      sessions.forEach(Server::askToLeave);
      awaitQuietly(sessions::isEmpty, LEAVE_MAX);
      requests.stopTaking();
      drain();
    }
    for (ClientSession session : sessions) {
      session.closeWith(ErrorCode.SHUTTING_DOWN, "this server has stopped; go on at another");
    }
    awaitQuietly(sessions::isEmpty, ClientSession.DRAIN.plusMillis(500));
    log.info("server {} has stopped", self);
    close();
  }

  private boolean exitsWith(int status) {
    return exit.isDone() && !exit.isCompletedExceptionally() && exit.join() == status;
  }

  private void handOver() {
    ClusterView view = views.current();
    if (view.role() != Role.PRIMARY || view.membership().voters().size() == 1) {
      return;
    }
    port.run(port::handOver);
    awaitQuietly(
        () -> !views.current().isPrimary() && views.current().primary().isPresent(), HAND_OVER_MAX);
  }

  /// A client that heeds it is moved between two requests: none of them fails or comes twice.
  private static void askToLeave(ClientSession session) {
    session.push(
        ClientCodec.error(
            Optional.empty(),
            ErrorCode.SHUTTING_DOWN,
            "this server is stopping; go on at another: what is asked until then is still answered",
            OptionalLong.empty()));
  }

  private void drain() {
    awaitQuietly(
        () -> {
          try {
            return port.call(() -> port.desk().isEmpty())
                && sessions.stream().allMatch(ClientSession::isAnswered);
          } catch (RequestRefused e) {
            return true;
          }
        },
        DRAIN_MAX);
  }

  private interface Condition {
    boolean holds() throws InterruptedException;
  }

  private static void awaitQuietly(Condition condition, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    try {
      while (!condition.holds() && System.nanoTime() - deadline < 0) {
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends at once, as far as that can be done in order.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    clientListener.ifPresent(Listener::close);
    intake.close();
    try {
      if (replicaThread.isAlive()) {
        replicaThread.join(REPLICA_END_MAX);
      }
      if (replicaThread.isAlive()) {
        // It alone may touch the store. The next start takes what it left from the redo log.
        log.error("the replica thread is stuck, as on a disk that hangs: this server ends at once");
        Runtime.getRuntime().halt(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clientIo.ifPresent(IoThreads::close);
    new StoreUsers(admin, snapshots).close(exitsWith(RESTART));
    links.close();
    hasher.close();
    store.close();
    exit.complete(0);
  }

  /// The exit status, once the server has ended: 0 after `stop`, 4 if the cluster refused it.
  /// `RESTART`: it has not ended; it is to be stopped and started anew, with a snapshot. `REMOVED`:
  /// it has not ended either, and is to be stopped for good.
  public int awaitExit() throws InterruptedException {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the server failed", e.getCause());
    }
  }

  private void restart() {
    exit.complete(RESTART);
  }

  private void onRemoved(String sentence) {
    if (exit.complete(REMOVED)) {
      log.error("this server ends: {}", sentence);
    }
  }

  private void onLostDisk(String sentence) {
    log.error("this server ends: {}", sentence);
    exit.complete(4);
  }

  /// A broken invariant, or a disk that failed: nothing more may be said, since this server may
  /// have forgotten what it said before (DESIGN 10.20).
  private void onReplicaFailed(Thread thread, Throwable failure) {
    log.error("the replica thread failed: this server ends at once", failure);
    Runtime.getRuntime().halt(1);
  }
}
