package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a server listens: the list of members in its log rules, and the file is what the first
/// members began with.
final class OwnAddress {
  private static final Logger log = LoggerFactory.getLogger(OwnAddress.class);

  private OwnAddress() {}

  /// @throws ConfigException if neither log nor file knows `self`
  static Member of(ServerConfig config, ServerId self, StoredLog stored) throws ConfigException {
    Optional<Member> known =
        stored.memberships().isEmpty() ? Optional.empty() : latest(stored).member(self);
    if (known.isEmpty()) {
      return config.server(self);
    }
    Optional<Member> inFile =
        config.servers().stream().filter(member -> member.id().equals(self)).findFirst();
    if (inFile.isPresent() && !inFile.get().sameAddress(known.get())) {
      log.warn(
          "{} says that server {} is at {}; the cluster knows it at {}, and that is where it"
              + " listens. To move it: ./setup_distributed.sh join --help",
          config.file(),
          self,
          text(inFile.get()),
          text(known.get()));
    }
    return known.get();
  }

  private static Membership latest(StoredLog stored) {
    return stored.memberships().getLast();
  }

  private static String text(Member member) {
    return "%s:%d:%d".formatted(member.host(), member.clientPort(), member.peerPort());
  }
}
