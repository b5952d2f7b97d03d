package holdfast.server;

import holdfast.chat.ChatEvent;
import holdfast.server.EventChains.Party;
import holdfast.storage.MissedEvents;
import holdfast.wire.Cursor;

/// The position of the newest event that may concern each account and each room. Somebody quiet,
/// whose cursor lies far back, is told from here that it missed nothing, whatever others did
/// meanwhile. Owned by the replica thread.
///
/// A table of numbers, since there may be as many as people talk: open addressing, linear probing
/// (Knuth, The Art of Computer Programming vol. 3, §6.4, algorithm L), 20 bytes a slot, at most
/// half of the slots in use.
final class NewestEvents {
  /// Accounts and rooms kept. With one more, all are forgotten and the floor rises.
  static final int PARTIES_MAX = 262_144;

  private static final int SLOTS_FIRST = 1_024;

  /// Nobody: ids begin at 1.
  private static final long FREE = 0;

  /// Spreads keys that lie close together; 2^64 divided by the golden ratio, as in §6.4.
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private long[] keys = new long[SLOTS_FIRST];
  private long[] ids = new long[SLOTS_FIRST];
  private int[] parts = new int[SLOTS_FIRST];
  private int size;

  /// Every event behind it is counted.
  private Cursor.Position floor;

  NewestEvents(Cursor.Position floor) {
    this.floor = floor;
  }

  void add(ChatEvent event) {
    for (Party party : EventChains.parties(event)) {
      int slot = slotOf(key(party));
      if (keys[slot] == FREE) {
        slot = take(party, event);
      }
      int part = isOwnDeparture(event, party) ? MissedEvents.WHOLE_COMMAND : event.part();
      parts[slot] = ids[slot] == event.id() ? Math.max(parts[slot], part) : part;
      ids[slot] = event.id();
    }
  }

  /// Whoever leaves a room hears of everything that its leaving causes, and some of that concerns
  /// only those who are in the room.
  private static boolean isOwnDeparture(ChatEvent event, Party party) {
    return event instanceof ChatEvent.RoomChanged changed
        && changed.change().isDeparture()
        && !party.isRoom()
        && party.id() == changed.account();
  }

  /// Whether nothing behind `position` concerns `party`; false, too, if that is not known.
  boolean isNoneAfter(Cursor.Position position, Party party) {
    if (position.compareTo(floor) < 0) {
      return false;
    }
    int slot = slotOf(key(party));
    return keys[slot] == FREE
        || new Cursor.Position(ids[slot], parts[slot]).compareTo(position) <= 0;
  }

  private int take(Party party, ChatEvent event) {
    if (size == PARTIES_MAX) {
      resize(SLOTS_FIRST, false);
      floor = new Cursor.Position(event.id(), event.part());
    } else if (2 * size == keys.length) {
      resize(2 * keys.length, true);
    }
    int slot = slotOf(key(party));
    keys[slot] = key(party);
    size++;
    return slot;
  }

  private void resize(int slots, boolean keep) {
    long[] keysBefore = keys;
    long[] idsBefore = ids;
    int[] partsBefore = parts;
    keys = new long[slots];
    ids = new long[slots];
    parts = new int[slots];
    size = 0;
    for (int i = 0; keep && i < keysBefore.length; i++) {
      if (keysBefore[i] != FREE) {
        int slot = slotOf(keysBefore[i]);
        keys[slot] = keysBefore[i];
        ids[slot] = idsBefore[i];
        parts[slot] = partsBefore[i];
        size++;
      }
    }
  }

  private static long key(Party party) {
    return 2 * party.id() + (party.isRoom() ? 1 : 0);
  }

  /// Where `key` stands, or would.
  private int slotOf(long key) {
    int slot = (int) ((key * SPREAD) >>> 32) & (keys.length - 1);
    while (keys[slot] != FREE && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }
}
