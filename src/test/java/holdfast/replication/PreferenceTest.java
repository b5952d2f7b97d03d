package holdfast.replication;

import static holdfast.replication.TestLog.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Whom the operator would rather see as primary.
final class PreferenceTest {
  private static final int SOON = TestServer.SETTINGS.diedTicksMax();
  private static final Preference ORDER = new Preference(false, List.of(id(3), id(2)));

  @Test
  void theOrderGivenCounts() {
    assertTrue(ORDER.prefers(id(3), id(2)));
    assertTrue(ORDER.prefers(id(2), id(1)));
    assertFalse(ORDER.prefers(id(1), id(2)));
    assertFalse(ORDER.prefers(id(1), id(4)), "those not named are alike");
    assertFalse(ORDER.prefers(id(4), id(1)));
  }

  @Test
  void theLowestNumberCanBeTheBest() {
    Preference lowest = new Preference(true, List.of());
    assertTrue(lowest.prefers(id(1), id(2)));
    assertFalse(lowest.prefers(id(2), id(1)));
    assertFalse(Preference.NONE.prefers(id(1), id(2)));
  }

  /// Server 1 of three, whose primary 2 has just died.
  private static TestServer bereaved(Preference preference, Event... more) {
    TestServer server = TestServer.founded(3, 1);
    server.replica().prefer(preference);
    server.receive(2, new PeerMessage.Heartbeat(2, 0, 1));
    server.step(more);
    server.step(new Event.PeerDied(id(2)));
    return server;
  }

  private static int ticksToStand(TestServer server) {
    server.takeSent();
    for (int ticks = 1; ticks <= TestServer.SETTINGS.electionTicksMin(); ticks++) {
      server.tick(1);
      if (!server.sentTo(3, PeerMessage.RequestVote.class).isEmpty()) {
        return ticks;
      }
    }
    return fail("it did not stand at once");
  }

  @Test
  void whoeverIsPreferredStandsFirst() {
    int alike = ticksToStand(bereaved(Preference.NONE));
    assertTrue(alike <= SOON, "after " + alike);
    int behindOne = ticksToStand(bereaved(ORDER));
    assertEquals(alike + SOON + 1, behindOne, "server 3 has stood by then; server 2 is dead");
  }

  @Test
  void theDeadGetNoHeadStart() {
    int ticks = ticksToStand(bereaved(ORDER, new Event.PeerDied(id(3))));
    assertTrue(ticks <= SOON, "after " + ticks);
  }
}
