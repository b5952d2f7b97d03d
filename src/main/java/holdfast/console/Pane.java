package holdfast.console;

import java.util.List;
import java.util.Optional;

/// A conversation as the console shows it; the one without a name is the console's own.
///
/// @param name `@account`, `#room`, or nothing
/// @param topic of a room, or how the other person is, as far as known
/// @param members of a room, as far as known
/// @param typist who is typing there, if anybody
/// @param scroll lines below the window; 0: it follows what is said
record Pane(
    String name,
    String topic,
    List<String> members,
    Sheet sheet,
    Reading reading,
    boolean muted,
    Typist typist,
    int scroll) {
  Pane {
    members = List.copyOf(members);
  }

  static Pane of(String name) {
    return new Pane(name, "", List.of(), Sheet.EMPTY, Reading.NONE, false, Typist.NOBODY, 0);
  }

  boolean isRoom() {
    return name.startsWith("#");
  }

  boolean isHome() {
    return name.isEmpty();
  }

  /// The other person of a direct conversation.
  Optional<String> peer() {
    return name.startsWith("@") ? Optional.of(name.substring(1)) : Optional.empty();
  }

  Pane with(Sheet changed) {
    return new Pane(name, topic, members, changed, reading, muted, typist, scroll);
  }

  Pane with(Reading changed) {
    return new Pane(name, topic, members, sheet, changed, muted, typist, scroll);
  }

  Pane withTopic(String changed) {
    return new Pane(name, changed, members, sheet, reading, muted, typist, scroll);
  }

  Pane withMembers(List<String> changed) {
    return new Pane(name, topic, changed, sheet, reading, muted, typist, scroll);
  }

  Pane muted(boolean changed) {
    return new Pane(name, topic, members, sheet, reading, changed, typist, scroll);
  }

  Pane scrolled(int lines) {
    return new Pane(name, topic, members, sheet, reading, muted, typist, Math.max(0, lines));
  }

  Pane typedIn(Typist now) {
    return new Pane(name, topic, members, sheet, reading, muted, now, scroll);
  }

  /// Somebody who is typing.
  ///
  /// @param until how long that counts, ms
  record Typist(String name, long until) {
    static final Typist NOBODY = new Typist("", 0);
  }
}
