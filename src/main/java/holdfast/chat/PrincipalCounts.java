package holdfast.chat;

import holdfast.check.Check;
import java.util.Arrays;

/// For each principal with requests in the ring: how many these are, and the number of the newest,
/// counted since the principal last had none. A principal has a slot as long as it has requests.
/// Open addressing over arrays of numbers, doubled when half full. Only differences between numbers
/// mean anything.
final class PrincipalCounts {
  private static final int SLOTS_FIRST = 8;

  /// Slot + 1 of a principal, or 0; twice as long as there are slots.
  private int[] index = new int[2 * SLOTS_FIRST];

  private long[] principals = new long[SLOTS_FIRST];
  private int[] newest = new int[SLOTS_FIRST];
  private int[] held = new int[SLOTS_FIRST];

  /// Slots given out so far; those that are free again are a chain by `newest`, slot + 1 each, from
  /// `free` on, which ends with 0.
  private int slots;

  private int free;

  /// Counts one more request; the principal's slot.
  int add(long principal) {
    int position = positionOf(principal);
    if (index[position] == 0) {
      int slot = freeSlot();
      principals[slot] = principal;
      newest[slot] = 0;
      // The arrays may have grown meanwhile.
      position = positionOf(principal);
      index[position] = slot + 1;
    }
    int slot = index[position] - 1;
    held[slot]++;
    newest[slot]++;
    return slot;
  }

  private int freeSlot() {
    if (free != 0) {
      int slot = free - 1;
      free = newest[slot];
      return slot;
    }
    if (slots == principals.length) {
      grow();
    }
    slots++;
    return slots - 1;
  }

  /// The number of the newest request of the principal in `slot`, 1 for its first.
  int newest(int slot) {
    Check.that(held[slot] > 0, "principal slot %d has no requests", slot);
    return newest[slot];
  }

  /// One request of the principal in `slot` has left the ring.
  void remove(int slot) {
    Check.that(held[slot] > 0, "principal slot %d has no requests", slot);
    held[slot]--;
    if (held[slot] == 0) {
      closeGap(positionOf(principals[slot]));
      newest[slot] = free;
      free = slot + 1;
    }
  }

  private int homeOf(long principal) {
    long mixed = principal * 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 32) & (index.length - 1);
  }

  private int positionOf(long principal) {
    int mask = index.length - 1;
    int position = homeOf(principal);
    while (index[position] != 0 && principals[index[position] - 1] != principal) {
      position = position + 1 & mask;
    }
    return position;
  }

  private void closeGap(int position) {
    int mask = index.length - 1;
    int gap = position;
    int candidate = gap + 1 & mask;
    while (index[candidate] != 0) {
      int home = homeOf(principals[index[candidate] - 1]);
      if ((candidate - home & mask) >= (candidate - gap & mask)) {
        index[gap] = index[candidate];
        gap = candidate;
      }
      candidate = candidate + 1 & mask;
    }
    index[gap] = 0;
  }

  private void grow() {
    principals = Arrays.copyOf(principals, 2 * principals.length);
    newest = Arrays.copyOf(newest, 2 * newest.length);
    held = Arrays.copyOf(held, 2 * held.length);
    index = new int[2 * index.length];
    for (int slot = 0; slot < slots; slot++) {
      // All slots are taken, or there would have been no need to grow.
      index[positionOf(principals[slot])] = slot + 1;
    }
  }
}
