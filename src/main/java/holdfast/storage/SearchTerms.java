package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.SearchQuery;
import holdfast.chat.SearchWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What stands in the full-text index for a message, and what is asked of it. A message has its
/// words; the beginnings of the longer ones, so that beginnings can be looked for without reading
/// the lists of all words that have them; and the places where it can be seen, its room or its two
/// accounts, so that a search goes through what its caller may see and nothing else. As words are
/// letters and digits only, nothing that a user types can be anything but a word.
final class SearchTerms {
  /// Characters of the beginnings that are kept. Of a longer one, what is found is looked at
  /// itself; a shorter one is not looked for in the index.
  static final int BEGINNING_CHARACTERS = 3;

  /// Rooms that a search names; who is in more has to go through everybody's messages.
  static final int ROOMS_MAX = 64;

  private static final String BEGINNING = "-";
  private static final String ACCOUNT = "_a";
  private static final String ROOM = "_r";

  private SearchTerms() {}

  /// What is kept for a message. A word that it has twice stands there twice, which the index takes
  /// as once.
  static String documentOf(ConversationId conversation, String text) {
    StringBuilder document = new StringBuilder(text.length() * 2);
    for (String word : SearchWords.of(text)) {
      document.append(word).append(' ');
      String beginning = SearchWords.beginning(word, BEGINNING_CHARACTERS);
      if (length(beginning) == BEGINNING_CHARACTERS) {
        document.append(BEGINNING).append(beginning).append(' ');
      }
    }
    if (conversation.isRoom()) {
      document.append(ROOM).append(conversation.roomId());
    } else {
      document.append(ACCOUNT).append(conversation.low());
      document.append(' ').append(ACCOUNT).append(conversation.high());
    }
    return document.toString();
  }

  /// An expression that finds every message that fits the query and that the account can see, and
  /// some others. Empty: the index is of no help, since nothing narrows the search.
  static Optional<String> expressionOf(
      SearchQuery query, long account, List<Long> rooms, Optional<ConversationId> conversation) {
    List<String> all = new ArrayList<>();
    for (SearchQuery.Term term : query.terms()) {
      int last = term.words().size() - 1;
      for (int i = 0; i <= last; i++) {
        String word = term.words().get(i);
        if (i < last || !term.prefix()) {
          all.add(quoted(word));
        } else if (length(word) >= BEGINNING_CHARACTERS) {
          all.add(quoted(BEGINNING + SearchWords.beginning(word, BEGINNING_CHARACTERS)));
        }
      }
    }
    if (conversation.isPresent()) {
      ConversationId only = conversation.get();
      if (only.isRoom()) {
        all.add(quoted(ROOM + only.roomId()));
      } else {
        all.add(quoted(ACCOUNT + only.low()));
        all.add(quoted(ACCOUNT + only.high()));
      }
    } else if (rooms.size() <= ROOMS_MAX) {
      List<String> places = new ArrayList<>();
      places.add(quoted(ACCOUNT + account));
      rooms.forEach(room -> places.add(quoted(ROOM + room)));
      all.add("(" + String.join(" OR ", places) + ")");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", all));
  }

  private static String quoted(String term) {
    return "\"" + term + "\"";
  }

  private static int length(String word) {
    return word.codePointCount(0, word.length());
  }
}
