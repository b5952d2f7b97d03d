package holdfast.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/// A few platform threads that read (native calls would pin a virtual thread's carrier), and the
/// bounded queue before them.
final class ReaderPool implements AutoCloseable {
  static final int THREADS = 2;

  private final BlockingQueue<Job<?>> queue;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing;

  private record Job<T>(Function<Reader, T> work, CompletableFuture<T> result) {
    void run(Reader reader) {
      try {
        result.complete(work.apply(reader));
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
      }
    }
  }

  ReaderPool(List<Reader> readers, int waitingMax) {
    queue = new ArrayBlockingQueue<>(waitingMax);
    for (int i = 0; i < readers.size(); i++) {
      Reader reader = readers.get(i);
      threads.add(
          Thread.ofPlatform().name("reader-" + (i + 1)).daemon().start(() -> serve(reader)));
    }
  }

  private void serve(Reader reader) {
    try {
      while (!closing) {
        queue.take().run(reader);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Has `work` done by a reading thread and waits for it. Throws what it throws, or
  /// RejectedReadException.
  <T> T read(Function<Reader, T> work) {
    Job<T> job = new Job<>(work, new CompletableFuture<>());
    if (closing || !queue.offer(job)) {
      throw new RejectedReadException(
          closing ? "the store is closing" : "too many reads are waiting; try again");
    }
    if (closing) {
      // It may have been put in after close looked.
      rejectWaiting();
    }
    try {
      return job.result().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedReadException("interrupted while waiting for a read");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      // Nothing else is ever put in.
      throw (RuntimeException) e.getCause();
    }
  }

  private void rejectWaiting() {
    List<Job<?>> waiting = new ArrayList<>();
    queue.drainTo(waiting);
    for (Job<?> job : waiting) {
      job.result().completeExceptionally(new RejectedReadException("the store is closing"));
    }
  }

  /// Lets the reads that run end and rejects those that wait. The readers stay open.
  @Override
  public void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
    rejectWaiting();
  }
}
