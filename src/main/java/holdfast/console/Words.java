package holdfast.console;

import holdfast.client.ChatError;
import holdfast.client.ChatException;
import holdfast.client.Notice;
import holdfast.wire.ErrorCode;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// What happened, in sentences for people.
final class Words {
  private Words() {}

  /// Why a request did not succeed, and what to do about it where that is known.
  static String failure(ChatException why) {
    if (!(why instanceof ChatError error)) {
      return why.outcomeUnknown()
          ? "No server answered: it may have been done or not."
          : "No server answered: it was not done.";
    }
    String unknown = why.outcomeUnknown() ? " It may have been done or not." : "";
    return sentence(error.getMessage()) + hint(error.code()) + unknown;
  }

  private static String hint(ErrorCode code) {
    return switch (code) {
      case NO_SUCH_USER -> " /users lists who there is.";
      case NO_SUCH_ROOM -> " /rooms lists them, /create opens one.";
      case NOT_A_MEMBER -> " /join it first.";
      case BAD_FRAME,
          FRAME_TOO_LARGE,
          UNKNOWN_TYPE,
          BAD_REQUEST,
          NOT_LOGGED_IN,
          BAD_CREDENTIALS,
          USERNAME_TAKEN,
          NO_SUCH_MESSAGE,
          ROOM_EXISTS,
          BLOCKED,
          FORBIDDEN,
          LIMIT,
          INTERNAL,
          RATE_LIMITED,
          BUSY,
          NO_PRIMARY,
          BEHIND,
          TIMEOUT,
          DISK_FULL,
          SLOW_CONSUMER,
          SHUTTING_DOWN ->
          "";
    };
  }

  static String sentence(String words) {
    if (words.isEmpty()) {
      return "It was refused.";
    }
    String end = words.endsWith(".") ? "" : ".";
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + end;
  }

  /// A notice that a person should see, as one line.
  static Optional<String> notice(Notice notice) {
    return switch (notice) {
      case Notice.Connecting(var searching) ->
          searching.isZero()
              ? Optional.empty()
              : Optional.of("no server answers for " + seconds(searching) + "; trying on");
      case Notice.Connected _, Notice.Lost _ -> Optional.empty();
      case Notice.FailedOver over -> Optional.of(failedOver(over));
      case Notice.Reset() ->
          Optional.of("what happened meanwhile cannot be told; /history shows what was said");
      case Notice.LoggedOut(var why) -> Optional.of("signed out: " + why);
      case Notice.SlowConsumer() ->
          Optional.of("this screen is too slow for what is being said; catching up");
    };
  }

  private static String failedOver(Notice.FailedOver over) {
    String from = over.from().serverId();
    String to = over.to().serverId();
    String took = seconds(over.took());
    String where =
        from.equals(to)
            ? "server " + from + " is back after " + took
            : "server " + from + " is gone; on server " + to + " after " + took;
    return where
        + (over.unknown() == 0
            ? "; nothing lost"
            : "; " + Lists.count(over.unknown(), "request") + " may have been done or not");
  }

  /// `0.2 s`; never shown as no time at all.
  static String seconds(Duration duration) {
    double seconds = Math.max(0.1, duration.toMillis() / 1000.0);
    return String.format(Locale.ROOT, "%.1f s", seconds);
  }

  static String server(ServerAddress server) {
    return "server " + server.serverId() + " (" + server.host() + ":" + server.clientPort() + ")";
  }

  /// What happened in a room; empty for what its doer was told already.
  static Optional<String> room(ServerEvent.Room event, String me) {
    if (event.by().equals(me)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (event.change()) {
          case "joined" -> event.username() + " joined " + event.room();
          case "left" -> event.username() + " left " + event.room();
          case "created" -> event.username() + " created " + event.room();
          case "invited" ->
              event.by() + " invited " + whom(event, me) + " to " + event.room() + joinHint(event, me);
          case "kicked" -> event.by() + " put " + whom(event, me) + " out of " + event.room();
          case "topic" ->
              event.by() + " set the topic of " + event.room() + ": " + event.topic().orElse("");
          case "role" ->
              event.role().orElse("another role")
                  + " of "
                  + event.room()
                  + " is now "
                  + whom(event, me);
          default -> event.room() + ": " + event.change() + " " + event.username();
        });
  }

  private static String whom(ServerEvent.Room event, String me) {
    return event.username().equals(me) ? "you" : event.username();
  }

  private static String joinHint(ServerEvent.Room event, String me) {
    return event.username().equals(me) ? " (/join " + event.room() + ")" : "";
  }
}
