package holdfast.wire;

import java.util.Optional;

/// Who a server is beyond its number.
///
/// @param clusterId the cluster it belongs to; absent until it has applied the founding entry
/// @param memberKey the random identity of its data directory, 128 bits, hex
/// @param bootId random per process
public record PeerIdentity(Optional<String> clusterId, String memberKey, String bootId) {}
