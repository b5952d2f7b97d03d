package holdfast.bench;

import java.io.IOException;
import java.nio.channels.Selector;

/// A connection that a `Driver` drives, on its thread.
interface Driven extends AutoCloseable {
  void register(Selector selector) throws IOException;

  /// Takes in what has come by `instant` (System.nanoTime).
  void receive(long instant) throws IOException;

  @Override
  void close() throws IOException;
}
