package holdfast.client;

import holdfast.wire.ServerAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The virtual thread that runs a client's loop, and the queue through which all others speak to
/// it.
final class ClientThread {
  /// Signals that may wait; whoever has more waits, too.
  private static final int INBOX_MAX = 8_192;

  /// Signals handled before the clock is looked at again.
  private static final int BATCH_MAX = 256;

  /// Woken that much too late (ns), this process was paused.
  private static final long OVERSLEPT = Duration.ofMillis(250).toNanos();

  /// The longest sleep (ns).
  private static final long NAP_MAX = Duration.ofSeconds(60).toNanos();

  /// How long a thread waits for room in the inbox before it looks whether there is still a reader.
  private static final long POST_MS = 200;

  private static final Logger LOG = LoggerFactory.getLogger(ClientThread.class);

  private final BlockingQueue<Signal> inbox = new ArrayBlockingQueue<>(INBOX_MAX);
  private final Dispatcher dispatcher;
  private final ClientLoop loop;
  private final Thread thread;
  private volatile boolean ended;

  ClientThread(ClientSettings settings, ChatListener listener) {
    dispatcher = new Dispatcher(listener);
    loop =
        new ClientLoop(
            settings,
            dispatcher,
            new Dialler(this::post, dispatcher.eventPermits(), settings.timing().connectTimeout()));
    thread = Thread.ofVirtual().name("client-loop").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Optional<ServerAddress> talkingTo() {
    return loop.talkingTo();
  }

  /// Tells the loop, waiting for room if need be. After the end, requests fail and connections are
  /// closed.
  void post(Signal signal) {
    try {
      boolean posted = false;
      while (!posted && !ended) {
        posted = inbox.offer(signal, POST_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(signal);
      return;
    }
    if (ended) {
      refuse(signal);
      refuseAll();
    }
  }

  /// Ends the loop and waits until it has ended.
  void close() {
    post(new Signal.Closed());
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      loop.begin(System.nanoTime());
      boolean going = true;
      while (going) {
        going = turn();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("the client stops: a bug", e);
    } finally {
      ended = true;
      loop.close();
      dispatcher.close();
      refuseAll();
    }
  }

  /// Waits for signals or until something is due, and does it. False: the client is to close.
  private boolean turn() throws InterruptedException {
    long before = System.nanoTime();
    loop.onTime(before);
    long nap = loop.untilDue(before, NAP_MAX);
    Signal signal = inbox.poll(nap, TimeUnit.NANOSECONDS);
    long now = System.nanoTime();
    if (signal == null && now - before - nap > OVERSLEPT) {
      loop.forgive(now);
    }
    for (int handled = 0; signal != null; handled++) {
      if (signal instanceof Signal.Closed) {
        return false;
      }
      loop.on(signal, now);
      signal = handled < BATCH_MAX ? inbox.poll() : null;
    }
    return true;
  }

  private void refuseAll() {
    for (Signal signal = inbox.poll(); signal != null; signal = inbox.poll()) {
      refuse(signal);
    }
  }

  private static void refuse(Signal signal) {
    switch (signal) {
      case Signal.Submitted(var request) -> request.giveUp("the client is closed").tell();
      case Signal.Opened(var link) -> link.close();
      case Signal.NotOpened _, Signal.Heard _, Signal.Ended _, Signal.Closed _ -> {}
    }
  }
}
