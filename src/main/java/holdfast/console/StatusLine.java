package holdfast.console;

import java.util.ArrayList;
import java.util.List;

/// The line that says how the connection and the cluster are.
final class StatusLine {
  private StatusLine() {}

  static String of(Model model) {
    Health health = model.health();
    List<String> parts = new ArrayList<>();
    parts.add(
        model.me()
            + health.server().map(id -> " on server " + id).orElseGet(() -> searching(health)));
    if (health.voters() > 0) {
      parts.add(health.primary().map(id -> "primary " + id).orElse("no primary"));
      parts.add("term " + health.term());
      parts.add(health.up() + " of " + health.voters() + " up");
      parts.add(health.tolerated() + " may fail");
    }
    if (health.rttMs() >= 0 && health.server().isPresent()) {
      parts.add(health.rttMs() + " ms");
    }
    if (model.outbox().unanswered() > 0) {
      parts.add(model.outbox().unanswered() + " unsent");
    }
    if (model.settings().quiet()) {
      parts.add("dnd");
    }
    int below = model.presentPane().scroll();
    if (below > 0) {
      parts.add(below + " lines below");
    }
    return " " + String.join(model.settings().unicode() ? " · " : " | ", parts);
  }

  private static String searching(Health health) {
    long seconds = health.searchingMs() / 1_000;
    return ": looking for a server" + (seconds == 0 ? "" : ", for " + seconds + " s already");
  }
}
