package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Requests that were remembered one after the other, as numbers: what a start reads instead of
/// their rows, which takes a tenth of the time. It has all requests with ids above `afterId` up to
/// its last one's, and at least one.
///
/// @param numbers seven for each request, as `Packer` writes them
record RequestBlock(long afterId, long[] numbers) {
  private static final int LONGS = 7;

  /// Fills a block, one request after the other. A request costs seven stores.
  static final class Packer {
    private final long afterId;
    private final long[] numbers;
    private int used;

    Packer(long afterId, int requests) {
      this.afterId = afterId;
      numbers = new long[LONGS * requests];
    }

    void add(RememberedRequest request) {
      int at = used;
      numbers[at] = request.id();
      numbers[at + 1] = request.time();
      numbers[at + 2] = request.principal();
      numbers[at + 3] = request.key().high();
      numbers[at + 4] = request.key().low();
      numbers[at + 5] = request.payload().high();
      numbers[at + 6] = request.payload().low();
      used = at + LONGS;
    }

    int count() {
      return used / LONGS;
    }

    boolean isFull() {
      return used == numbers.length;
    }

    /// The block, once it is full; nothing may be added any more.
    RequestBlock block() {
      return new RequestBlock(afterId, numbers);
    }
  }

  /// The block with these bytes, if they are what `bytes` once gave and `checksum` was of that.
  static Optional<RequestBlock> unpack(long afterId, long checksum, byte[] bytes) {
    if (bytes.length == 0
        || bytes.length % (LONGS * Long.BYTES) != 0
        || checksumOf(afterId, bytes) != checksum) {
      return Optional.empty();
    }
    long[] numbers = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(numbers);
    return Optional.of(new RequestBlock(afterId, numbers));
  }

  byte[] bytes() {
    ByteBuffer packed = ByteBuffer.allocate(Long.BYTES * numbers.length);
    packed.asLongBuffer().put(numbers);
    return packed.array();
  }

  /// CRC-32C over everything, where `bytes` are the block's.
  long checksum(byte[] bytes) {
    return checksumOf(afterId, bytes);
  }

  int count() {
    return numbers.length / LONGS;
  }

  long lastId() {
    return id(count() - 1);
  }

  long id(int number) {
    return numbers[LONGS * number];
  }

  /// The request with this number, from 0 on.
  RememberedRequest request(int number) {
    int at = LONGS * number;
    return new RememberedRequest(
        numbers[at],
        numbers[at + 1],
        numbers[at + 2],
        new Digest(numbers[at + 3], numbers[at + 4]),
        new Digest(numbers[at + 5], numbers[at + 6]));
  }

  /// How many of the requests have ids below `id`: the number of the first that has not.
  int countBelow(long id) {
    int from = 0;
    int to = count();
    while (from < to) {
      int middle = (from + to) / 2;
      if (id(middle) < id) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private static long checksumOf(long afterId, byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(afterId).flip());
    crc.update(bytes);
    return crc.getValue();
  }
}
