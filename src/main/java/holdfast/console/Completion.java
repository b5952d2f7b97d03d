package holdfast.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes commands, @people, #rooms and :emoji:, and what a command takes.
final class Completion implements Completer {
  /// Offered at one time; more letters make it fewer.
  static final int OFFERED_MAX = 24;

  /// Up to so many are offered with a word about each.
  private static final int DESCRIBED_MAX = 6;

  private static final List<String> ROLES = List.of("owner", "moderator", "member");

  private final Supplier<Model> model;

  Completion(Supplier<Model> model) {
    this.model = model;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    candidates.addAll(offered(line.words().getFirst(), line.wordIndex() == 0, line.word()));
  }

  /// @param first the line's first word (all of the line before the word, more exactly)
  List<Candidate> offered(String first, boolean isFirst, String word) {
    if (isFirst && word.startsWith("/")) {
      return commands(word);
    }
    if (word.startsWith("@")) {
      return names(word, "@", model.get().names().people());
    }
    if (word.startsWith("#")) {
      return names(word, "", model.get().names().rooms());
    }
    if (word.startsWith(":") && word.length() > 1) {
      return emoji(word);
    }
    return first.startsWith("/") && !isFirst ? arguments(first.substring(1), word) : List.of();
  }

  private static List<Candidate> commands(String word) {
    List<Commands.Entry> fitting =
        Commands.ALL.stream()
            .filter(entry -> ("/" + entry.name()).startsWith(word.toLowerCase(Locale.ROOT)))
            .toList();
    boolean described = fitting.size() <= DESCRIBED_MAX;
    return fitting.stream()
        .map(entry -> candidate("/" + entry.name(), described ? entry.summary() : ""))
        .toList();
  }

  private static Candidate candidate(String value, String about) {
    return new Candidate(value, value, null, about.isEmpty() ? null : about, null, null, true);
  }

  private static List<Candidate> names(String word, String sign, Collection<String> names) {
    String small = word.toLowerCase(Locale.ROOT);
    return names.stream()
        .map(name -> sign + name)
        .filter(name -> name.startsWith(small))
        .sorted()
        .limit(OFFERED_MAX)
        .map(name -> candidate(name, ""))
        .toList();
  }

  private static List<Candidate> emoji(String word) {
    List<Candidate> found = new ArrayList<>();
    Emoji.all()
        .forEach((name, emoji) -> {
          String value = ":" + name + ":";
          if (value.startsWith(word) && found.size() < OFFERED_MAX) {
            found.add(new Candidate(value, value + " " + emoji, null, null, null, null, true));
          }
        });
    return found;
  }

  private List<Candidate> arguments(String command, String word) {
    List<String> choices =
        switch (Commands.find(command).map(Commands.Entry::name).orElse("")) {
          case "help" -> Commands.ALL.stream().map(Commands.Entry::name).toList();
          case "theme" -> List.of("dark", "light", "mono");
          case "keys" -> List.of("emacs", "vi");
          case "dnd" -> List.of("on", "off");
          case "jump" -> model.get().panes().all().stream().map(Pane::name).toList();
          case "msg", "whois", "invite", "kick", "role", "block", "unblock", "users" ->
              List.copyOf(model.get().names().people());
          // The second word after it.
          default -> command.matches("role +[^ ]+ *") ? ROLES : List.of();
        };
    return choices.stream()
        .filter(choice -> !choice.isEmpty() && choice.startsWith(word))
        .sorted()
        .limit(OFFERED_MAX)
        .map(choice -> candidate(choice, ""))
        .toList();
  }
}
