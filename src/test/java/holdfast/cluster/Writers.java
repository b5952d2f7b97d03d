package holdfast.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Several writers, `writer0` and so on, all into one room.
final class Writers implements AutoCloseable {
  private final String room;
  private final List<Writer> all = new ArrayList<>();

  private Writers(String room) {
    this.room = room;
  }

  /// Begins at one port of `ports` after the other, and waits until each has something
  /// acknowledged.
  static Writers start(int count, String room, List<Integer> ports) throws InterruptedException {
    return start(count, room, ports, ports);
  }

  /// The same, but each begins at a port of `first`, which are among `ports`.
  static Writers start(int count, String room, List<Integer> ports, List<Integer> first)
      throws InterruptedException {
    Writers writers = new Writers(room);
    try {
      for (int i = 0; i < count; i++) {
        int at = ports.indexOf(first.get(i % first.size()));
        writers.all.add(Writer.start("writer" + i, room, ports, at));
      }
      for (Writer writer : writers.all) {
        writer.awaitReady();
      }
    } catch (InterruptedException | AssertionError e) {
      writers.close();
      throw e;
    }
    return writers;
  }

  /// Waits until each has `more` further messages acknowledged.
  void awaitMore(int more) throws InterruptedException {
    for (Writer writer : all) {
      writer.awaitMore(more);
    }
  }

  /// Ends each behind the message under way.
  void stop() throws InterruptedException {
    for (Writer writer : all) {
      writer.stop();
    }
  }

  /// The largest seq that was told to one of them.
  long lastSeq() {
    return all.stream()
        .flatMap(writer -> writer.acknowledged().stream())
        .mapToLong(Writer.Acknowledged::seq)
        .max()
        .orElseThrow();
  }

  /// The longest time between two acknowledgements of one of them, in milliseconds.
  long longestGapMs() {
    return all.stream().mapToLong(Writer::longestGapMs).max().orElseThrow();
  }

  /// Fails unless each of these servers has all that was acknowledged, once and in its place.
  void check(ServerProcesses servers, List<Integer> among)
      throws InterruptedException, IOException {
    Histories.check(servers, among, all, room);
  }

  @Override
  public void close() {
    all.forEach(Writer::close);
  }
}
