package holdfast.client;

import holdfast.check.Check;
import java.time.Duration;

/// How patient a client is, all of it measured on the monotonic clock.
///
/// @param replyPatience a reply outstanding that long: PING
/// @param pingPatience no frame at all that long after the PING: look for another server
/// @param idlePing nothing heard for that long with nothing outstanding: PING
/// @param replyMax a reply outstanding that long on a server that does talk: look for another one
/// @param connectTimeout for one attempt to open a connection
/// @param stagger between the first attempts at two servers of one search (and at most that much
///   again, at random), so that a thousand clients of a dead server do not all meet at the next
/// @param grace how long an answer from a server that knows no primary waits for a better one
/// @param backoffMin before a second attempt at a server, or before a refused request is repeated;
///   doubles each time
/// @param backoffMax the most it doubles to
/// @param provenAfter a connection that lasted that long makes earlier failures of its server
///   forgotten
/// @param searchNotice without a server for that long: the user is told
/// @param repeatFor a request not answered for that long is given up
public record Timing(
    Duration replyPatience,
    Duration pingPatience,
    Duration idlePing,
    Duration replyMax,
    Duration connectTimeout,
    Duration stagger,
    Duration grace,
    Duration backoffMin,
    Duration backoffMax,
    Duration provenAfter,
    Duration searchNotice,
    Duration repeatFor) {

  /// What suits servers with the default settings.
  public static final Timing STANDARD =
      new Timing(
          Duration.ofMillis(400),
          Duration.ofMillis(300),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMillis(15),
          Duration.ofMillis(50),
          Duration.ofMillis(25),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60));

  public Timing {
    Check.that(backoffMin.isPositive(), "a back-off of nothing is a busy loop");
    Check.that(backoffMax.compareTo(backoffMin) >= 0, "the longest back-off is the shortest");
    Check.that(stagger.isPositive() && connectTimeout.isPositive(), "no time to connect");
  }

  /// How long to wait after `failures` in a row, at least 1; without jitter.
  Duration backoff(int failures) {
    int doublings = Math.min(failures - 1, 16);
    Duration wait = backoffMin.multipliedBy(1L << Math.max(0, doublings));
    return wait.compareTo(backoffMax) < 0 ? wait : backoffMax;
  }
}
