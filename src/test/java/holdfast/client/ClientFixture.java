package holdfast.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Two fake servers, 1 and 2, and a client that knows only the first until it says HELLO.
abstract class ClientFixture {
  /// Patience long enough that a loaded machine does not look like a dead server.
  static final Timing CALM =
      timing(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(60));

  /// Little patience: for servers that really are silent.
  static final Timing NERVOUS =
      timing(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(60));

  FakeWorld world;
  FakeServer first;
  FakeServer second;
  final Heard heard = new Heard();
  private final List<ChatClient> clients = new ArrayList<>();

  static Timing timing(Duration replyPatience, Duration pingPatience, Duration repeatFor) {
    return new Timing(
        replyPatience,
        pingPatience,
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofMillis(5),
        Duration.ofMillis(50),
        Duration.ofMillis(10),
        Duration.ofMillis(200),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        repeatFor);
  }

  @BeforeEach
  void startServers() {
    world = new FakeWorld();
    world.account("alice", "correct horse");
    first = world.server("1");
    second = world.server("2");
  }

  @AfterEach
  void stopAll() {
    clients.forEach(ChatClient::close);
    world.close();
  }

  /// Not logged in.
  ChatClient client(Timing timing) {
    ChatClient client =
        ChatClient.open(new ClientSettings(List.of(first.address()), "test", timing), heard);
    clients.add(client);
    return client;
  }

  /// Logged in as alice on the first server.
  ChatClient alice(Timing timing) {
    ChatClient client = client(timing);
    get(client.login("alice", "correct horse"));
    heard.next(Notice.Connected.class);
    return client;
  }

  /// The reply, waiting for it.
  static <T> T get(CompletableFuture<T> reply) {
    try {
      return reply.get(FakeServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no reply", e);
    }
  }

  /// Why there is no reply, waiting for it.
  static ChatException failure(CompletableFuture<?> reply) {
    try {
      Object answer = reply.get(FakeServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("it was answered: " + answer);
    } catch (ExecutionException e) {
      return (ChatException) e.getCause();
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no reply", e);
    }
  }
}
