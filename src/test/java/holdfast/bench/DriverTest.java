package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DriverTest {
  private static final int ENOUGH = 100;

  private final Tally tally = new Tally();
  private final ReplyScanner shared = new ReplyScanner(SignIn.LINE_BYTES_MAX);

  private Listening listening(FakeChat chat, boolean times) throws IOException, BenchException {
    return Listening.open(chat.member(), SignIn.byToken("\"login\"", "h1.x"), tally, shared, times);
  }

  @Test
  void everyRequestIsAnsweredAndEveryDeliveryCountsOnEachConnection() throws Exception {
    try (FakeChat chat = new FakeChat()) {
      SendFrames frames = SendFrames.stamped("run", List.of("#room"));
      List<LoadConnection> senders =
          Senders.open(List.of("a", "b"), List.of(chat.member()), tally, _ -> frames, 5);
      List<Listening> listeners = List.of(listening(chat, true), listening(chat, false));
      try (Driver driver = new Driver(senders, listeners, tally)) {
        driver.runUntil(new ClosedPace(senders), () -> tally.doneEver() >= ENOUGH);
        assertEquals(0, driver.drain());
        long expected = tally.doneEver() * 4;
        driver.await(() -> tally.deliveriesEver() >= expected);
        assertEquals(expected, tally.deliveriesEver());
        assertEquals(tally.doneEver(), tally.latencies().count());
        // One of four connections looks at the stamps.
        assertEquals(tally.doneEver(), tally.deliveryLatencies().count());
      }
      // Each of them was made again, or the drain had waited for its reply.
      assertTrue(tally.errors() >= ENOUGH / 10, tally.errorWords()::toString);
      assertEquals(List.of("BUSY: later"), tally.errorWords());
    }
  }

  @Test
  void aRoomsPaceGoesOnAsLongAsDeliveriesCome() throws Exception {
    try (FakeChat chat = new FakeChat()) {
      SendFrames frames = SendFrames.of("run", List.of("#room"));
      List<LoadConnection> senders =
          Senders.open(List.of("a"), List.of(chat.member()), tally, _ -> frames, 2);
      List<Listening> listeners = List.of(listening(chat, false), listening(chat, false));
      Pace pace = new RoomPace(senders, tally, 3, 2);
      try (Driver driver = new Driver(senders, listeners, tally)) {
        driver.runUntil(pace, () -> tally.deliveriesEver() >= 3 * ENOUGH);
        assertEquals(0, driver.drain());
        driver.await(() -> tally.deliveriesEver() >= 3 * tally.doneEver());
        assertEquals(3 * tally.doneEver(), tally.deliveriesEver());
      }
    }
  }
}
