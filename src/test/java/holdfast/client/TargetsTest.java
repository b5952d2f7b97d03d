package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final Timing TIMING = Timing.STANDARD;
  private static final long MS = Duration.ofMillis(1).toNanos();

  private static Targets targets(int count) {
    List<HostPort> addresses =
        IntStream.range(0, count).mapToObj(i -> new HostPort("10.0.0.1", 1_000 + i)).toList();
    return new Targets(addresses, TIMING, new Random(7), 0);
  }

  @Test
  void aServerThatKeepsFailingIsTriedEverMoreSeldomButNeverGivenUp() {
    Targets targets = targets(1);
    Target target = targets.due(0).getFirst();
    long now = 0;
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      targets.failed(target, now);
      waits.add((target.nextAttemptAt() - now) / MS);
      now = target.nextAttemptAt();
      assertEquals(List.of(target), targets.due(now));
    }
    assertTrue(waits.getFirst() >= 25 && waits.getFirst() <= 50, waits.toString());
    assertTrue(waits.get(3) >= 200 && waits.get(3) <= 400, waits.toString());
    assertTrue(waits.getLast() >= 1_000 && waits.getLast() <= 2_000, waits.toString());
  }

  @Test
  void aSearchBeginsWithOneServerAndSpreadsToTheOthers() {
    Targets targets = targets(5);
    targets.spread(0);
    assertEquals(1, targets.due(0).size());
    assertTrue(targets.untilDue(0, Long.MAX_VALUE) == 0);
    assertEquals(5, targets.due(5 * 2 * TIMING.stagger().toNanos()).size());
  }

  @Test
  void attemptsAtOneTimeAreBounded() {
    Targets targets = targets(100);
    List<Target> due = targets.due(0);
    assertEquals(Targets.ATTEMPTS_MAX, due.size());
    due.forEach(Target::attemptBegan);
    assertEquals(List.of(), targets.due(0));
    assertEquals(77, targets.untilDue(0, 77));
    due.getFirst().attemptEnded();
    assertEquals(1, targets.due(0).size());
  }

  @Test
  void membersReplaceThoseHeardBeforeButNotThoseGiven() {
    Targets targets = targets(1);
    targets.learn(List.of(new ServerAddress("2", "10.0.0.2", 2_000)), 0);
    targets.learn(List.of(new ServerAddress("3", "10.0.0.3", 3_000)), 0);
    assertEquals(
        List.of(new HostPort("10.0.0.1", 1_000), new HostPort("10.0.0.3", 3_000)),
        targets.due(0).stream().map(Target::address).toList());
  }

  @Test
  void theAddressesKeptAreBounded() {
    Targets targets = targets(1);
    List<ServerAddress> many =
        IntStream.range(0, 4_000)
            .mapToObj(i -> new ServerAddress("" + i, "10.0.0.2", 1 + i))
            .toList();
    targets.learn(many, 0);
    int tried = 0;
    for (List<Target> due = targets.due(0); !due.isEmpty(); due = targets.due(0)) {
      tried += due.size();
      due.forEach(target -> target.notBefore(1));
    }
    assertEquals(Targets.TARGETS_MAX, tried);
  }
}
