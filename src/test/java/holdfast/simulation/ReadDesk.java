package holdfast.simulation;

import holdfast.replication.Answer;
import holdfast.replication.Event;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Where one server's process keeps the linearizable reads that wait: asks its own core if it is
/// the primary, else the primary, for the index that must be applied first.
final class ReadDesk {
  private record Waiting(long index, LongConsumer answer) {}

  private final ServerProcess process;
  private final Map<Long, LongConsumer> asked = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private long lastReadId;

  ReadDesk(ServerProcess process) {
    this.process = process;
  }

  /// A client wants to read; `answer` gets the index applied here when it is served. Nobody hears
  /// of a read that cannot be confirmed: the client asks again.
  void onRead(LongConsumer answer) {
    LongConsumer whenReady = index -> serve(index, answer);
    Optional<ServerId> primary = process.replica().primary();
    if (process.replica().role() == Role.PRIMARY) {
      ask(whenReady);
    } else if (primary.isPresent()) {
      ServerId self = process.id();
      process.tell(
          primary.get(),
          "READ_INDEX",
          other ->
              other
                  .reads()
                  .ask(index ->
                      other.tell(
                          self, "READ_INDEX_REPLY", back -> whenReadyIn(back, index, whenReady))));
    }
  }

  /// The process that asked may have died since; its successor knows nothing of the read.
  private void whenReadyIn(ServerProcess back, long index, LongConsumer whenReady) {
    if (back == process) {
      whenReady.accept(index);
    }
  }

  private void ask(LongConsumer whenReady) {
    asked.put(++lastReadId, whenReady);
    process.handIn(new Event.ReadRequested(lastReadId));
  }

  void onReady(Answer.ReadReady answer) {
    asked.remove(answer.readId()).accept(answer.index());
  }

  void onRefused(Answer.ReadRefused answer) {
    asked.remove(answer.readId());
  }

  private void serve(long index, LongConsumer answer) {
    if (process.applied() >= index) {
      answer.accept(process.applied());
    } else {
      waiting.add(new Waiting(index, answer));
    }
  }

  void onApplied() {
    if (!waiting.isEmpty()) {
      List<Waiting> now = List.copyOf(waiting);
      waiting.clear();
      now.forEach(read -> serve(read.index(), read.answer()));
    }
  }
}
