package holdfast.chat;

/// Where in the ring the newest request of each key is. Open addressing over places, cut into
/// segments by the keys' upper bits: each doubles on its own when half full, so that growing holds
/// up no command for long and throws away nothing large. Beside each place stand a few more bits of
/// its key, so that the ring, which lies elsewhere in memory, is asked about hardly any other key
/// than the one that is looked for.
final class KeyIndex {
  /// No request has the key.
  static final int NONE = -1;

  private static final int SEGMENT_BITS = 8;
  private static final int SEGMENT_PLACES_FIRST = 4;

  private static final int TAG_MASK = Integer.MAX_VALUE & ~RequestRing.PLACE_MAX;

  /// Brings a key's bits from the 33rd on to where the tag is: neither a segment nor a home depends
  /// on those.
  private static final int TAG_SHIFT = Integer.SIZE - Integer.numberOfTrailingZeros(TAG_MASK);

  private final RequestRing ring;

  /// An entry is a place, the tag of its key above it, and the top bit to tell it from 0, which is
  /// a free one.
  private final int[][] segments = new int[1 << SEGMENT_BITS][SEGMENT_PLACES_FIRST];

  private final int[] used = new int[1 << SEGMENT_BITS];

  KeyIndex(RequestRing ring) {
    this.ring = ring;
  }

  /// The place of the newest request with `key`, or `NONE`.
  int placeOf(Digest key) {
    int[] segment = segments[segmentOf(key.low())];
    int entry = segment[positionOf(segment, key)];
    return entry == 0 ? NONE : placeIn(entry);
  }

  /// Notes that the newest request with `key` is at `place`, where the ring has it already.
  void put(Digest key, int place) {
    int number = segmentOf(key.low());
    if (2 * (used[number] + 1) > segments[number].length) {
      grow(number);
    }
    int[] segment = segments[number];
    int position = positionOf(segment, key);
    if (segment[position] == 0) {
      used[number]++;
    }
    segment[position] = entry(place, key.low());
  }

  /// Notes all requests of the ring, when none is noted yet. Sorted by segment first, each of which
  /// is as large as it must be and fits into a processor's cache: one request after the other,
  /// millions of them wait for memory most of the time.
  void fill() {
    int[] ends = new int[segments.length];
    ring.forEachPlace(place -> ends[segmentOf(ring.keyLow(place))]++);
    int[] next = new int[segments.length];
    int longest = 0;
    for (int number = 0; number < segments.length; number++) {
      int length = Math.max(SEGMENT_PLACES_FIRST, 2 * ends[number]);
      segments[number] = new int[Integer.highestOneBit(2 * length - 1)];
      longest = Math.max(longest, segments[number].length);
      next[number] = number == 0 ? 0 : ends[number - 1];
      ends[number] += next[number];
    }
    int[] places = new int[ring.size()];
    long[] keysLow = new long[ring.size()];
    ring.forEachPlace(place -> {
      long keyLow = ring.keyLow(place);
      int at = next[segmentOf(keyLow)]++;
      places[at] = place;
      keysLow[at] = keyLow;
    });
    // For each position of a segment, so that the ring is asked only where it may be the same key.
    long[] lowAt = new long[longest];
    int at = 0;
    for (int number = 0; number < segments.length; number++) {
      for (; at < ends[number]; at++) {
        putFirst(number, places[at], keysLow[at], lowAt);
      }
    }
  }

  private void putFirst(int number, int place, long keyLow, long[] lowAt) {
    int[] segment = segments[number];
    int mask = segment.length - 1;
    int position = homeOf(keyLow, mask);
    while (segment[position] != 0
        && !(lowAt[position] == keyLow
            && ring.hasKey(placeIn(segment[position]), ring.keyHigh(place), keyLow))) {
      position = position + 1 & mask;
    }
    if (segment[position] == 0) {
      used[number]++;
    }
    segment[position] = entry(place, keyLow);
    lowAt[position] = keyLow;
  }

  /// Forgets the request at `place`, which the ring still has. A newer one of the same key, made
  /// after this one had left its principal's window, stays.
  void remove(int place) {
    int number = segmentOf(ring.keyLow(place));
    int[] segment = segments[number];
    int mask = segment.length - 1;
    int position = homeOf(ring.keyLow(place), mask);
    while (segment[position] != 0) {
      if (placeIn(segment[position]) == place) {
        vacate(segment, position);
        used[number]--;
        return;
      }
      position = position + 1 & mask;
    }
  }

  /// Where the key stands in its segment, or the free position where it would.
  private int positionOf(int[] segment, Digest key) {
    int mask = segment.length - 1;
    int tag = tagOf(key.low());
    int position = homeOf(key.low(), mask);
    while (segment[position] != 0
        && !((segment[position] & TAG_MASK) == tag
            && ring.hasKey(placeIn(segment[position]), key.high(), key.low()))) {
      position = position + 1 & mask;
    }
    return position;
  }

  /// Frees a position and closes the gap, so that every key is still found from its home.
  private void vacate(int[] segment, int position) {
    int mask = segment.length - 1;
    int gap = position;
    int candidate = gap + 1 & mask;
    while (segment[candidate] != 0) {
      int home = homeOf(ring.keyLow(placeIn(segment[candidate])), mask);
      if ((candidate - home & mask) >= (candidate - gap & mask)) {
        segment[gap] = segment[candidate];
        gap = candidate;
      }
      candidate = candidate + 1 & mask;
    }
    segment[gap] = 0;
  }

  private void grow(int number) {
    int[] old = segments[number];
    int[] larger = new int[2 * old.length];
    int mask = larger.length - 1;
    for (int entry : old) {
      if (entry != 0) {
        int position = homeOf(ring.keyLow(placeIn(entry)), mask);
        while (larger[position] != 0) {
          position = position + 1 & mask;
        }
        larger[position] = entry;
      }
    }
    segments[number] = larger;
  }

  private static int segmentOf(long keyLow) {
    return (int) (keyLow >>> (Long.SIZE - SEGMENT_BITS));
  }

  private static int homeOf(long keyLow, int mask) {
    return (int) keyLow & mask;
  }

  private static int entry(int place, long keyLow) {
    return Integer.MIN_VALUE | tagOf(keyLow) | place;
  }

  private static int tagOf(long keyLow) {
    return (int) (keyLow >>> TAG_SHIFT) & TAG_MASK;
  }

  private static int placeIn(int entry) {
    return entry & RequestRing.PLACE_MAX;
  }
}
