package holdfast.server;

import java.util.ArrayDeque;

/// Runs steps one after the other in the order given: at once on the calling thread if it may and
/// nothing waits, else on a virtual thread that lives while there is work. So a sign-in may take
/// its time without holding up the reading of the connection, and what was sent behind it still
/// finds it done.
final class SerialSteps {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final String name;
  private boolean busy;

  SerialSteps(String name) {
    this.name = name;
  }

  /// @param quick the step does not block
  void add(Runnable step, boolean quick) {
    synchronized (waiting) {
      if (busy) {
        waiting.addLast(step);
        return;
      }
      busy = true;
      if (!quick) {
        waiting.addLast(step);
      }
    }
    if (quick) {
      step.run();
      runWaitingElsewhere();
    } else {
      Thread.ofVirtual().name(name).start(this::runWaiting);
    }
  }

  private void runWaitingElsewhere() {
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        busy = false;
        return;
      }
    }
    Thread.ofVirtual().name(name).start(this::runWaiting);
  }

  private void runWaiting() {
    while (true) {
      Runnable step;
      synchronized (waiting) {
        if (waiting.isEmpty()) {
          busy = false;
          return;
        }
        step = waiting.removeFirst();
      }
      step.run();
    }
  }
}
