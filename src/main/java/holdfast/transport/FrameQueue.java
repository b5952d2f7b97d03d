package holdfast.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;

/// Frames on their way into one non-blocking socket, in order. Whoever owns it guards it, and keeps
/// it within its bound.
final class FrameQueue {
  /// Bytes of one socket write.
  private static final int WRITE_BYTES_MAX = 128 * 1_024;

  /// Frames that an empty queue keeps room for.
  private static final int KEPT_SLOTS_MAX = 64;

  private ArrayDeque<byte[]> frames = new ArrayDeque<>(2);

  /// Bytes of the first frame that are written already.
  private int firstWritten;

  private long bytes;
  private int framesMax;

  void add(byte[] frame) {
    frames.add(frame);
    bytes += frame.length;
    framesMax = Math.max(framesMax, frames.size());
  }

  /// Bytes not yet written.
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  void clear() {
    frames.clear();
    firstWritten = 0;
    bytes = 0;
  }

  /// Throws away all frames but one that is partly written: its rest has to follow.
  void discardUnbegun() {
    byte[] begun = frames.peek();
    int written = firstWritten;
    clear();
    if (written > 0) {
      add(begun);
      firstWritten = written;
      bytes -= written;
    }
  }

  /// Writes until the channel takes no more; true: everything is written.
  boolean writeTo(WritableByteChannel channel) throws IOException {
    while (!frames.isEmpty()) {
      ByteBuffer chunk = chunk();
      int written = channel.write(chunk);
      remove(written);
      if (chunk.hasRemaining()) {
        return false;
      }
    }
    if (framesMax > KEPT_SLOTS_MAX) {
      // A queue keeps the room of its busiest moment.
      frames = new ArrayDeque<>(2);
      framesMax = 0;
    }
    return true;
  }

  /// The bytes of one write: as many frames as fit, or a part of a long one.
  private ByteBuffer chunk() {
    int size = (int) Math.min(bytes, WRITE_BYTES_MAX);
    byte[] first = frames.element();
    if (first.length - firstWritten >= size) {
      return ByteBuffer.wrap(first, firstWritten, size);
    }
    ByteBuffer joined = ByteBuffer.allocate(size);
    int from = firstWritten;
    for (byte[] frame : frames) {
      int count = Math.min(frame.length - from, joined.remaining());
      joined.put(frame, from, count);
      from = 0;
      if (!joined.hasRemaining()) {
        break;
      }
    }
    return joined.flip();
  }

  private void remove(int written) {
    bytes -= written;
    int left = written;
    while (left > 0) {
      int ofFirst = frames.element().length - firstWritten;
      if (left < ofFirst) {
        firstWritten += left;
        return;
      }
      frames.remove();
      firstWritten = 0;
      left -= ofFirst;
    }
  }
}
