package holdfast.replication;

import java.util.Optional;
import java.util.TreeMap;

/// What keeps timelines apart (SURVIVOR.md rule 5): nothing that is said in another timeline
/// changes term, vote, log or commit index here. It also remembers who was heard, and the highest
/// timeline.
///
/// Time is counted in ticks of its own: a pause counts as one, since this server heard nobody
/// meanwhile for a reason of its own.
final class TimelineGate {
  /// What becomes of a message.
  enum Passage {
    /// It is the core's to deal with.
    IN,
    /// Nothing.
    IGNORED,
    /// It shows that a primary of a higher timeline lives: this server asks it to be taken in.
    SUPERSEDED
  }

  /// A primary of a higher timeline, and the tick at which it was last heard.
  private record Superior(ServerId primary, Timeline timeline, long heardTick) {}

  private final ReplicaSettings settings;
  private final TreeMap<ServerId, Long> heardTicks = new TreeMap<>();
  private Optional<Superior> superior = Optional.empty();
  private int highestNumber;
  private long now;

  TimelineGate(ReplicaSettings settings) {
    this.settings = settings;
  }

  void onTick() {
    now++;
    superior = superior.filter(s -> now - s.heardTick() <= settings.electionTicksMax());
  }

  /// `peer` has said something, or there is a new link to it.
  void onHeard(ServerId peer) {
    if (settings.survivorTicks() > 0) {
      heardTicks.put(peer, now);
    }
  }

  /// Whether nothing has been heard of `peer` for so long that this server may go on without it. It
  /// is counted from the start.
  boolean isSilent(ServerId peer) {
    return now - heardTicks.getOrDefault(peer, 0L) >= settings.survivorTicks();
  }

  /// The highest timeline number that any message came from.
  int highestNumber() {
    return highestNumber;
  }

  /// The primary of a higher timeline that this server hears: it waits to be taken in there, and
  /// holds no office here.
  Optional<ServerId> superior() {
    return superior.map(Superior::primary);
  }

  /// Judges a message by its term.
  ///
  /// @param own this server's
  /// @param empty whether its log has never held anything: such a server is of no timeline yet
  Passage passage(ServerId from, PeerMessage message, Timeline own, boolean empty) {
    onHeard(from);
    Timeline theirs = Timeline.of(message.term());
    highestNumber = Math.max(highestNumber, theirs.number());
    if (theirs.equals(own) || empty) {
      return superior.isPresent() && isElection(message) ? Passage.IGNORED : Passage.IN;
    }
    if (theirs.compareTo(own) < 0
        || !isPrimarys(message)
        || superior.map(s -> s.timeline().compareTo(theirs) > 0).orElse(false)) {
      return Passage.IGNORED;
    }
    superior = Optional.of(new Superior(from, theirs, now));
    return Passage.SUPERSEDED;
  }

  private static boolean isElection(PeerMessage message) {
    return switch (message) {
      case PeerMessage.RequestVote m -> true;
      case PeerMessage.VoteResponse m -> true;
      case PeerMessage.TakeOver m -> true;
      case PeerMessage.Replicate m -> false;
      case PeerMessage.Commit m -> false;
      case PeerMessage.ReplicateAck m -> false;
      case PeerMessage.ReplicateConflict m -> false;
      case PeerMessage.Heartbeat m -> false;
      case PeerMessage.HeartbeatAck m -> false;
      case PeerMessage.TakeMeIn m -> false;
    };
  }

  /// Whether only a primary sends it.
  private static boolean isPrimarys(PeerMessage message) {
    return switch (message) {
      case PeerMessage.Replicate m -> true;
      case PeerMessage.Commit m -> true;
      case PeerMessage.Heartbeat m -> true;
      case PeerMessage.TakeOver m -> true;
      case PeerMessage.RequestVote m -> false;
      case PeerMessage.VoteResponse m -> false;
      case PeerMessage.ReplicateAck m -> false;
      case PeerMessage.ReplicateConflict m -> false;
      case PeerMessage.HeartbeatAck m -> false;
      case PeerMessage.TakeMeIn m -> false;
    };
  }
}
