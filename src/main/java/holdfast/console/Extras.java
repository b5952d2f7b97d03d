package holdfast.console;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What there is to a message besides its text.
///
/// @param replyTo seq of the message it answers; 0: none
/// @param reactions who put which emoji, the oldest first
record Extras(long replyTo, boolean edited, boolean deleted, Map<String, List<String>> reactions) {
  static final Extras NONE = new Extras(0, false, false, Map.of());

  Extras {
    reactions = Collections.unmodifiableMap(new LinkedHashMap<>(reactions));
  }

  static Extras answering(long seq) {
    return new Extras(seq, false, false, Map.of());
  }

  Extras nowEdited() {
    return new Extras(replyTo, true, deleted, reactions);
  }

  Extras nowDeleted() {
    return new Extras(replyTo, edited, true, Map.of());
  }

  Extras reacted(String emoji, String by, boolean removed) {
    Map<String, List<String>> changed = new LinkedHashMap<>(reactions);
    List<String> people = new ArrayList<>(changed.getOrDefault(emoji, List.of()));
    people.remove(by);
    if (!removed) {
      people.add(by);
    }
    if (people.isEmpty()) {
      changed.remove(emoji);
    } else {
      changed.put(emoji, List.copyOf(people));
    }
    return new Extras(replyTo, edited, deleted, changed);
  }
}
