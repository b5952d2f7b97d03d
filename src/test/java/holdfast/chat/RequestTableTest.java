package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class RequestTableTest {
  private static final int SEEDS = 200;
  private static final int STEPS = 400;
  private static final Digest DIGEST = new Digest(5, 5);

  /// What is remembered, said without any cleverness: the newest request of the key counts, unless
  /// it is too old or too many came after it.
  private static final class Model {
    private final ChatLimits limits;
    private final List<RememberedRequest> all = new ArrayList<>();
    private Held held = Held.NOTHING;

    Model(ChatLimits limits) {
      this.limits = limits;
    }

    List<RememberedRequest> all() {
      return all;
    }

    Optional<RequestTable.Hit> find(Digest key, Digest payload, long now) {
      long newer = 0;
      for (int i = all.size() - 1; i >= 0; i--) {
        RememberedRequest request = all.get(i);
        if (request.key().equals(key)) {
          long principal = request.principal();
          long newerOfPrincipal =
              all.subList(i + 1, all.size()).stream()
                  .filter(other -> other.principal() == principal)
                  .count();
          boolean kept =
              request.time() >= held.rememberedSince(now, limits.requestAgeMs())
                  && (newerOfPrincipal < limits.requestsKept() || held.isFrozen(now))
                  && newer < limits.requestsKeptTotal();
          return kept
              ? Optional.of(new RequestTable.Hit(request.id(), request.payload().equals(payload)))
              : Optional.empty();
        }
        newer++;
      }
      return Optional.empty();
    }

    RequestTable rebuilt(long now) {
      RequestTable table = new RequestTable(limits);
      table.hold(held);
      long since = held.rememberedSince(now, limits.requestAgeMs());
      List<RememberedRequest> recent = all.stream().filter(r -> r.time() >= since).toList();
      int from = Math.max(0, recent.size() - limits.requestsKeptTotal());
      table.fill(into -> recent.subList(from, recent.size()).forEach(into));
      return table;
    }
  }

  /// Few low bits, so that keys crowd in the index.
  private static Digest key(int principal, int number) {
    return new Digest(principal * 1_000L + number, (number * 7L + principal) % 5);
  }

  @Test
  void itAnswersLikeTheModelBeforeAndAfterARebuild() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      int total = 1 + random.nextInt(300);
      ChatLimits limits =
          new ChatLimits(1 + random.nextInt(200), 1 + random.nextInt(total), total, 1, 1);
      Model model = new Model(limits);
      RequestTable table = new RequestTable(limits);
      long now = 0;
      int principals = 1 + random.nextInt(20);
      for (int step = 0; step < STEPS; step++) {
        now += random.nextInt(10) == 0 ? random.nextInt(100) : random.nextInt(2);
        int principal = random.nextInt(principals);
        Digest key = key(principal, random.nextInt(40));
        Digest payload = new Digest(0, random.nextInt(2));
        if (random.nextInt(30) == 0) {
          table = model.rebuilt(now);
        }
        if (random.nextInt(40) == 0) {
          // Somebody goes out, or comes in.
          model.held =
              model.held.outside()
                  ? model.held.allInSince(now, limits.requestAgeMs())
                  : model.held.outsideSince(step + 1, now);
          table.hold(model.held);
          continue;
        }
        Optional<RequestTable.Hit> expected = model.find(key, payload, now);
        assertEquals(expected, table.find(key, payload, now), "seed " + seed + " step " + step);
        if (expected.isEmpty()) {
          RememberedRequest request = new RememberedRequest(step + 1, now, principal, key, payload);
          model.all().add(request);
          table.add(request);
        }
        assertTrue(table.size() <= total);
      }
      for (RememberedRequest request : model.all()) {
        assertEquals(
            model.find(request.key(), request.payload(), now),
            model.rebuilt(now).find(request.key(), request.payload(), now),
            "seed " + seed);
      }
    }
  }

  @Test
  void requestsAreRememberedInLogOrderOnly() {
    RequestTable table = new RequestTable(ChatLimits.defaults());
    table.add(new RememberedRequest(2, 10, 1, new Digest(1, 1), new Digest(1, 1)));
    assertThrows(
        Check.Broken.class,
        () -> table.add(new RememberedRequest(2, 10, 1, new Digest(1, 2), new Digest(1, 1))));
    assertThrows(
        Check.Broken.class,
        () -> table.add(new RememberedRequest(3, 9, 1, new Digest(1, 2), new Digest(1, 1))));
  }

  @Test
  void itHoldsManyOfManyAndLetsThemGo() {
    int total = 50_000;
    ChatLimits limits = new ChatLimits(1_000, 1_000, total, 1, 1);
    RequestTable table = new RequestTable(limits);
    for (int i = 1; i <= 3 * total; i++) {
      table.add(
          new RememberedRequest(i, 0, i % 500, Digest.of(Digest.bytesOf(i)), new Digest(i, i)));
    }
    assertEquals(total, table.size());
    for (int i = 1; i <= 3 * total; i++) {
      Optional<RequestTable.Hit> expected =
          i > 2 * total ? Optional.of(new RequestTable.Hit(i, true)) : Optional.empty();
      assertEquals(expected, table.find(Digest.of(Digest.bytesOf(i)), new Digest(i, i), 0));
    }
    for (int i = 0; i < total; i++) {
      table.add(
          new RememberedRequest(
              4L * total + i, 5_000, 1, Digest.of(Digest.bytesOf(-i)), new Digest(5, 5)));
    }
    assertEquals(
        Optional.empty(), table.find(Digest.of(Digest.bytesOf(3L * total)), DIGEST, 5_000));
    assertEquals(total, table.size());
  }

  @Test
  void keysThatDifferInOneBitAreDifferent() {
    List<Digest> keys = new ArrayList<>(List.of(new Digest(0, 0)));
    for (int bit = 0; bit < Long.SIZE; bit++) {
      keys.add(new Digest(0, 1L << bit));
      keys.add(new Digest(1L << bit, 0));
    }
    RequestTable table = new RequestTable(ChatLimits.defaults());
    for (int i = 0; i < keys.size(); i++) {
      assertEquals(Optional.empty(), table.find(keys.get(i), DIGEST, 1));
      table.add(new RememberedRequest(i + 1, 1, 1, keys.get(i), DIGEST));
    }
    for (int i = 0; i < keys.size(); i++) {
      assertEquals(
          Optional.of(new RequestTable.Hit(i + 1, true)), table.find(keys.get(i), DIGEST, 1));
    }
  }

  @Test
  void millionsThatAreTooOldAtOnceGoBitByBit() {
    ChatLimits limits = new ChatLimits(1_000, 100_000, 100_000, 1, 1);
    RequestTable table = new RequestTable(limits);
    for (int i = 1; i <= 100_000; i++) {
      table.add(new RememberedRequest(i, 0, 1, Digest.of(Digest.bytesOf(i)), DIGEST));
    }
    int before = table.size();
    table.add(new RememberedRequest(200_000, 5_000, 1, new Digest(1, 1), DIGEST));
    assertTrue(before - table.size() < 100, "all of them went at once");
    for (int i = 1; i <= 2_000; i++) {
      assertEquals(Optional.empty(), table.find(Digest.of(Digest.bytesOf(i)), DIGEST, 5_000));
      table.add(new RememberedRequest(200_000 + i, 5_000, 1, new Digest(i, -1), DIGEST));
    }
    assertEquals(2_001, table.size());
  }

  @Test
  void aRequestAfterManyTimelinesOrYearsOfSilenceIsRememberedLikeAnyOther() {
    // Each begins a chunk of its own, so that places run beyond their end and from 0 again.
    long far = EntryId.of(1L << EntryId.TERM_BITS, 1);
    long year = 365L * 24 * 60 * 60 * 1000;
    int requests = 3 * (RequestRing.PLACE_MAX / 4_096) / 2;
    RequestTable table = new RequestTable(new ChatLimits(1_000 * year, 3, 3, 1, 1));
    for (int i = 1; i <= requests; i++) {
      boolean byTime = i % 2 == 0;
      long id = byTime ? i * far - far + 1 : i * far;
      long time = (i / 2) * year;
      table.add(new RememberedRequest(id, time, 7, key(0, i), new Digest(0, i)));
      assertEquals(
          Optional.of(new RequestTable.Hit(id, true)),
          table.find(key(0, i), new Digest(0, i), time));
      if (i > 3) {
        assertEquals(Optional.empty(), table.find(key(0, i - 3), new Digest(0, i - 3), time));
      }
    }
    assertEquals(3, table.size());
  }
}
