package holdfast.chat;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The words of a text as searching takes them: letters and digits of any script, without case and
/// accents. Signs of scripts that put no spaces between words, and pictures, are words of their
/// own.
public final class SearchWords {
  /// UTF-16 units of a word that count; what is longer is cut.
  static final int WORD_MAX = 64;

  private static final int ASCII_END = 0x80;

  private SearchWords() {}

  /// The words in the order of the text.
  public static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    String plain = plain(text);
    int begin = -1;
    int at = 0;
    while (at < plain.length()) {
      int c = plain.codePointAt(at);
      boolean alone = standsAlone(c);
      if (!alone && isOfWord(c)) {
        begin = begin < 0 ? at : begin;
      } else {
        add(plain, begin, at, words);
        begin = -1;
        if (alone) {
          words.add(Character.toString(c));
        }
      }
      at += Character.charCount(c);
    }
    add(plain, begin, at, words);
    return words;
  }

  /// The first `characters` of a word, or all of it.
  public static String beginning(String word, int characters) {
    return word.codePointCount(0, word.length()) <= characters
        ? word
        : word.substring(0, word.offsetByCodePoints(0, characters));
  }

  private static void add(String plain, int begin, int end, List<String> words) {
    if (begin < 0) {
      return;
    }
    int cut = Math.min(end, begin + WORD_MAX);
    if (cut < end && Character.isHighSurrogate(plain.charAt(cut - 1))) {
      cut--;
    }
    words.add(plain.substring(begin, cut));
  }

  private static String plain(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (isAscii(lower)) {
      return lower;
    }
    StringBuilder plain = new StringBuilder();
    Normalizer.normalize(lower, Normalizer.Form.NFKD)
        .codePoints()
        .filter(c -> !isAccent(c))
        .forEach(plain::appendCodePoint);
    // Compatibility forms may have brought capitals back.
    return plain.toString().toLowerCase(Locale.ROOT);
  }

  /// A loop and not a stream, since every message comes by here.
  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= ASCII_END) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAccent(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  private static boolean isOfWord(int c) {
    return Character.isLetterOrDigit(c) || Character.getType(c) == Character.COMBINING_SPACING_MARK;
  }

  private static boolean standsAlone(int c) {
    if (c < ASCII_END) {
      return false;
    }
    Character.UnicodeScript script = Character.UnicodeScript.of(c);
    return Character.getType(c) == Character.OTHER_SYMBOL
        || (Character.isLetter(c)
            && switch (script) {
              case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
              default -> false;
            });
  }
}
