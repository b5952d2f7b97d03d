package holdfast.chat;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What somebody searches for: every term must be in the text. Any text is a query or holds no
/// word; none is an error of syntax.
///
/// @param terms at least one, at most `TERMS_MAX`
public record SearchQuery(List<Term> terms) {
  /// Terms of one query.
  public static final int TERMS_MAX = 16;

  public SearchQuery {
    terms = List.copyOf(terms);
    Check.that(!terms.isEmpty() && terms.size() <= TERMS_MAX, "%d terms", terms.size());
  }

  /// Words that must stand in the text one behind the other.
  ///
  /// @param prefix the last one need only be the beginning of a word
  public record Term(List<String> words, boolean prefix) {
    public Term {
      words = List.copyOf(words);
      Check.that(!words.isEmpty(), "a term without words");
    }

    private boolean isIn(List<String> text) {
      for (int from = 0; from + words.size() <= text.size(); from++) {
        if (isAt(text, from)) {
          return true;
        }
      }
      return false;
    }

    private boolean isAt(List<String> text, int from) {
      int last = words.size() - 1;
      for (int i = 0; i <= last; i++) {
        String word = text.get(from + i);
        boolean fits =
            (i == last && prefix) ? word.startsWith(words.get(i)) : word.equals(words.get(i));
        if (!fits) {
          return false;
        }
      }
      return true;
    }
  }

  /// Reads what a user typed: words, `beginnings*`, and "words in quotes" for a phrase. What is no
  /// word is passed over; a quote that is never closed goes to the end. Empty if no word is left,
  /// or more than `TERMS_MAX` terms are.
  public static Optional<SearchQuery> parse(String text) {
    List<Term> terms = new ArrayList<>();
    boolean quoted = false;
    for (String piece : text.split("\"", -1)) {
      if (quoted) {
        addTerm(piece, false, terms);
      } else {
        for (String word : piece.split("\\s+", -1)) {
          addTerm(word, word.endsWith("*"), terms);
        }
      }
      quoted = !quoted;
    }
    return terms.isEmpty() || terms.size() > TERMS_MAX
        ? Optional.empty()
        : Optional.of(new SearchQuery(terms));
  }

  private static void addTerm(String text, boolean prefix, List<Term> terms) {
    List<String> words = SearchWords.of(text);
    if (!words.isEmpty()) {
      terms.add(new Term(words, prefix));
    }
  }

  /// Whether all terms are in the text with these words.
  public boolean fits(List<String> words) {
    return terms.stream().allMatch(term -> term.isIn(words));
  }
}
