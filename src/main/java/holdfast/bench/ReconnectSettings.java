package holdfast.bench;

import java.util.Locale;

/// How a crowd loses its server.
///
/// @param connections signed in, all on the server that goes
/// @param accounts that they are of
/// @param rate messages a second of a healthy client on another server
/// @param rounds how often
public record ReconnectSettings(
    int connections, int accounts, int rate, int rounds, Victim victim, Timing timing) {
  /// The server that is killed.
  public enum Victim {
    /// All wait for another primary, too.
    PRIMARY,
    /// Nobody else is concerned.
    BACKUP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
