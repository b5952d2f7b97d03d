package holdfast.console;

import java.util.List;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/// Finds the word at the cursor. Nothing is quoted in a chat: don't is one word.
final class WordParser implements Parser {
  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    int from = cursor;
    while (from > 0 && !Character.isWhitespace(line.charAt(from - 1))) {
      from--;
    }
    return new Words(line, cursor, from, line.substring(from, cursor));
  }

  @Override
  public boolean isEscapeChar(char ch) {
    return false;
  }

  /// @param from where the word begins
  private record Words(String line, int cursor, int from, String word) implements ParsedLine {
    @Override
    public int wordCursor() {
      return word.length();
    }

    @Override
    public int wordIndex() {
      return line.substring(0, from).isBlank() ? 0 : 1;
    }

    @Override
    public List<String> words() {
      return wordIndex() == 0 ? List.of(word) : List.of(line.substring(0, from).strip(), word);
    }
  }
}
