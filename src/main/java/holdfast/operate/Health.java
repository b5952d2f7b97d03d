package holdfast.operate;

import holdfast.replication.Member;
import holdfast.wire.ServerStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Whether one server serves people, and a sentence why.
///
/// @param serves it answers, a primary is known to it, and what it shows is not old
public record Health(boolean serves, String sentence) {
  /// A server further behind than this shows people an old state.
  static final Duration LAG_MAX = Duration.ofSeconds(10);

  /// Judges by the server's own answer to STATUS.
  ///
  /// @param answersOnly whether it is enough that it answers
  public static Health of(
      Member member, Optional<ClusterStatus.Answer> answer, boolean answersOnly) {
    Optional<ServerStatus> own = answer.flatMap(ClusterStatus.Answer::own);
    if (own.isEmpty()) {
      return new Health(
          false,
          "server %s does not serve: nothing answers at %s port %d"
              .formatted(member.id(), member.host(), member.clientPort()));
    }
    String role = own.get().role().toLowerCase(Locale.ROOT);
    if (answersOnly) {
      return new Health(true, "server %s answers, as %s".formatted(member.id(), role));
    }
    Optional<String> primary = answer.get().status().primary();
    if (primary.isEmpty()) {
      return new Health(
          false,
          "server %s answers and takes no writes: %s"
              .formatted(member.id(), answer.get().status().why().orElse("no server is elected")));
    }
    if (own.get().lagMs() > LAG_MAX.toMillis()) {
      return new Health(
          false,
          "server %s answers and is %d s behind".formatted(member.id(), own.get().lagMs() / 1_000));
    }
    return new Health(
        true,
        "server %s serves, as %s; server %s is primary"
            .formatted(member.id(), role, primary.get()));
  }
}
