package holdfast.cluster;

import static holdfast.protocol.RawClient.json;

import holdfast.protocol.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/// One account writing numbered messages into a room, one after the other, each repeated with its
/// request_id on whatever server answers until it is acknowledged. Remembers what it was told.
final class Writer implements AutoCloseable {
  static final String PASSWORD = "correct horse";

  /// A server that says nothing for that long is left for the next: what the client library waits
  /// before (400 ms) and after (300 ms) its PING.
  private static final int PATIENCE_MS = 700;

  /// The same where a password has to be hashed: on a busy machine that takes its time, and asking
  /// again only makes it longer.
  private static final int HASHING_MS = 20_000;

  private static final long BACKOFF_MS = 20;

  /// What an OK said.
  record Acknowledged(String text, long seq, long nanos) {}

  private final String name;
  private final String room;
  private final List<Integer> ports;
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final Thread thread;
  private Optional<RawClient> client = Optional.empty();
  private Optional<String> token = Optional.empty();
  private boolean isLoggedIn;
  private int at;
  private final AtomicInteger repeats = new AtomicInteger();
  private volatile boolean stopping;
  private volatile Optional<String> failure = Optional.empty();

  private Writer(String name, String room, List<Integer> ports, int first) {
    this.name = name;
    this.room = room;
    this.ports = List.copyOf(ports);
    this.at = first % ports.size();
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  /// Begins at the server with index `first` of `ports`; the room is made if it is not there.
  static Writer start(String name, String room, List<Integer> ports, int first) {
    Writer writer = new Writer(name, room, ports, first);
    writer.thread.start();
    return writer;
  }

  private void run() {
    try {
      until("REGISTER", credentials(), name + "-register", false);
      until("CREATE_ROOM", json("{'room':'" + room + "'}"), name + "-create", true);
      until("JOIN_ROOM", json("{'room':'" + room + "'}"), name + "-join", true);
      for (int number = 1; !stopping; number++) {
        String text = name + " " + number;
        JsonNode sent =
            until(
                "SEND", json("{'to':'%s','text':'%s'}".formatted(room, text)), name + number, true);
        synchronized (acknowledged) {
          acknowledged.add(new Acknowledged(text, sent.path("seq").asLong(), System.nanoTime()));
        }
        ready.countDown();
      }
    } catch (InterruptedException e) {
      // Told to end while no server answered.
    } catch (RuntimeException e) {
      failure = Optional.of(name + ": " + e);
    } finally {
      leave();
      ready.countDown();
    }
  }

  private String credentials() {
    return json("{'username':'%s','password':'%s'}".formatted(name, PASSWORD));
  }

  /// Asks until it is done; the OK's payload.
  private JsonNode until(String type, String payload, String requestId, boolean loggedIn)
      throws InterruptedException {
    while (true) {
      try {
        RawClient connection = connection(loggedIn);
        JsonNode reply = connection.ask(type, payload, "'request_id':'" + requestId + "'");
        connection.forgetEvents();
        JsonNode body = reply.path("payload");
        if (reply.path("type").asString().equals("OK")
            || body.path("code").asString().equals("ROOM_EXISTS")) {
          return body;
        }
        if (!body.path("retry").asBoolean()) {
          throw new IllegalStateException(type + " was refused: " + reply);
        }
        if (body.path("code").asString().equals("SHUTTING_DOWN")) {
          moveOn();
        }
        repeats.incrementAndGet();
        Thread.sleep(BACKOFF_MS);
      } catch (IOException | AssertionError e) {
        repeats.incrementAndGet();
        moveOn();
        Thread.sleep(BACKOFF_MS);
      }
    }
  }

  private RawClient connection(boolean loggedIn) throws IOException {
    if (client.isEmpty()) {
      RawClient opened = RawClient.connect(ports.get(at));
      client = Optional.of(opened);
      opened.patience(token.isPresent() ? PATIENCE_MS : HASHING_MS);
    }
    if (loggedIn && !isLoggedIn) {
      String proof = token.map(t -> json("{'token':'" + t + "'}")).orElse(credentials());
      token = Optional.of(client.get().ok("LOGIN", proof).path("token").asString());
      client.get().patience(PATIENCE_MS);
      isLoggedIn = true;
    }
    return client.get();
  }

  private void moveOn() throws InterruptedException {
    leave();
    at = (at + 1) % ports.size();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void leave() {
    try {
      if (client.isPresent()) {
        client.get().close();
      }
    } catch (IOException e) {
      // Of no more use either way.
    }
    client = Optional.empty();
    isLoggedIn = false;
  }

  String name() {
    return name;
  }

  List<Acknowledged> acknowledged() {
    synchronized (acknowledged) {
      return List.copyOf(acknowledged);
    }
  }

  /// How often a request was refused, or not answered, and made again.
  int repeats() {
    return repeats.get();
  }

  Optional<String> failure() {
    return failure;
  }

  void awaitReady() throws InterruptedException {
    if (!ready.await(ServerProcesses.PATIENCE_SECONDS, TimeUnit.SECONDS) || failure.isPresent()) {
      throw new AssertionError(name + " never got to write: " + failure.orElse("no OK"));
    }
  }

  /// Waits until `more` further messages are acknowledged.
  void awaitMore(int more) throws InterruptedException {
    int wanted = acknowledged().size() + more;
    ServerProcesses.await(
        name + " acknowledged " + wanted,
        () -> acknowledged().size() >= wanted || failure.isPresent());
    if (failure.isPresent()) {
      throw new AssertionError(failure.get());
    }
  }

  /// Ends behind the message under way.
  void stop() throws InterruptedException {
    stopping = true;
    if (!thread.join(java.time.Duration.ofSeconds(ServerProcesses.PATIENCE_SECONDS))) {
      throw new AssertionError(name + " waits in vain for its last acknowledgement");
    }
    if (failure.isPresent()) {
      throw new AssertionError(failure.get());
    }
  }

  /// The longest time between two acknowledgements, in milliseconds.
  long longestGapMs() {
    List<Acknowledged> all = acknowledged();
    long longest = 0;
    for (int i = 1; i < all.size(); i++) {
      longest = Math.max(longest, all.get(i).nanos() - all.get(i - 1).nanos());
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    leave();
  }
}
