package holdfast.chat;

import holdfast.check.Check;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.IntConsumer;

/// The remembered requests in log order, as numbers: 40 bytes each, in chunks that are made as the
/// ring grows and used again as it turns, so that nothing large is ever copied or thrown away. A
/// request has a place, which says in which chunk it is and where there, and keeps it.
final class RequestRing {
  /// Places run from 0 to this, and then from 0 again: four times as many as requests can be kept.
  static final int PLACE_MAX = (1 << 26) - 1;

  private static final int CHUNK_BITS = 12;
  private static final int CHUNK_REQUESTS = 1 << CHUNK_BITS;

  /// What a request takes in its chunk: id and time, principal and ordinal, the key, the payload.
  private static final int LONGS = 5;

  /// The chunks in use, each under the low bits of its number; doubled when they are not enough.
  private Chunk[] chunks = new Chunk[4];

  /// Number of the chunk with the oldest request, and of the one that the next one goes to.
  private long firstChunk;

  private long lastChunk;

  /// Where in its chunk the oldest request is.
  private int firstOffset;

  private int size;

  /// At most one, left behind by the oldest requests for the newest ones.
  private final ArrayDeque<Chunk> spare = new ArrayDeque<>(1);

  /// Requests whose ids and times are near each other, so that 32 bits tell how far each is from
  /// the first: ids jump when a lone survivor begins a new timeline, times after months of silence.
  /// A request that is too far begins another chunk.
  private static final class Chunk {
    private final long[] numbers = new long[LONGS * CHUNK_REQUESTS];
    private long firstId;
    private long firstTime;
    private int count;

    boolean takes(long id, long time) {
      return count < CHUNK_REQUESTS && fits(id - firstId) && fits(time - firstTime);
    }

    private static boolean fits(long distance) {
      return distance >>> Integer.SIZE == 0;
    }
  }

  RequestRing() {
    chunks[0] = new Chunk();
  }

  /// How many requests there are.
  int size() {
    return size;
  }

  /// How many requests have an id greater than `id`.
  int countAfter(long id) {
    int found = 0;
    for (long number = lastChunk; number >= firstChunk; number--) {
      Chunk chunk = chunks[(int) number & (chunks.length - 1)];
      int from = number == firstChunk ? firstOffset : 0;
      for (int at = chunk.count - 1; at >= from; at--) {
        if (chunk.firstId > id) {
          found += at + 1 - from;
          break;
        }
        if (chunk.firstId + (chunk.numbers[LONGS * at] >>> Integer.SIZE) <= id) {
          return found;
        }
        found++;
      }
    }
    return found;
  }

  /// The oldest request's place; there must be one.
  int first() {
    Check.that(size > 0, "no request is remembered");
    return (int) (firstChunk << CHUNK_BITS) + firstOffset & PLACE_MAX;
  }

  /// The newest request's place; there must be one.
  int newest() {
    Check.that(size > 0, "no request is remembered");
    return (int) (lastChunk << CHUNK_BITS) + last().count - 1 & PLACE_MAX;
  }

  /// Hands over the place of each request, the oldest first.
  void forEachPlace(IntConsumer taker) {
    for (long number = firstChunk; number <= lastChunk; number++) {
      int count = chunks[(int) number & (chunks.length - 1)].count;
      for (int at = number == firstChunk ? firstOffset : 0; at < count; at++) {
        taker.accept((int) (number << CHUNK_BITS) + at & PLACE_MAX);
      }
    }
  }

  /// Adds the newest request; its place. `principal` and `ordinal` are the caller's numbers.
  int add(RememberedRequest request, int principal, int ordinal) {
    if (!last().takes(request.id(), request.time()) && last().count > 0) {
      addChunk();
    }
    Chunk chunk = last();
    if (chunk.count == 0) {
      chunk.firstId = request.id();
      chunk.firstTime = request.time();
    }
    int at = LONGS * chunk.count;
    chunk.numbers[at] = pair(request.id() - chunk.firstId, request.time() - chunk.firstTime);
    chunk.numbers[at + 1] = pair(principal, ordinal);
    chunk.numbers[at + 2] = request.key().high();
    chunk.numbers[at + 3] = request.key().low();
    chunk.numbers[at + 4] = request.payload().low();
    chunk.count++;
    size++;
    return newest();
  }

  private void addChunk() {
    if (lastChunk - firstChunk + 1 == chunks.length) {
      Chunk[] more = new Chunk[2 * chunks.length];
      Check.that(more.length <= (PLACE_MAX >>> CHUNK_BITS) + 1, "%d requests are too many", size);
      for (long number = firstChunk; number <= lastChunk; number++) {
        more[(int) number & (more.length - 1)] = chunks[(int) number & (chunks.length - 1)];
      }
      chunks = more;
    }
    lastChunk++;
    chunks[(int) lastChunk & (chunks.length - 1)] =
        Optional.ofNullable(spare.poll()).orElseGet(Chunk::new);
  }

  /// Removes the oldest request.
  void removeFirst() {
    Check.that(size > 0, "no request is remembered");
    Chunk chunk = chunks[(int) firstChunk & (chunks.length - 1)];
    size--;
    firstOffset++;
    if (firstOffset < chunk.count) {
      return;
    }
    firstOffset = 0;
    chunk.count = 0;
    if (firstChunk < lastChunk) {
      chunks[(int) firstChunk & (chunks.length - 1)] = null;
      firstChunk++;
      if (spare.isEmpty()) {
        spare.add(chunk);
      }
    }
  }

  long id(int place) {
    Chunk chunk = chunkOf(place);
    return chunk.firstId + (chunk.numbers[at(place)] >>> Integer.SIZE);
  }

  long time(int place) {
    Chunk chunk = chunkOf(place);
    return chunk.firstTime + Integer.toUnsignedLong((int) chunk.numbers[at(place)]);
  }

  int principal(int place) {
    return (int) (chunkOf(place).numbers[at(place) + 1] >>> Integer.SIZE);
  }

  int ordinal(int place) {
    return (int) chunkOf(place).numbers[at(place) + 1];
  }

  long keyHigh(int place) {
    return chunkOf(place).numbers[at(place) + 2];
  }

  long keyLow(int place) {
    return chunkOf(place).numbers[at(place) + 3];
  }

  boolean hasKey(int place, long keyHigh, long keyLow) {
    long[] numbers = chunkOf(place).numbers;
    return numbers[at(place) + 3] == keyLow && numbers[at(place) + 2] == keyHigh;
  }

  boolean hasPayload(int place, Digest payload) {
    return chunkOf(place).numbers[at(place) + 4] == payload.low();
  }

  private Chunk chunkOf(int place) {
    return chunks[place >>> CHUNK_BITS & (chunks.length - 1)];
  }

  private Chunk last() {
    return chunks[(int) lastChunk & (chunks.length - 1)];
  }

  private static int at(int place) {
    return LONGS * (place & (CHUNK_REQUESTS - 1));
  }

  /// Two numbers of 32 bits in one.
  private static long pair(long high, long low) {
    return high << Integer.SIZE | (low & 0xffff_ffffL);
  }
}
