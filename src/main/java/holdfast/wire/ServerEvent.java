package holdfast.wire;

import java.util.List;
import java.util.Optional;

/// What a server pushes to a logged-in connection, as one receiver sees it.
public sealed interface ServerEvent {
  /// `requestId` only to the sender's own connections. Whoever was away gets a message as it is by
  /// then: `edited`, or `deleted`, then with `text` null on the wire and empty here.
  record Message(
      String conversation,
      long seq,
      String sender,
      String text,
      long time,
      Optional<Long> replyTo,
      Optional<String> requestId,
      Optional<Long> edited,
      boolean deleted,
      String cursor)
      implements ServerEvent {
    /// A message as it was sent.
    public Message(
        String conversation,
        long seq,
        String sender,
        String text,
        long time,
        Optional<Long> replyTo,
        Optional<String> requestId,
        String cursor) {
      this(
          conversation,
          seq,
          sender,
          text,
          time,
          replyTo,
          requestId,
          Optional.empty(),
          false,
          cursor);
    }
  }

  record MessageEdited(String conversation, long seq, String text, long edited, String cursor)
      implements ServerEvent {}

  record MessageDeleted(String conversation, List<Long> seqs, String cursor)
      implements ServerEvent {}

  record Reaction(
      String conversation, long seq, String username, String emoji, boolean removed, String cursor)
      implements ServerEvent {}

  record Typing(String conversation, String username) implements ServerEvent {}

  record Read(String conversation, String username, long seq, String cursor)
      implements ServerEvent {}

  /// `change`: created, joined, left, invited, kicked, role, topic, closed … `role` (owner,
  /// moderator, member) and `topic`: what was set, with those two.
  record Room(
      String room,
      String change,
      String username,
      String by,
      Optional<String> role,
      Optional<String> topic,
      String cursor)
      implements ServerEvent {}

  /// Somebody with whom the receiver has a direct conversation came or went; not part of the stream
  /// of events.
  record Presence(String username, boolean online) implements ServerEvent {}

  record Cluster(Optional<String> primary, long term, List<ServerAddress> servers, boolean solo)
      implements ServerEvent {}
}
