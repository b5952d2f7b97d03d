package holdfast.server;

import holdfast.replication.Membership;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.replication.Views;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerStatus;
import java.util.List;
import java.util.Optional;

/// What this server knows of the cluster, as an immutable value that the replica thread publishes
/// and any thread reads: HELLO and STATUS never wait for the loop.
///
/// @param views whose majorities a commit needs; `membership` is the latest of the two
/// @param retired who has left for good, as is committed
/// @param clusterId present once this server has applied the founding entry
/// @param solo this server goes on alone: what it acknowledges is on its disk only
/// @param why a sentence, when there is no primary
/// @param warnings sentences about what needs an operator
record ClusterView(
    Role role,
    long term,
    Optional<ServerId> primary,
    Membership membership,
    Views views,
    List<ServerId> retired,
    Optional<String> clusterId,
    List<ServerStatus> servers,
    int failuresTolerated,
    boolean solo,
    Optional<String> why,
    List<String> warnings) {
  ClusterView {
    retired = List.copyOf(retired);
    servers = List.copyOf(servers);
    warnings = List.copyOf(warnings);
  }

  boolean isPrimary() {
    return role == Role.PRIMARY;
  }

  List<ServerAddress> addresses() {
    return membership.members().stream()
        .map(m -> new ServerAddress(m.id().toString(), m.host(), m.clientPort()))
        .toList();
  }
}
