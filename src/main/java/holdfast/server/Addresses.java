package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.ServerId;
import holdfast.replication.StoredLog;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where servers are, as one of them sees it. Its configuration file says so, which may name a way
/// of its own to another server: a proxy, a tunnel, an address of another network. Once the cluster
/// was told that a member has moved, files name the place where it was, and the log rules.
final class Addresses {
  private static final Logger log = LoggerFactory.getLogger(Addresses.class);

  private Addresses() {}

  /// Where the server of `config` dials `member`.
  static Member of(ServerConfig config, Member member) {
    return member.moved() ? member : inFile(config, member.id()).orElse(member);
  }

  /// Where `self` listens.
  ///
  /// @throws ConfigException if neither log nor file knows `self`
  static Member own(ServerConfig config, ServerId self, StoredLog stored) throws ConfigException {
    Optional<Member> known =
        stored.memberships().isEmpty() ? Optional.empty() : latest(stored).member(self);
    if (known.isEmpty()) {
      return config.server(self);
    }
    Member own = of(config, known.get());
    Optional<Member> inFile = inFile(config, self);
    if (inFile.isPresent() && !inFile.get().sameAddress(own)) {
      log.warn(
          "{} says that server {} is at {}; the cluster was told that it moved to {}, and that is"
              + " where it listens. To move it again: ./setup_distributed.sh admin move",
          config.file(),
          self,
          text(inFile.get()),
          text(own));
    } else if (!own.sameAddress(known.get())) {
      log.warn(
          "server {} listens at {}, as {} says; the cluster tells clients that it is at {}. To"
              + " change that: ./setup_distributed.sh admin move",
          self,
          text(own),
          config.file(),
          text(known.get()));
    }
    return own;
  }

  private static Optional<Member> inFile(ServerConfig config, ServerId id) {
    return config.servers().stream().filter(member -> member.id().equals(id)).findFirst();
  }

  private static Membership latest(StoredLog stored) {
    return stored.memberships().getLast();
  }

  private static String text(Member member) {
    return "%s:%d:%d".formatted(member.host(), member.clientPort(), member.peerPort());
  }
}
