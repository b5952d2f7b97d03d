package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Requests that were remembered one after the other, as numbers: what a start reads instead of
/// their rows, which takes a tenth of the time. It has all requests with ids above `afterId` up to
/// its last one's, and at least one.
///
/// @param bytes seven numbers of 64 bits for each request, as `Packer` writes them
record RequestBlock(long afterId, byte[] bytes) {
  private static final int REQUEST_BYTES = 7 * Long.BYTES;
  private static final VarHandle NUMBER =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /// What a block tells of: all requests with ids above `afterId` up to `lastId`.
  record Span(long afterId, long lastId) {}

  /// Fills a block, one request after the other. A request costs seven stores.
  static final class Packer {
    private final long afterId;
    private final byte[] bytes;
    private int used;

    /// @param room what the block will be, all of it written over
    Packer(long afterId, byte[] room) {
      this.afterId = afterId;
      bytes = room;
    }

    void add(RememberedRequest request) {
      NUMBER.set(bytes, used, request.id());
      NUMBER.set(bytes, used + 8, request.time());
      NUMBER.set(bytes, used + 16, request.principal());
      NUMBER.set(bytes, used + 24, request.key().high());
      NUMBER.set(bytes, used + 32, request.key().low());
      NUMBER.set(bytes, used + 40, request.payload().high());
      NUMBER.set(bytes, used + 48, request.payload().low());
      used += REQUEST_BYTES;
    }

    int count() {
      return used / REQUEST_BYTES;
    }

    boolean isFull() {
      return used == bytes.length;
    }

    /// The block, once it is full; nothing may be added any more.
    RequestBlock block() {
      return new RequestBlock(afterId, bytes);
    }
  }

  /// Room for a block of so many requests.
  static byte[] room(int requests) {
    return new byte[REQUEST_BYTES * requests];
  }

  /// The block with these bytes, if `checksum` was what they had once.
  static Optional<RequestBlock> read(long afterId, long checksum, byte[] bytes) {
    RequestBlock block = new RequestBlock(afterId, bytes);
    boolean sound =
        bytes.length > 0 && bytes.length % REQUEST_BYTES == 0 && block.checksum() == checksum;
    return sound ? Optional.of(block) : Optional.empty();
  }

  /// CRC-32C over everything.
  long checksum() {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(afterId).flip());
    crc.update(bytes);
    return crc.getValue();
  }

  int count() {
    return bytes.length / REQUEST_BYTES;
  }

  long lastId() {
    return id(count() - 1);
  }

  long id(int place) {
    return number(REQUEST_BYTES * place);
  }

  private long number(int at) {
    return (long) NUMBER.get(bytes, at);
  }

  /// The request at this place, from 0 on.
  RememberedRequest request(int place) {
    int at = REQUEST_BYTES * place;
    return new RememberedRequest(
        number(at),
        number(at + 8),
        number(at + 16),
        new Digest(number(at + 24), number(at + 32)),
        new Digest(number(at + 40), number(at + 48)));
  }

  /// How many of the requests have ids below `id`: the place of the first that has not.
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
}
