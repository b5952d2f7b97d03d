package holdfast.server;

import holdfast.replication.ServerId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A key of servers.properties that this version serves: its name, default and bounds. The keys
/// `server.N` are not listed here, since N is open.
enum Setting {
  CLUSTER_NAME("cluster.name", Kind.NAME, "holdfast", 1, 64),
  CLUSTER_SECRET(
      "cluster.secret", Kind.TEXT, "", ClusterSecret.LENGTH_MIN, ClusterSecret.LENGTH_MAX),
  CLUSTER_SECRET_FILE("cluster.secret.file", Kind.FILE, "", 1, 4096),
  DATA_DIR("data.dir", Kind.FILE, "data", 1, 4096),
  HEARTBEAT_INTERVAL("heartbeat.interval", Kind.DURATION, "100ms", 10, 10_000),
  ELECTION_TIMEOUT("election.timeout", Kind.RANGE, "600ms-1200ms", 30, 600_000),
  REQUEST_TIMEOUT("request.timeout", Kind.DURATION, "5s", 100, 60_000),
  LOG_KEEP("log.keep", Kind.SIZE, "256MiB", 1L << 20, 1L << 40),
  REQUESTS_KEPT("requests.kept", Kind.COUNT, "65536", 1_024, 1 << 20),
  REQUESTS_KEPT_TOTAL("requests.kept.total", Kind.COUNT, "2000000", 1_024, 1 << 24),
  INDEX_TAIL_MAX("index.tail.max", Kind.COUNT, "65536", 1_024, 1 << 22),
  TOKEN_LIFETIME("token.lifetime", Kind.DURATION, "30d", 60_000, 3_650L * 86_400_000),
  PRIMARY_PREFERENCE("primary.preference", Kind.ORDER, "off", 1, ServerId.MAX),
  SURVIVOR_TAKEOVER("survivor.takeover", Kind.DURATION_OR_OFF, "off", 100, 3_600_000),
  CLOCK_SKEW_MAX("clock.skew.max", Kind.DURATION, "10s", 1_000, 86_400_000),
  FRAME_MAX_BYTES("frame.max.bytes", Kind.SIZE, "262144", 128L << 10, 1L << 20),
  PEER_FRAME_MAX_BYTES("peer.frame.max.bytes", Kind.SIZE, "4MiB", 4L << 20, 64L << 20),
  CONNECTIONS_MAX("connections.max", Kind.COUNT, "16384", 1, 1 << 20),
  IDLE_TIMEOUT("idle.timeout", Kind.DURATION, "10m", 1_000, 86_400_000),
  RATE_WRITES("rate.writes", Kind.COUNT, "0", 0, 1_000_000),
  RATE_REQUESTS("rate.requests", Kind.COUNT, "0", 0, 1_000_000);

  /// Keys of later versions. Taking one without a word would promise what nobody keeps.
  private static final List<String> LATER = List.of("metrics.port");

  /// Every key of later versions below this is one, too.
  private static final String LATER_PREFIX = "tls.";

  /// How a value is written.
  enum Kind {
    NAME,
    TEXT,
    FILE,
    DURATION,
    /// A duration, or off.
    DURATION_OR_OFF,
    /// Two durations with a hyphen between them, or one, v, for v to 2v.
    RANGE,
    SIZE,
    COUNT,
    /// Servers, the most preferred first; or lowest, or off.
    ORDER
  }

  private final String key;
  private final Kind kind;
  private final String byDefault;
  private final long min;
  private final long max;

  /// `min` and `max` are characters, milliseconds, bytes or a count, as the kind has it.
  Setting(String key, Kind kind, String byDefault, long min, long max) {
    this.key = key;
    this.kind = kind;
    this.byDefault = byDefault;
    this.min = min;
    this.max = max;
  }

  String key() {
    return key;
  }

  Kind kind() {
    return kind;
  }

  /// The value where none is given; empty: none.
  String byDefault() {
    return byDefault;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  /// What a value may be, as the end of a sentence.
  String allowed() {
    return switch (kind) {
      case NAME -> min + " to " + max + " letters, digits, '.', '_' or '-'";
      case TEXT -> min + " to " + max + " characters";
      case FILE -> "a path, relative to the folder of this file";
      case DURATION_OR_OFF -> "off, or " + durationAllowed();
      case DURATION -> durationAllowed();
      case RANGE ->
          "two durations from "
              + Values.durationText(min)
              + " to "
              + Values.durationText(max)
              + " like 600ms-1200ms, or one, v, for v to 2v";
      case SIZE ->
          "a size from "
              + Values.sizeText(min)
              + " to "
              + Values.sizeText(max)
              + " (a whole number of bytes, or one with KiB, MiB or GiB)";
      case COUNT -> "a whole number from " + min + " to " + max;
      case ORDER -> "off, lowest, or servers' numbers, the most preferred first, like 2,1,3";
    };
  }

  private String durationAllowed() {
    return "a duration from "
        + Values.durationText(min)
        + " to "
        + Values.durationText(max)
        + " (a whole number and ms, s, m, h or d)";
  }

  static Optional<Setting> named(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  /// Whether a later version will serve `key`.
  static boolean isLater(String key) {
    return key.startsWith(LATER_PREFIX) || LATER.contains(key);
  }

  /// The environment variable that overrides `key`.
  static String variable(String key) {
    return "HOLDFAST_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /// The known key most like `key`, if one is near enough to be what was meant.
  static Optional<String> nearest(String key) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (Setting setting : values()) {
      int distance = distance(key, setting.key);
      if (distance < bestDistance) {
        best = setting.key;
        bestDistance = distance;
      }
    }
    return bestDistance <= Math.max(1, best.length() / 4) ? Optional.of(best) : Optional.empty();
  }

  /// How many letters must be added, dropped or changed to turn `a` into `b`, in any case.
  private static int distance(String a, String b) {
    String left = a.toLowerCase(Locale.ROOT);
    String right = b.toLowerCase(Locale.ROOT);
    int[] above = new int[right.length() + 1];
    Arrays.setAll(above, i -> i);
    for (int row = 1; row <= left.length(); row++) {
      int[] current = new int[right.length() + 1];
      current[0] = row;
      for (int i = 1; i <= right.length(); i++) {
        int change = left.charAt(row - 1) == right.charAt(i - 1) ? 0 : 1;
        current[i] = Math.min(above[i - 1] + change, Math.min(above[i], current[i - 1]) + 1);
      }
      above = current;
    }
    return above[right.length()];
  }
}
