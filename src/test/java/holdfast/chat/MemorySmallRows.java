package holdfast.chat;

import holdfast.check.Check;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The small tables of the chat in memory, blocks, preferences and invitations, with what the state
/// says of timelines, and how a row of any table is written so that the journal can take it back.
abstract class MemorySmallRows implements ChatState {
  private record Invitation(long room, long account) {}

  private record Block(long account, long blocked) {}

  private record PreferenceName(long account, String name) {}

  final Journal journal;
  private final Map<Invitation, Boolean> invitations = new HashMap<>();
  private final Map<Block, Boolean> blocks = new HashMap<>();
  private final Map<PreferenceName, String> preferences = new HashMap<>();

  private Timelines timelines = Timelines.FIRST;
  private Held held = Held.NOTHING;

  MemorySmallRows(Journal journal) {
    this.journal = journal;
  }

  final void copySmallRowsTo(MemorySmallRows copy) {
    copy.invitations.putAll(invitations);
    copy.blocks.putAll(blocks);
    copy.preferences.putAll(preferences);
    copy.timelines = timelines;
    copy.held = held;
  }

  final List<Object> smallRows() {
    return List.of(invitations, blocks, preferences, timelines, held);
  }

  @Override
  public Timelines timelines() {
    return timelines;
  }

  @Override
  public void addTimeline(long id) {
    Timelines before = timelines;
    timelines = timelines.with(id);
    journal.changed(() -> timelines = before);
  }

  @Override
  public Held held() {
    return held;
  }

  @Override
  public void setHeld(Held newHeld) {
    Held before = held;
    held = newHeld;
    journal.changed(() -> held = before);
  }

  final void removeSmallRowsOf(long account) {
    removeAll(blocks, block -> block.account() == account);
    removeAll(preferences, preference -> preference.account() == account);
    removeAll(invitations, invitation -> invitation.account() == account);
  }

  final void removeInvitationsTo(long room) {
    removeAll(invitations, invitation -> invitation.room() == room);
  }

  /// The accounts that `account` blocks, ascending.
  public List<Long> blocked(long account) {
    return blocks.keySet().stream()
        .filter(block -> block.account() == account)
        .map(Block::blocked)
        .sorted()
        .toList();
  }

  /// The preferences of `account` by name.
  public Map<String, String> preferences(long account) {
    Map<String, String> found = new TreeMap<>();
    preferences.forEach((key, value) -> {
      if (key.account() == account) {
        found.put(key.name(), value);
      }
    });
    return found;
  }

  @Override
  public boolean isBlocked(long account, long blocked) {
    return blocks.containsKey(new Block(account, blocked));
  }

  @Override
  public int blockCount(long account) {
    return blocked(account).size();
  }

  @Override
  public void addBlock(long account, long blocked) {
    insert(blocks, new Block(account, blocked), true);
  }

  @Override
  public void removeBlock(long account, long blocked) {
    remove(blocks, new Block(account, blocked));
  }

  @Override
  public Optional<String> preference(long account, String name) {
    return Optional.ofNullable(preferences.get(new PreferenceName(account, name)));
  }

  @Override
  public int preferenceCount(long account) {
    return preferences(account).size();
  }

  @Override
  public void setPreference(long account, String name, String value) {
    put(preferences, new PreferenceName(account, name), value);
  }

  @Override
  public void removePreference(long account, String name) {
    remove(preferences, new PreferenceName(account, name));
  }

  @Override
  public boolean isInvited(long room, long account) {
    return invitations.containsKey(new Invitation(room, account));
  }

  @Override
  public int invitationCount(long room) {
    return (int) invitations.keySet().stream().filter(i -> i.room() == room).count();
  }

  @Override
  public void addInvitation(long room, long account) {
    Check.that(member(room, account).isEmpty(), "%d is in %d and invited", account, room);
    insert(invitations, new Invitation(room, account), true);
  }

  @Override
  public void removeInvitation(long room, long account) {
    remove(invitations, new Invitation(room, account));
  }

  static <K, V> V existing(Map<K, V> table, K key) {
    V value = table.get(key);
    Check.that(value != null, "nothing has the key %s", key);
    return value;
  }

  final <T> void append(List<T> table, T row) {
    table.add(row);
    journal.changed(table::removeLast);
  }

  final <K, V> void insert(Map<K, V> table, K key, V value) {
    Check.that(!table.containsKey(key), "%s: there is one already, %s", value, table.get(key));
    put(table, key, value);
  }

  final <K, V> void put(Map<K, V> table, K key, V value) {
    V before = table.put(key, value);
    journal.changed(before == null ? () -> table.remove(key) : () -> table.put(key, before));
  }

  final <K, V> void remove(Map<K, V> table, K key) {
    V before = existing(table, key);
    table.remove(key);
    journal.changed(() -> table.put(key, before));
  }

  final <K, V> void removeAll(Map<K, V> table, Predicate<K> which) {
    table.keySet().stream().filter(which).toList().forEach(key -> remove(table, key));
  }
}
