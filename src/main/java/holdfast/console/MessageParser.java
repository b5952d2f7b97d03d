package holdfast.console;

import holdfast.console.InputParser.Words;
import holdfast.wire.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Understands the commands about messages that are there already.
final class MessageParser {
  private MessageParser() {}

  static Input parse(String name, String rest) {
    Words words = Words.of(rest);
    return switch (name) {
      case "reply" ->
          isNumber(words.first()) && !words.rest().isEmpty()
              ? new Input.Reply(number(words.first()), words.rest())
              : InputParser.usage(name);
      case "edit" -> edit(words, rest);
      case "delete" -> delete(rest, false);
      case "hide" -> rest.isEmpty() ? InputParser.usage(name) : delete(rest, true);
      case "react", "unreact" ->
          isNumber(words.first()) && !words.rest().isEmpty()
              ? new Input.React(number(words.first()), words.rest(), name.equals("unreact"))
              : InputParser.usage(name);
      case "search" -> search(words, rest);
      default -> isNumber(rest) ? new Input.Show((int) number(rest)) : InputParser.usage("show");
    };
  }

  private static boolean isNumber(String word) {
    return word.matches("[0-9]{1,9}");
  }

  private static long number(String word) {
    return Long.parseLong(word);
  }

  private static Input edit(Words words, String rest) {
    if (rest.isEmpty() || (isNumber(words.first()) && words.rest().isEmpty())) {
      return InputParser.usage("edit");
    }
    return isNumber(words.first())
        ? new Input.Edit(Optional.of(number(words.first())), words.rest())
        : new Input.Edit(Optional.empty(), rest);
  }

  private static Input delete(String rest, boolean forMe) {
    List<Long> seqs = new ArrayList<>();
    for (Words words = Words.of(rest); !words.first().isEmpty(); words = Words.of(words.rest())) {
      if (!isNumber(words.first())) {
        return InputParser.usage(forMe ? "hide" : "delete");
      }
      seqs.add(number(words.first()));
    }
    return new Input.Delete(seqs, forMe);
  }

  private static Input search(Words words, String rest) {
    if (rest.isEmpty()) {
      return InputParser.usage("search");
    }
    Optional<String> conversation = Names.conversation(words.first());
    return conversation.isPresent() && !words.rest().isEmpty()
        ? new Input.Search(conversation, words.rest())
        : new Input.Search(Optional.empty(), rest);
  }
}
