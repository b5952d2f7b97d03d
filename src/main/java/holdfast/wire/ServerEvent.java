package holdfast.wire;

import java.util.List;
import java.util.Optional;

/// What a server pushes to a logged-in connection, as one receiver sees it.
public sealed interface ServerEvent {
  /// `requestId` only to the sender's own connections.
  record Message(
      String conversation,
      long seq,
      String sender,
      String text,
      long time,
      Optional<Long> replyTo,
      Optional<String> requestId,
      String cursor)
      implements ServerEvent {}

  record Read(String conversation, String username, long seq, String cursor)
      implements ServerEvent {}

  /// `change`: created, joined, left, role, closed …
  record Room(String room, String change, String username, String by, String cursor)
      implements ServerEvent {}

  record Cluster(Optional<String> primary, long term, List<ServerAddress> servers, boolean solo)
      implements ServerEvent {}
}
