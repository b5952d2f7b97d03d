package holdfast.client;

import holdfast.wire.ServerAddress;
import java.time.Duration;

/// What a client tells its user about its own doing.
public sealed interface Notice {
  /// There is no server to talk to; told at the start, and again when that lasts.
  ///
  /// @param searching for how long already
  record Connecting(Duration searching) implements Notice {}

  /// Requests go to this server now.
  record Connected(ServerAddress server) implements Notice {}

  /// The connection ended or fell silent; the search for another server has begun.
  record Lost(ServerAddress server, String why) implements Notice {}

  /// What had been in flight when a server was lost is answered, by another one (or by the same
  /// one, come back).
  ///
  /// @param took from the loss until all of it was answered
  /// @param repeated how many requests were sent again
  /// @param unknown how many of them were given up: whether those were done is not known
  record FailedOver(ServerAddress from, ServerAddress to, Duration took, int repeated, int unknown)
      implements Notice {}

  /// Events are missing that no server can give any more: reload with CONVERSATIONS and HISTORY.
  record Reset() implements Notice {}

  /// Requests that need a login will fail until the next `login`.
  record LoggedOut(String why) implements Notice {}

  /// The server found this client too slow and disconnects it; it comes back and resumes.
  record SlowConsumer() implements Notice {}
}
