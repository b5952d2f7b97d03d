package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The text of one conversation as far as the console has it: messages ascending by seq, those not
/// yet acknowledged at the end, notes where they fell.
///
/// @param loaded the newest page was fetched
/// @param more the servers have older messages than the first one here
/// @param fetching an older page is on its way
/// @param newer this is a part of the past: what came after it is not here
/// @param marked seq of the message that somebody wanted to see; 0: none
record Sheet(
    List<Entry> entries,
    boolean loaded,
    boolean more,
    boolean fetching,
    boolean newer,
    long marked) {
  /// Entries kept; beyond, the oldest go, and PageUp fetches them again.
  static final int ENTRIES_MAX = 1_000;

  static final Sheet EMPTY = new Sheet(List.of(), false, true, false, false, 0);

  Sheet {
    entries = List.copyOf(entries);
  }

  /// Seq of the oldest message here; 0: there is none.
  long oldestSeq() {
    return messages().filter(m -> m.seq() > 0).mapToLong(Entry.Message::seq).findFirst().orElse(0);
  }

  private Stream<Entry.Message> messages() {
    return entries.stream().filter(Entry.Message.class::isInstance).map(Entry.Message.class::cast);
  }

  boolean has(long seq) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Entry.Message m && m.seq() > 0 && m.seq() <= seq) {
        return m.seq() == seq;
      }
    }
    return false;
  }

  Sheet fetchingOlder(boolean now) {
    return new Sheet(entries, loaded, more, now, newer, marked);
  }

  Sheet add(Entry.Note note) {
    List<Entry> longer = new ArrayList<>(entries);
    longer.add(note);
    return trimmed(longer);
  }

  Sheet add(Entry.Message message) {
    List<Entry> longer = new ArrayList<>(entries);
    longer.add(placeOf(message, longer), message);
    return trimmed(longer);
  }

  /// Behind everything that is not later; what is unacknowledged stays last.
  private static int placeOf(Entry.Message message, List<Entry> among) {
    int place = among.size();
    if (message.seq() == 0) {
      return place;
    }
    for (int i = among.size() - 1; i >= 0; i--) {
      if (among.get(i) instanceof Entry.Message other) {
        boolean later = other.isQueued() || other.seq() > message.seq();
        if (!later) {
          break;
        }
        place = i;
      }
    }
    return place;
  }

  private Sheet trimmed(List<Entry> all) {
    int over = all.size() - ENTRIES_MAX;
    return over <= 0
        ? new Sheet(all, loaded, more, fetching, newer, marked)
        : new Sheet(all.subList(over, all.size()), loaded, true, fetching, newer, marked);
  }

  /// The message sent from here under `key` has its place now.
  Sheet replicated(long key, long seq, long time) {
    Optional<Entry.Message> queued = queued(key);
    if (queued.isEmpty()) {
      return this;
    }
    Sheet without = without(queued.get());
    return without.has(seq) ? without : without.add(queued.get().replicated(seq, time));
  }

  /// A message from here waits to be sent, or could not be.
  boolean hasUnsent() {
    return messages().anyMatch(message -> message.seq() == 0);
  }

  Sheet notSent(long key) {
    return queued(key)
        .map(message -> {
          List<Entry> changed = new ArrayList<>(entries);
          changed.set(changed.indexOf(message), message.notSent());
          return new Sheet(changed, loaded, more, fetching, newer, marked);
        })
        .orElse(this);
  }

  Optional<Entry.Message> queued(long key) {
    return messages().filter(m -> m.key() == key).findFirst();
  }

  /// The oldest unacknowledged message with that text. Writes take effect in the order they were
  /// made, so an event about such a text is about this one.
  Optional<Entry.Message> oldestQueued(String text) {
    return messages().filter(m -> m.isQueued() && m.text().equals(text)).findFirst();
  }

  /// Only what is not acknowledged stays; the rest is to be fetched.
  Sheet emptied() {
    return new Sheet(
        entries.stream().filter(e -> e instanceof Entry.Message m && m.isQueued()).toList(),
        false,
        true,
        false,
        false,
        0);
  }

  private Sheet without(Entry entry) {
    List<Entry> fewer = new ArrayList<>(entries);
    fewer.remove(entry);
    return new Sheet(fewer, loaded, more, fetching, newer, marked);
  }

  /// Takes in the newest page: what is here already, or came meanwhile, stays.
  Sheet withNewest(List<Entry.Message> page, boolean hasMore) {
    Sheet merged = this;
    boolean reachesBack =
        page.isEmpty() || oldestSeq() == 0 || page.getFirst().seq() <= oldestSeq();
    for (Entry.Message message : page) {
      if (!merged.has(message.seq())) {
        merged = merged.add(message);
      }
    }
    return new Sheet(
        merged.entries, true, reachesBack ? hasMore : merged.more, merged.fetching, false, marked);
  }

  /// Takes in a page of messages older than all here. It stays however long that makes the text:
  /// somebody reads there now.
  Sheet withOlder(List<Entry.Message> page, boolean hasMore) {
    List<Entry> longer = new ArrayList<>(entries.size() + page.size());
    long oldest = oldestSeq();
    page.stream().filter(m -> oldest == 0 || m.seq() < oldest).forEach(longer::add);
    longer.addAll(entries);
    return new Sheet(longer, loaded, hasMore, false, newer, marked);
  }

  /// Only this part of the past, with what waits to be sent.
  Sheet past(List<Entry.Message> page, boolean hasMore, long wanted) {
    List<Entry> all = new ArrayList<>(page);
    all.addAll(emptied().entries);
    return new Sheet(all, true, hasMore, false, true, wanted);
  }

  /// One message changes, if it is here.
  Sheet change(long seq, UnaryOperator<Entry.Message> change) {
    List<Entry> changed = new ArrayList<>(entries);
    changed.replaceAll(
        entry -> entry instanceof Entry.Message m && m.seq() == seq ? change.apply(m) : entry);
    return new Sheet(changed, loaded, more, fetching, newer, marked);
  }

  Optional<Entry.Message> message(long seq) {
    return messages().filter(m -> m.seq() == seq).findFirst();
  }

  /// The newest message of that sender that can be changed.
  Optional<Entry.Message> newestOf(String sender) {
    return messages()
        .filter(m -> m.seq() > 0 && m.sender().equals(sender) && !m.extras().deleted())
        .reduce((_, later) -> later);
  }
}
