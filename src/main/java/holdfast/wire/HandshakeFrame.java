package holdfast.wire;

import holdfast.replication.Member;
import java.util.List;

/// The four frames by which two servers prove `cluster.secret` to each other, before anything else
/// is read on the link. The one that dials begins; each tells who it is only after the other's
/// proof. A server that is to become a member says JOIN in the place of the third, and the
/// connection ends with the answer.
public sealed interface HandshakeFrame {
  /// PEER_HELLO, from the dialler: a nonce for the other to prove itself over.
  ///
  /// @param cluster the cluster's name, for the log of whoever dials the wrong one
  record Hello(String nonce, String cluster, Versions protocol) implements HandshakeFrame {}

  /// PEER_WELCOME: the proof asked for, and a nonce in return.
  record Welcome(String nonce, String proof) implements HandshakeFrame {}

  /// PEER_HELLO again: the dialler's proof, and who it is.
  record Proof(String proof, PeerIdentity identity, Versions commands) implements HandshakeFrame {}

  /// PEER_WELCOME again, with `accepted` true: who the other is.
  record Accepted(PeerIdentity identity) implements HandshakeFrame {}

  /// PEER_WELCOME with `accepted` false: why not. `reason` is a sentence for the operator.
  record Refused(String code, String reason) implements HandshakeFrame {}

  /// JOIN: the dialler's proof, who it is, and where it is to be reached as a member.
  record Join(
      String proof,
      PeerIdentity identity,
      Versions commands,
      String host,
      int clientPort,
      int peerPort)
      implements HandshakeFrame {}

  /// JOIN_REPLY with `accepted` true: it is a member now.
  ///
  /// @param members all of them, as the log states them
  record Joined(String clusterId, List<Member> members) implements HandshakeFrame {
    public Joined {
      members = List.copyOf(members);
    }
  }

  /// JOIN_REPLY with `accepted` false: why not. `reason` is a sentence for the operator.
  record JoinRefused(String code, String reason) implements HandshakeFrame {}

  /// The versions, oldest to newest, that a server can read.
  record Versions(int min, int max) {
    public boolean overlaps(Versions other) {
      return min <= other.max && other.min <= max;
    }
  }
}
