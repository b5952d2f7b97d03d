package holdfast.command;

import holdfast.operate.ClusterStatus;
import holdfast.replication.Member;
import holdfast.replication.Timeline;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The state of a cluster as text: a row a server, and below it what it means.
final class StatusTable {
  /// How a server begins the sentence that is shown behind these very words.
  private static final String NO_PRIMARY = "no primary: ";

  private StatusTable() {}

  /// The rows are those of the view to believe, or, if nobody answers, the file's.
  ///
  /// @param nowMs ms since the epoch
  static String of(List<Member> configured, ClusterStatus status, long nowMs) {
    StringBuilder text = new StringBuilder();
    text.append(
        row(
            "id", "address", "role", "term", "up", "last", "commit", "applied", "lag", "clients",
            "disk", "version"));
    Optional<ClusterStatus.Answer> view = status.view();
    if (view.isEmpty()) {
      for (Member member : configured) {
        text.append(
            row(
                member.id().toString(),
                address(member.host(), member.clientPort()),
                "-",
                "-",
                "no",
                "-",
                "-",
                "-",
                "-",
                "-",
                "-",
                "-"));
      }
      return text.append(
              "no server answers: none of them runs, or this machine does not reach them. Start"
                  + " them: up on each of their machines\n")
          .toString();
    }
    for (ServerStatus server : rows(view.get(), status)) {
      text.append(
          row(
              server.serverId(),
              address(server.host(), server.clientPort()),
              server.voter() ? server.role() : "LEARNER",
              Timeline.termText(server.term()),
              server.up()
                  ? server.vitals().map(v -> Times.span(nowMs - v.upSince())).orElse("yes")
                  : "no",
              Long.toString(server.lastIndex()),
              Long.toString(server.commitIndex()),
              Long.toString(server.appliedIndex()),
              server.lagMs() + "ms",
              Integer.toString(server.clients()),
              server
                  .vitals()
                  .map(v -> Times.size(v.diskUsed()) + "+" + Times.size(v.diskFree()))
                  .orElse("-"),
              server.version().isEmpty() ? "-" : server.version()));
    }
    return text.append(meaning(view.get().status())).append('\n').toString();
  }

  private static String row(Object... cells) {
    return String.format(
        Locale.ROOT, "%4s  %-22s %-9s %6s  %-6s %9s %9s %9s %7s %7s  %-11s %s%n", cells);
  }

  private static String address(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /// Without a primary nobody hears of the others: then each answer counts for its own server.
  private static List<ServerStatus> rows(ClusterStatus.Answer view, ClusterStatus status) {
    if (status.primary().isPresent()) {
      return view.status().servers();
    }
    List<ServerStatus> rows = new ArrayList<>();
    for (ServerStatus known : view.status().servers()) {
      rows.add(
          status.answers().stream()
              .flatMap(answer -> answer.own().stream())
              .filter(own -> own.serverId().equals(known.serverId()))
              .findFirst()
              .orElse(known));
    }
    return rows;
  }

  private static String meaning(OkPayload.Status status) {
    long voters = status.servers().stream().filter(ServerStatus::voter).count();
    if (status.primary().isEmpty()) {
      String why = status.why().orElse("no server is elected");
      return "no primary, so no writes: "
          + (why.startsWith(NO_PRIMARY) ? why.substring(NO_PRIMARY.length()) : why)
          + " (quorum "
          + status.quorum()
          + " of "
          + voters
          + ")";
    }
    int spare = status.failuresTolerated();
    return "server "
        + status.primary().get()
        + " is primary; quorum "
        + status.quorum()
        + " of "
        + voters
        + "; "
        + (spare == 0 ? "no server" : spare + " more " + (spare == 1 ? "server" : "servers"))
        + " may fail"
        + status.warning().map(warning -> "; beware: " + warning).orElse("");
  }
}
