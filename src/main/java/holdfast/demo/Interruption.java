package holdfast.demo;

import java.io.IOException;

/// Takes a cluster down when this process is told to end (Ctrl-C, SIGTERM), until closed.
public final class Interruption implements AutoCloseable {
  private final Thread hook;

  private Interruption(Thread hook) {
    this.hook = hook;
  }

  /// Tells `narrator` when that happens.
  public static Interruption closes(LocalCluster cluster, Narrator narrator) {
    Thread hook =
        new Thread(
            () -> {
              narrator.say("interrupted: ending the servers");
              narrator.mute();
              try {
                cluster.close();
              } catch (IOException e) {
                // The servers have ended; what is left of their folder does no harm.
              }
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interruption(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already, and does what is needed.
    }
  }
}
