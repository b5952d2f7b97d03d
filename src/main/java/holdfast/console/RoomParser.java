package holdfast.console;

import holdfast.console.InputParser.Words;
import holdfast.wire.Names;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/// Understands the commands about who is in a room, and who may write to one.
final class RoomParser {
  private static final List<String> ROLES = List.of("owner", "moderator", "member");

  private RoomParser() {}

  static Input parse(String name, String rest) {
    Words words = Words.of(rest);
    return switch (name) {
      case "topic" -> topic(words, rest);
      case "invite" -> aboutSomebody(name, words, Input.Invite::new);
      case "kick" -> aboutSomebody(name, words, Input.Kick::new);
      case "role" -> {
        String role = words.rest().toLowerCase(Locale.ROOT);
        yield ROLES.contains(role)
            ? somebody(name, words.first(), who -> new Input.Role(who, role))
            : InputParser.usage(name);
      }
      default -> somebody(name, rest, who -> new Input.Block(who, name.equals("block")));
    };
  }

  private static Input topic(Words words, String rest) {
    return words.first().startsWith("#")
        ? Names.room(words.first())
            .<Input>map(room -> new Input.Topic(Optional.of(room), words.rest()))
            .orElseGet(() -> InputParser.notAName(words.first()))
        : new Input.Topic(Optional.empty(), rest);
  }

  private interface ForSomebody {
    Input of(String name);
  }

  private static Input somebody(String command, String word, ForSomebody input) {
    if (word.isEmpty()) {
      return InputParser.usage(command);
    }
    Optional<String> account = Names.account(word.startsWith("@") ? word.substring(1) : word);
    return account.isPresent() ? input.of(account.get()) : InputParser.notAName(word);
  }

  private static Input aboutSomebody(
      String command, Words words, BiFunction<String, Optional<String>, Input> input) {
    Optional<String> room = Names.room(words.rest());
    if (!words.rest().isEmpty() && room.isEmpty()) {
      return InputParser.usage(command);
    }
    return somebody(command, words.first(), who -> input.apply(who, room));
  }
}
