package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.Preference;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// What `servers.properties` says, checked and typed: the same file for every server of a cluster
/// and for every command.
///
/// @param file the file read
/// @param clusterName what clients are told they are connected to
/// @param secret what peers prove to each other; absent: every server is on loopback
/// @param servers the first members, in the order of their ids, all voters
/// @param dataDir holds one folder per server
/// @param heartbeatInterval between two heartbeats of a primary
/// @param electionTimeoutMin the shortest silence of a primary before a backup stands for election;
///   more than twice the heartbeat interval
/// @param electionTimeoutMax the longest
/// @param requestTimeout within which every request gets its reply
/// @param logKeepBytes bytes of commands kept in the log behind what every member has
/// @param requestsKept outcomes remembered for repeats, per account
/// @param requestsKeptTotal the same, of all accounts
/// @param indexTailMax messages that may wait in memory for the index
/// @param tokenLifetime of a sign-in token
/// @param primaryPreference whom the operator would rather see as primary
/// @param survivorTakeover how long the last two servers must not have heard each other before one
///   of them goes on by itself; empty: never
/// @param clockSkewMax between a primary's clock and the voters' median, before it hands over
/// @param frameMaxBytes the longest frame on the client port
/// @param peerFrameMaxBytes the longest frame on the peer port
/// @param connectionsMax on the client port at a time
/// @param idleTimeout after which a silent client connection is closed
/// @param rateWrites writes of one account a second, on each server by itself; 0: without limit
/// @param rateRequests requests of one connection a second; 0: without limit
public record ServerConfig(
    Path file,
    String clusterName,
    Optional<ClusterSecret> secret,
    List<Member> servers,
    Path dataDir,
    Duration heartbeatInterval,
    Duration electionTimeoutMin,
    Duration electionTimeoutMax,
    Duration requestTimeout,
    long logKeepBytes,
    int requestsKept,
    int requestsKeptTotal,
    int indexTailMax,
    Duration tokenLifetime,
    Preference primaryPreference,
    Optional<Duration> survivorTakeover,
    Duration clockSkewMax,
    int frameMaxBytes,
    int peerFrameMaxBytes,
    int connectionsMax,
    Duration idleTimeout,
    int rateWrites,
    int rateRequests) {
  /// `survivor.takeover` in longest election timeouts, at least.
  private static final int TAKEOVER_ELECTIONS_MIN = 3;

  public ServerConfig {
    servers = List.copyOf(servers);
  }

  /// Reads `file`, overridden by `environment` (HOLDFAST_ELECTION_TIMEOUT for election.timeout),
  /// overridden by `sets` (each `key=value`).
  public static ServerConfig load(Path file, Map<String, String> environment, List<String> sets)
      throws ConfigException {
    return new Loader(file, ConfigReader.read(file, environment, sets)).config();
  }

  /// The server with this number, refused with the numbers there are if the file has none.
  public Member server(ServerId id) throws ConfigException {
    for (Member member : servers) {
      if (member.id().equals(id)) {
        return member;
      }
    }
    throw new ConfigException(
        file
            + ": there is no server."
            + id
            + "; the servers here are "
            + servers.stream().map(m -> m.id().toString()).collect(Collectors.joining(", ")));
  }

  /// Where server `id` keeps everything it has.
  public Path directory(ServerId id) {
    return dataDir.resolve("server-" + id);
  }

  /// Turns the given values into typed ones.
  private static final class Loader {
    private final Path file;
    private final Map<String, Given> all;

    Loader(Path file, Map<String, Given> all) {
      this.file = file;
      this.all = all;
    }

    ServerConfig config() throws ConfigException {
      Optional<ClusterSecret> secret = secret();
      List<Member> servers = MemberReader.read(all, secret.isPresent());
      if (servers.isEmpty()) {
        throw new ConfigException(
            file + ": no servers; each is a line server.N=HOST:CLIENT_PORT:PEER_PORT");
      }
      Duration heartbeat = duration(Setting.HEARTBEAT_INTERVAL);
      Duration[] election = range(Setting.ELECTION_TIMEOUT);
      if (election[0].compareTo(heartbeat.multipliedBy(2)) <= 0) {
        throw given(Setting.ELECTION_TIMEOUT)
            .refused(
                "the shorter time must be more than twice heartbeat.interval ("
                    + Values.durationText(heartbeat.toMillis())
                    + "), or one late heartbeat starts an election");
      }
      int kept = count(Setting.REQUESTS_KEPT);
      int keptTotal = count(Setting.REQUESTS_KEPT_TOTAL);
      if (keptTotal < kept) {
        throw given(Setting.REQUESTS_KEPT_TOTAL)
            .refused("must be at least requests.kept (" + kept + ")");
      }
      return new ServerConfig(
          file,
          name(),
          secret,
          servers,
          path(given(Setting.DATA_DIR)),
          heartbeat,
          election[0],
          election[1],
          duration(Setting.REQUEST_TIMEOUT),
          size(Setting.LOG_KEEP),
          kept,
          keptTotal,
          count(Setting.INDEX_TAIL_MAX),
          duration(Setting.TOKEN_LIFETIME),
          preference(),
          takeover(election[1]),
          duration(Setting.CLOCK_SKEW_MAX),
          Math.toIntExact(size(Setting.FRAME_MAX_BYTES)),
          Math.toIntExact(size(Setting.PEER_FRAME_MAX_BYTES)),
          count(Setting.CONNECTIONS_MAX),
          duration(Setting.IDLE_TIMEOUT),
          count(Setting.RATE_WRITES),
          count(Setting.RATE_REQUESTS));
    }

    private Given given(Setting setting) {
      return all.getOrDefault(
          setting.key(), new Given(setting.key(), setting.byDefault(), "by default"));
    }

    private static ConfigException notAllowed(Given given, Setting setting) {
      return given.refused("must be " + setting.allowed());
    }

    private Preference preference() throws ConfigException {
      Given given = given(Setting.PRIMARY_PREFERENCE);
      switch (given.value()) {
        case "off" -> {
          return Preference.NONE;
        }
        case "lowest" -> {
          return new Preference(true, List.of());
        }
        default -> {}
      }
      List<ServerId> order = new ArrayList<>();
      for (String part : given.value().split(",", -1)) {
        OptionalInt number = Values.count(part.strip());
        boolean isId =
            number.isPresent() && number.getAsInt() >= 1 && number.getAsInt() <= ServerId.MAX;
        if (!isId || order.contains(new ServerId(number.getAsInt()))) {
          throw notAllowed(given, Setting.PRIMARY_PREFERENCE);
        }
        order.add(new ServerId(number.getAsInt()));
      }
      return new Preference(false, order);
    }

    /// A server that goes on by itself must be sure that no election can settle the matter.
    private Optional<Duration> takeover(Duration electionMax) throws ConfigException {
      Given given = given(Setting.SURVIVOR_TAKEOVER);
      if (given.value().equals("off")) {
        return Optional.empty();
      }
      Duration takeover = duration(Setting.SURVIVOR_TAKEOVER);
      Duration min = electionMax.multipliedBy(TAKEOVER_ELECTIONS_MIN);
      if (takeover.compareTo(min) < 0) {
        throw given.refused(
            "must be at least %d times the longer election.timeout, %s, so that two servers that can reach each other elect one of them first"
                .formatted(TAKEOVER_ELECTIONS_MIN, Values.durationText(min.toMillis())));
      }
      return Optional.of(takeover);
    }

    private String name() throws ConfigException {
      Given given = given(Setting.CLUSTER_NAME);
      if (!given.value().matches("[A-Za-z0-9._-]{1," + Setting.CLUSTER_NAME.max() + "}")) {
        throw notAllowed(given, Setting.CLUSTER_NAME);
      }
      return given.value();
    }

    private Optional<ClusterSecret> secret() throws ConfigException {
      Given text = given(Setting.CLUSTER_SECRET);
      Given named = given(Setting.CLUSTER_SECRET_FILE);
      boolean hasText = all.containsKey(text.key());
      boolean hasFile = all.containsKey(named.key());
      if (hasText && hasFile) {
        throw named.refused("cluster.secret is given, too (" + text.where() + "); keep one");
      }
      if (hasText) {
        return Optional.of(secret(text, text.value()));
      }
      return hasFile ? Optional.of(secret(named, firstLine(named))) : Optional.empty();
    }

    /// The message leaves the secret itself out.
    private static ClusterSecret secret(Given given, String text) throws ConfigException {
      if (text.length() < ClusterSecret.LENGTH_MIN || text.length() > ClusterSecret.LENGTH_MAX) {
        throw given.refusedUnseen(
            "the secret has "
                + text.length()
                + " characters; it must have "
                + Setting.CLUSTER_SECRET.allowed()
                + " (make one: openssl rand -hex 32)");
      }
      return new ClusterSecret(text);
    }

    private String firstLine(Given named) throws ConfigException {
      try {
        Path path = path(named);
        if (Files.size(path) > ConfigReader.FILE_BYTES_MAX) {
          throw named.refused("larger than 1MiB; this is not a file with a secret");
        }
        return Files.readString(path).lines().findFirst().orElse("").strip();
      } catch (IOException e) {
        throw named.refused("cannot be read: " + e);
      }
    }

    private Path path(Given given) throws ConfigException {
      try {
        if (given.value().isEmpty()) {
          throw given.refused("must be " + Setting.DATA_DIR.allowed());
        }
        return file.toAbsolutePath().resolveSibling(given.value()).normalize();
      } catch (InvalidPathException e) {
        throw given.refused("not a path: " + e.getReason());
      }
    }

    private Duration duration(Setting setting) throws ConfigException {
      Given given = given(setting);
      return Values.duration(given.value())
          .filter(duration -> isAllowed(setting, duration.toMillis()))
          .orElseThrow(() -> notAllowed(given, setting));
    }

    /// Shortest and longest.
    private Duration[] range(Setting setting) throws ConfigException {
      Given given = given(setting);
      String[] parts = given.value().split("-", -1);
      if (parts.length > 2) {
        throw notAllowed(given, setting);
      }
      Duration min =
          Values.duration(parts[0].strip()).orElseThrow(() -> notAllowed(given, setting));
      Duration max =
          parts.length == 1
              ? min.multipliedBy(2)
              : Values.duration(parts[1].strip()).orElseThrow(() -> notAllowed(given, setting));
      if (!isAllowed(setting, min.toMillis()) || !isAllowed(setting, max.toMillis())) {
        throw notAllowed(given, setting);
      }
      if (min.compareTo(max) >= 0) {
        throw given.refused(
            "the first time must be shorter than the second: servers that wait equally long stand"
                + " against each other");
      }
      return new Duration[] {min, max};
    }

    private long size(Setting setting) throws ConfigException {
      Given given = given(setting);
      OptionalLong size = Values.size(given.value());
      if (size.isEmpty() || !isAllowed(setting, size.getAsLong())) {
        throw notAllowed(given, setting);
      }
      return size.getAsLong();
    }

    private int count(Setting setting) throws ConfigException {
      Given given = given(setting);
      OptionalInt count = Values.count(given.value());
      if (count.isEmpty() || !isAllowed(setting, count.getAsInt())) {
        throw notAllowed(given, setting);
      }
      return count.getAsInt();
    }

    private static boolean isAllowed(Setting setting, long value) {
      return value >= setting.min() && value <= setting.max();
    }
  }
}
