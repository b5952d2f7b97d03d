package holdfast.console;

import holdfast.wire.Names;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// Understands what a person types.
final class InputParser {
  /// Messages shown when no number is given.
  static final int HISTORY_DEFAULT = 20;

  /// Messages on one page, at most (PROTOCOL, Pages).
  static final int HISTORY_MAX = 200;

  private static final String NAME_RULE =
      "a name has 1 to 32 letters, digits, _ . or -, and begins with a letter or a digit";
  private static final String PRIVATE = "--private";

  private InputParser() {}

  static Input parse(String line) {
    String text = line.strip();
    if (text.isEmpty()) {
      return new Input.Nothing();
    }
    if (text.startsWith("//")) {
      return new Input.Say(text.substring(1));
    }
    if (text.startsWith("/")) {
      Words words = Words.of(text.substring(1));
      String name = words.first().toLowerCase(Locale.ROOT);
      return command(Commands.find(name).map(Commands.Entry::name).orElse(name), words.rest());
    }
    if (text.startsWith("@") || text.startsWith("#")) {
      return tell(text);
    }
    return new Input.Say(text);
  }

  /// The first word of a text, and what follows.
  record Words(String first, String rest) {
    static Words of(String text) {
      String stripped = text.strip();
      int end = 0;
      while (end < stripped.length() && !Character.isWhitespace(stripped.charAt(end))) {
        end++;
      }
      return new Words(stripped.substring(0, end), stripped.substring(end).strip());
    }
  }

  private static Input command(String name, String rest) {
    return switch (name) {
      case "msg" -> rest.isEmpty() ? usage(name) : tell(prefixed(rest, '@'));
      case "reply", "edit", "delete", "hide", "react", "unreact", "search", "show" ->
          MessageParser.parse(name, rest);
      case "room" -> rest.isEmpty() ? usage(name) : goTo(prefixed(rest, '#'));
      case "jump" -> rest.isEmpty() ? usage(name) : new Input.Jump(Words.of(rest).first());
      case "create" -> create(rest);
      case "join" -> rest.isEmpty() ? usage(name) : inRoom(rest, Input.Join::new);
      case "leave" -> perhapsInRoom(rest, Input.Leave::new);
      case "close" -> new Input.Close();
      case "rooms" -> new Input.Rooms(pattern(rest, '#'));
      case "topic", "invite", "kick", "role", "block", "unblock" -> RoomParser.parse(name, rest);
      case "members" -> perhapsInRoom(rest, Input.Members::new);
      case "users" -> new Input.Users(pattern(rest, '@'));
      case "whois" -> whois(rest);
      case "history" -> history(rest);
      case "more" -> new Input.More();
      case "conversations" -> new Input.Conversations();
      case "read" -> new Input.Read();
      default -> ownCommand(name, rest);
    };
  }

  /// Commands that concern this console, not what is said.
  private static Input ownCommand(String name, String rest) {
    return switch (name) {
      case "mute" -> mute(rest);
      case "dnd" -> quiet(rest);
      case "log" ->
          rest.isEmpty()
              ? usage(name)
              : new Input.Log(rest.equals("off") ? Optional.empty() : Optional.of(rest));
      case "theme" -> rest.isEmpty() ? usage(name) : look(rest);
      case "keys" ->
          switch (rest) {
            case "vi" -> new Input.Keys(true);
            case "emacs" -> new Input.Keys(false);
            default -> usage("keys");
          };
      case "numbers" -> new Input.Numbers();
      case "status" -> new Input.Status();
      case "server" -> new Input.Server();
      case "help" ->
          new Input.Help(rest.isEmpty() ? Optional.empty() : Optional.of(Words.of(rest).first()));
      case "logout" -> new Input.Logout();
      case "quit" -> new Input.Quit();
      case "" -> new Input.Wrong("A command follows the /. /help lists them.");
      default -> new Input.Wrong(Commands.unknown(name));
    };
  }

  private static Input look(String name) {
    return Theme.named(name)
        .<Input>map(Input.Look::new)
        .orElseGet(
            () -> new Input.Wrong("There is no theme " + name + "; choose " + Theme.names() + "."));
  }

  static Input usage(String name) {
    return new Input.Wrong(
        Commands.find(name).map(entry -> "Usage: " + entry.usage()).orElse("/help explains."));
  }

  static Input notAName(String word) {
    return new Input.Wrong(word + " is not a name: " + NAME_RULE + ".");
  }

  private static String prefixed(String text, char prefix) {
    return text.startsWith("@") || text.startsWith("#") ? text : prefix + text;
  }

  private static Input tell(String text) {
    Words words = Words.of(text);
    Optional<String> conversation = Names.conversation(words.first());
    if (conversation.isEmpty()) {
      return notAName(words.first());
    }
    return words.rest().isEmpty()
        ? new Input.GoTo(conversation.get())
        : new Input.Tell(conversation.get(), words.rest());
  }

  private static Input goTo(String text) {
    Words words = Words.of(text);
    return Names.conversation(words.first())
        .<Input>map(Input.GoTo::new)
        .orElseGet(() -> notAName(words.first()));
  }

  private static Optional<String> room(String text) {
    return Names.room(text.startsWith("#") ? text : "#" + text);
  }

  private static Input create(String rest) {
    Words words = Words.of(rest);
    boolean isPrivate = words.first().equals(PRIVATE);
    Words named = isPrivate ? Words.of(words.rest()) : words;
    if (named.first().isEmpty()) {
      return usage("create");
    }
    return room(named.first())
        .<Input>map(room -> new Input.Create(room, named.rest(), isPrivate))
        .orElseGet(() -> notAName(named.first()));
  }

  private static Input inRoom(String rest, Function<String, Input> input) {
    return room(rest).map(input).orElseGet(() -> notAName(rest));
  }

  private static Input perhapsInRoom(String rest, Function<Optional<String>, Input> input) {
    return rest.isEmpty()
        ? input.apply(Optional.empty())
        : inRoom(rest, room -> input.apply(Optional.of(room)));
  }

  private static Input whois(String rest) {
    if (rest.isEmpty()) {
      return usage("whois");
    }
    return Names.account(rest.startsWith("@") ? rest.substring(1) : rest)
        .<Input>map(Input.Whois::new)
        .orElseGet(() -> notAName(rest));
  }

  private static Input mute(String rest) {
    if (rest.isEmpty()) {
      return new Input.Mute(Optional.empty());
    }
    return Names.conversation(prefixed(rest, '@'))
        .<Input>map(name -> new Input.Mute(Optional.of(name)))
        .orElseGet(() -> notAName(rest));
  }

  private static Input quiet(String rest) {
    return switch (rest) {
      case "" -> new Input.Quiet(Optional.empty());
      case "on" -> new Input.Quiet(Optional.of(true));
      case "off" -> new Input.Quiet(Optional.of(false));
      default -> usage("dnd");
    };
  }

  /// Patterns are of bare names; people may write the sign that goes before them.
  private static String pattern(String rest, char sign) {
    String word = Words.of(rest).first();
    String bare = !word.isEmpty() && word.charAt(0) == sign ? word.substring(1) : word;
    return bare.isEmpty() ? "*" : bare;
  }

  private static Input history(String rest) {
    Words words = Words.of(rest);
    boolean countOnly = isCount(words.first()) && words.rest().isEmpty();
    String count = countOnly ? words.first() : words.rest();
    if (!count.isEmpty() && !isCount(count)) {
      return usage("history");
    }
    int limit = count.isEmpty() ? HISTORY_DEFAULT : Integer.parseInt(count);
    if (limit < 1 || limit > HISTORY_MAX) {
      return new Input.Wrong("A count is 1 to " + HISTORY_MAX + ".");
    }
    if (countOnly || words.first().isEmpty()) {
      return new Input.History(Optional.empty(), limit);
    }
    return Names.conversation(prefixed(words.first(), '@'))
        .<Input>map(name -> new Input.History(Optional.of(name), limit))
        .orElseGet(() -> notAName(words.first()));
  }

  private static boolean isCount(String word) {
    return word.matches("[0-9]{1,4}");
  }
}
