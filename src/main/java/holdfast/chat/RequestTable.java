package holdfast.chat;

import holdfast.check.Check;
import java.util.Optional;

/// The look-up table of remembered requests, in memory: a ring of the newest ones in log order, an
/// index over their keys, and for each principal how many it made. What it answers depends only on
/// the requests remembered and the time asked for, so it answers the same on every server, and
/// after being rebuilt from the newest rows (DESIGN 10.15). All three are arrays of numbers that
/// double when full: two million requests take about 170 MiB and no objects.
final class RequestTable {
  private static final int CAPACITY_FIRST = 64;

  /// A remembered request's command, and whether it asked for the same.
  record Hit(long id, boolean samePayload) {}

  private final long ageMs;
  private final int kept;
  private final int keptTotal;
  private final PrincipalCounts principals = new PrincipalCounts();

  /// The ring: request number n, counted from the first one ever added here, is in slot n & mask.
  private long[] ids;

  private long[] times;
  private long[] principalOf;
  private long[] ordinals;
  private long[] keyHigh;
  private long[] keyLow;
  private long[] payloadHigh;
  private long[] payloadLow;
  private long first;
  private long next;

  /// Open addressing, twice as long as the ring: slot + 1 of a key's newest request, or 0.
  private int[] index;

  RequestTable(ChatLimits limits) {
    ageMs = limits.requestAgeMs();
    kept = limits.requestsKept();
    keptTotal = limits.requestsKeptTotal();
    allocate(CAPACITY_FIRST);
  }

  /// The request remembered under `key`, as seen at `now`.
  Optional<Hit> find(Digest key, Digest payload, long now) {
    int entry = index[positionOf(key.high(), key.low())];
    if (entry == 0) {
      return Optional.empty();
    }
    int slot = entry - 1;
    boolean forgotten =
        isTooOld(slot, now) || principals.newest(principalOf[slot]) - ordinals[slot] >= kept;
    return forgotten
        ? Optional.empty()
        : Optional.of(
            new Hit(
                ids[slot],
                payloadHigh[slot] == payload.high() && payloadLow[slot] == payload.low()));
  }

  /// Remembers `request`, the newest; another one of the same key must have been forgotten.
  void add(RememberedRequest request) {
    if (first < next) {
      int newest = slotOf(next - 1);
      Check.that(
          request.id() > ids[newest] && request.time() >= times[newest],
          "request %d at %d is remembered after %d at %d",
          request.id(),
          request.time(),
          ids[newest],
          times[newest]);
    }
    while (first < next && (next - first >= keptTotal || isTooOld(slotOf(first), request.time()))) {
      forgetFirst();
    }
    if (next - first == ids.length) {
      grow();
    }
    int slot = slotOf(next);
    next++;
    ids[slot] = request.id();
    times[slot] = request.time();
    principalOf[slot] = request.principal();
    ordinals[slot] = principals.add(request.principal());
    keyHigh[slot] = request.key().high();
    keyLow[slot] = request.key().low();
    payloadHigh[slot] = request.payload().high();
    payloadLow[slot] = request.payload().low();
    index[positionOf(keyHigh[slot], keyLow[slot])] = slot + 1;
  }

  /// How many are held in memory, forgotten ones that still wait for their turn included.
  int size() {
    return (int) (next - first);
  }

  private boolean isTooOld(int slot, long now) {
    return times[slot] < now - ageMs;
  }

  private int slotOf(long number) {
    return (int) number & (ids.length - 1);
  }

  private void forgetFirst() {
    int slot = slotOf(first);
    first++;
    principals.remove(principalOf[slot]);
    int position = positionOf(keyHigh[slot], keyLow[slot]);
    // A newer request of the same key, made after this one had left its principal's window, stays.
    if (index[position] == slot + 1) {
      vacate(position);
    }
  }

  /// Where the key stands in the index, or the free place where it would.
  private int positionOf(long high, long low) {
    int mask = index.length - 1;
    int position = (int) low & mask;
    while (index[position] != 0) {
      int slot = index[position] - 1;
      if (keyLow[slot] == low && keyHigh[slot] == high) {
        break;
      }
      position = position + 1 & mask;
    }
    return position;
  }

  /// Frees a place of the index and closes the gap, so that every key is still found from its home.
  private void vacate(int position) {
    int mask = index.length - 1;
    int gap = position;
    int candidate = gap + 1 & mask;
    while (index[candidate] != 0) {
      int home = (int) keyLow[index[candidate] - 1] & mask;
      if ((candidate - home & mask) >= (candidate - gap & mask)) {
        index[gap] = index[candidate];
        gap = candidate;
      }
      candidate = candidate + 1 & mask;
    }
    index[gap] = 0;
  }

  private void allocate(int capacity) {
    ids = new long[capacity];
    times = new long[capacity];
    principalOf = new long[capacity];
    ordinals = new long[capacity];
    keyHigh = new long[capacity];
    keyLow = new long[capacity];
    payloadHigh = new long[capacity];
    payloadLow = new long[capacity];
    index = new int[2 * capacity];
  }

  private void grow() {
    ids = doubled(ids);
    times = doubled(times);
    principalOf = doubled(principalOf);
    ordinals = doubled(ordinals);
    keyHigh = doubled(keyHigh);
    keyLow = doubled(keyLow);
    payloadHigh = doubled(payloadHigh);
    payloadLow = doubled(payloadLow);
    index = new int[2 * ids.length];
    for (long number = first; number < next; number++) {
      int slot = slotOf(number);
      index[positionOf(keyHigh[slot], keyLow[slot])] = slot + 1;
    }
  }

  /// A ring twice as long, every request in the slot that the longer mask gives it.
  private long[] doubled(long[] ring) {
    long[] larger = new long[2 * ring.length];
    for (long number = first; number < next; number++) {
      larger[(int) number & (larger.length - 1)] = ring[(int) number & (ring.length - 1)];
    }
    return larger;
  }
}
