package holdfast.server;

import holdfast.replication.LogPosition;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.ServerId;
import holdfast.wire.CommandCodec;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// How a cluster begins (DESIGN section 5): a majority of servers none of which belongs to a
/// cluster elects a primary whose first entry founds one. A server without a cluster founds
/// nothing, and votes for nobody else without, as long as it reaches a peer that has one: it may be
/// a member that lost its disk. Owned by the replica thread.
final class Founding {
  private static final int CLUSTER_ID_BYTES = 16;
  private static final int TOKEN_KEY_BYTES = 32;

  private final ServerId self;
  private final String memberKey;
  private final Set<ServerId> foundedPeers = new TreeSet<>();

  Founding(ServerId self, String memberKey) {
    this.self = self;
    this.memberKey = memberKey;
  }

  void onLink(ServerId peer, boolean founded) {
    if (founded) {
      foundedPeers.add(peer);
    }
  }

  void onLinkDown(ServerId peer) {
    foundedPeers.remove(peer);
  }

  /// Whether this server must not stand for election now.
  boolean mustWait(boolean founded, LogPosition last) {
    return !founded && last.equals(LogPosition.NONE) && !foundedPeers.isEmpty();
  }

  /// Whether this server must not answer a candidate that has no cluster either.
  boolean mustIgnore(PeerMessage.RequestVote vote, boolean founded, LogPosition last) {
    return vote.last().equals(LogPosition.NONE) && mustWait(founded, last);
  }

  /// The founding entry: a fresh cluster id and token key, and the configured members with the keys
  /// of those heard.
  byte[] entry(Membership configured, Map<ServerId, String> keysShown, long time) {
    SecureRandom random = new SecureRandom();
    byte[] clusterId = new byte[CLUSTER_ID_BYTES];
    byte[] tokenKey = new byte[TOKEN_KEY_BYTES];
    random.nextBytes(clusterId);
    random.nextBytes(tokenKey);
    List<Member> members =
        configured.members().stream().map(member -> withKey(member, keysShown)).toList();
    return CommandCodec.founding(time, HexFormat.of().formatHex(clusterId), tokenKey, members);
  }

  /// The first entry of a cluster founded from a state, whose id and token key stand there already:
  /// the configured members with the keys of those heard.
  byte[] entryAfterState(Membership configured, Map<ServerId, String> keysShown, long time) {
    List<Member> members =
        configured.members().stream().map(member -> withKey(member, keysShown)).toList();
    return CommandCodec.members(time, new Membership(0, members, configured.retired()), false);
  }

  private Member withKey(Member member, Map<ServerId, String> keysShown) {
    if (member.id().equals(self)) {
      return member.withKey(memberKey);
    }
    return Optional.ofNullable(keysShown.get(member.id())).map(member::withKey).orElse(member);
  }

  /// The list with the keys of members that showed one for the first time; empty if none did.
  static Optional<Membership> withMissingKeys(
      Membership membership, Map<ServerId, String> keysShown) {
    Membership added = membership;
    for (Member member : membership.members()) {
      String shown = keysShown.get(member.id());
      if (member.key().isEmpty() && shown != null) {
        added = added.with(member.withKey(shown));
      }
    }
    return added.equals(membership) ? Optional.empty() : Optional.of(added);
  }
}
