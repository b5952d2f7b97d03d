package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The queue before the reading threads, and its end.
final class ReaderPoolTest {
  private static final int WAITING_MAX = 2;

  @TempDir Path temp;

  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch running = new CountDownLatch(1);
  private Reader reader;
  private ReaderPool pool;

  private void open() throws StoreException {
    // The files, then one reader of our own over them.
    StoreBench.open(temp.resolve("data"), StoreSettings.defaults()).close();
    DataDirectory data = DataDirectory.lock(temp.resolve("data"));
    reader = new Reader(data, new IndexTail(16), 1);
    pool = new ReaderPool(List.of(reader), WAITING_MAX);
    data.close();
  }

  @AfterEach
  void close() {
    release.countDown();
    pool.close();
    reader.close();
  }

  /// A caller whose read holds the only reader up until `release`.
  private FutureTask<Integer> blockReader() throws InterruptedException {
    FutureTask<Integer> task =
        new FutureTask<>(() ->
            pool.read(_ -> {
              running.countDown();
              awaitUninterruptibly(release);
              return 1;
            }));
    Thread.ofVirtual().start(task);
    running.await();
    return task;
  }

  /// A caller that waits for its turn.
  private FutureTask<Integer> waiting(int result) {
    FutureTask<Integer> task = new FutureTask<>(() -> pool.read(_ -> result));
    Thread caller = new Thread(task);
    caller.start();
    while (caller.getState() != Thread.State.WAITING) {
      assertTrue(caller.isAlive());
      Thread.onSpinWait();
    }
    return task;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean done = false;
    while (!done) {
      try {
        latch.await();
        done = true;
      } catch (InterruptedException e) {
        // The pool's closing interrupts its threads; a read goes on to its end all the same.
      }
    }
  }

  @Test
  void aReadBeyondTheQueueIsRejectedAtOnceAndTheOthersAreServed() throws Exception {
    open();
    List<FutureTask<Integer>> served = new ArrayList<>(List.of(blockReader()));
    served.add(waiting(2));
    served.add(waiting(3));
    assertThrows(RejectedReadException.class, () -> pool.read(_ -> 4));
    release.countDown();
    for (int i = 0; i < served.size(); i++) {
      assertEquals(i + 1, served.get(i).get());
    }
    Integer later = pool.read(_ -> 5);
    assertEquals(5, later);
  }

  @Test
  void whatAReadThrowsReachesItsCallerAndTheReaderGoesOn() throws Exception {
    open();
    IllegalStateException thrown = new IllegalStateException("mine");
    assertSame(
        thrown,
        assertThrows(
            IllegalStateException.class,
            () ->
                pool.read(_ -> {
                  throw thrown;
                })));
    Integer later = pool.read(reader -> reader.snapshot(_ -> 7));
    assertEquals(7, later);
  }

  @Test
  void closingRejectsWhatWaitsAndWhatComesLater() throws Exception {
    open();
    FutureTask<Integer> first = blockReader();
    FutureTask<Integer> second = waiting(2);
    Thread closer = new Thread(pool::close);
    closer.start();
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThrows(RejectedReadException.class, () -> pool.read(_ -> 3));
    release.countDown();
    closer.join();
    assertEquals(1, first.get());
    Exception rejected = assertThrows(Exception.class, second::get);
    assertTrue(rejected.getCause() instanceof RejectedReadException);
  }

  @Test
  void anInterruptedCallerIsLetGo() throws Exception {
    open();
    FutureTask<Integer> first = blockReader();
    FutureTask<Boolean> task =
        new FutureTask<>(() -> {
          assertThrows(RejectedReadException.class, () -> pool.read(_ -> 1));
          return Thread.currentThread().isInterrupted();
        });
    Thread caller = new Thread(task);
    caller.start();
    caller.interrupt();
    assertTrue(task.get(), "the interruption is kept");
    release.countDown();
    assertEquals(1, first.get());
  }
}
