package holdfast.chat;

import holdfast.check.Check;
import java.util.Optional;
import java.util.function.Consumer;

/// The look-up table of remembered requests, in memory: a ring of the newest ones in log order, an
/// index over their keys, and for each principal how many it made. What it answers depends only on
/// the requests remembered and the time asked for, so it answers the same on every server, and
/// after being rebuilt from the newest rows (DESIGN 10.15). All three are arrays of numbers, none
/// of them large: two million requests take about 100 MiB, and growing stops nobody for long.
final class RequestTable {
  /// Requests that one addition forgets beyond the one it takes the place of: after a quiet day
  /// millions are too old at once, and no command is to wait until all of them are gone.
  private static final int FORGOTTEN_MAX = 64;

  /// Of all that can be kept, what may be made while somebody is outside: the rest is for what was
  /// made shortly before that was known.
  private static final double HELD_SHARE_MAX = 0.75;

  /// A remembered request's command, and whether it asked for the same.
  record Hit(long id, boolean samePayload) {}

  private final long ageMs;
  private final int kept;
  private final int keptTotal;
  private final PrincipalCounts principals = new PrincipalCounts();
  private final RequestRing ring = new RequestRing();
  private final KeyIndex index = new KeyIndex(ring);
  private Held held = Held.NOTHING;

  RequestTable(ChatLimits limits) {
    ageMs = limits.requestAgeMs();
    kept = limits.requestsKept();
    keptTotal = limits.requestsKeptTotal();
  }

  /// From now on forgets only what `newHeld` lets it forget.
  void hold(Held newHeld) {
    held = newHeld;
  }

  /// See `ChatMachine.isMemoryFull`.
  boolean isHeldFull() {
    return held.outside() && ring.countAfter(held.id()) >= HELD_SHARE_MAX * keptTotal;
  }

  /// The request remembered under `key`, as seen at `now`. Of two payloads only 64 bits are
  /// compared.
  Optional<Hit> find(Digest key, Digest payload, long now) {
    int place = index.placeOf(key);
    if (place == KeyIndex.NONE) {
      return Optional.empty();
    }
    int newer = principals.newest(ring.principal(place)) - ring.ordinal(place);
    boolean tooMany = newer >= kept && !held.isFrozen(now);
    return isTooOld(place, now) || tooMany
        ? Optional.empty()
        : Optional.of(new Hit(ring.id(place), ring.hasPayload(place, payload)));
  }

  /// Remembers all that `source` gives, the oldest first, and not more than can be kept. Nothing is
  /// remembered yet. Takes a third of the time that adding them one by one does.
  void fill(Consumer<Consumer<RememberedRequest>> source) {
    Check.that(ring.size() == 0, "%d requests are remembered already", ring.size());
    source.accept(this::append);
    Check.that(ring.size() <= keptTotal, "%d requests are more than can be kept", ring.size());
    index.fill();
  }

  /// Remembers `request`, the newest; another one of the same key must have been forgotten.
  void add(RememberedRequest request) {
    if (ring.size() == keptTotal) {
      forgetFirst();
    }
    for (int i = 0; i < FORGOTTEN_MAX && ring.size() > 0; i++) {
      if (!isTooOld(ring.first(), request.time())) {
        break;
      }
      forgetFirst();
    }
    index.put(request.key(), append(request));
  }

  /// Appends the newest request to the ring, without its key; its place.
  private int append(RememberedRequest request) {
    if (ring.size() > 0) {
      int newest = ring.newest();
      Check.that(
          request.id() > ring.id(newest) && request.time() >= ring.time(newest),
          "request %d at %d is remembered after %d at %d",
          request.id(),
          request.time(),
          ring.id(newest),
          ring.time(newest));
    }
    int principal = principals.add(request.principal());
    return ring.add(request, principal, principals.newest(principal));
  }

  /// How many are held in memory, forgotten ones that still wait for their turn included.
  int size() {
    return ring.size();
  }

  private boolean isTooOld(int place, long now) {
    return ring.time(place) < held.rememberedSince(now, ageMs);
  }

  private void forgetFirst() {
    int place = ring.first();
    principals.remove(ring.principal(place));
    index.remove(place);
    ring.removeFirst();
  }
}
