package holdfast.server;

import holdfast.chat.Outcome;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A write's outcome for a thread that waits for it.
final class PendingReply implements WriteReply {
  private final CompletableFuture<Result> result = new CompletableFuture<>();

  record Result(Outcome outcome, boolean repeat, OptionalInt acked) {}

  @Override
  public void applied(Outcome outcome, boolean repeat, OptionalInt acked) {
    result.complete(new Result(outcome, repeat, acked));
  }

  @Override
  public void accepted() {
    throw new IllegalStateException("whoever waits here needs the outcome");
  }

  @Override
  public boolean needsOutcome() {
    return true;
  }

  @Override
  public void failed(RequestRefused refusal) {
    result.completeExceptionally(refusal);
  }

  /// Waits as long as the write desk holds the write (`request.timeout`).
  Result await() throws RequestRefused, InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RequestRefused refused) {
        throw refused;
      }
      throw new IllegalStateException("a write failed in an unknown way", e.getCause());
    }
  }
}
