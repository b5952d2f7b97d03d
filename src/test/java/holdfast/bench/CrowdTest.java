package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.FakeServer;
import holdfast.client.FakeWorld;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CrowdTest {
  private static final int COUNT = 150;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final FakeWorld world = new FakeWorld();
  private final FakeServer first = world.server("1");
  private final FakeServer second = world.server("2");
  private final FakeServer third = world.server("3");

  private static Member member(FakeServer server, int id) {
    return new Member(
        new ServerId(id), "127.0.0.1", server.address().port(), 1, true, Optional.empty());
  }

  @BeforeEach
  void makeAccount() {
    world.account("alice", "correct horse");
  }

  @AfterEach
  void stop() {
    world.close();
  }

  @Test
  void whoLosesItsServerSignsInAtAnotherWithItsCursorAndTriesAgainWhenRefused() throws Exception {
    AtomicBoolean refused = new AtomicBoolean();
    third.script((peer, request) -> {
      boolean refuses = refused.compareAndSet(false, true);
      if (refuses) {
        peer.fail(request, ErrorCode.BUSY);
      }
      return refuses;
    });
    try (Crowd crowd = new Crowd(COUNT, List.of("h1.alice"))) {
      crowd.gather(member(first, 1), PATIENCE);
      assertTrue(first.next(ClientRequest.Login.class).cursor().isEmpty());
      crowd.refuge(List.of(member(second, 2), member(third, 3)));
      long instant = System.nanoTime();
      first.kill();
      List<Long> back = crowd.awaitReturn(PATIENCE);
      assertEquals(COUNT, back.size());
      assertTrue(back.stream().allMatch(at -> at - instant > 0), back::toString);
      assertTrue(second.next(ClientRequest.Login.class).cursor().isPresent());
      assertEquals(Map.of("BUSY", 1L), crowd.setbacks());
    }
  }

  @Test
  void whoCannotComeBackIsCounted() throws Exception {
    try (Crowd crowd = new Crowd(3, List.of("h1.alice"))) {
      crowd.gather(member(first, 1), PATIENCE);
      crowd.refuge(List.of(member(second, 2)));
      second.script((peer, request) -> true);
      first.kill();
      BenchException late =
          assertThrows(BenchException.class, () -> crowd.awaitReturn(Duration.ofMillis(200)));
      assertTrue(late.getMessage().startsWith("0 of 3 clients are signed in"), late.getMessage());
    }
  }
}
