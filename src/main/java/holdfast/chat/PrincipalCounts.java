package holdfast.chat;

import holdfast.check.Check;

/// For each principal with requests in the ring: how many these are, and the number of the newest,
/// counted since the principal last had none. Open addressing over arrays of numbers, doubled when
/// half full. Only differences between numbers mean anything.
final class PrincipalCounts {
  private static final int CAPACITY_FIRST = 16;

  private long[] principals = new long[CAPACITY_FIRST];
  private long[] newest = new long[CAPACITY_FIRST];

  /// 0 marks a free place.
  private int[] held = new int[CAPACITY_FIRST];

  private int size;

  /// Counts one more request; its number, 1 for the first.
  long add(long principal) {
    if (2 * (size + 1) > held.length) {
      grow();
    }
    int position = positionOf(principal);
    if (held[position] == 0) {
      size++;
      principals[position] = principal;
      newest[position] = 0;
    }
    held[position]++;
    newest[position]++;
    return newest[position];
  }

  /// The number of the principal's newest request, of which there must be one.
  long newest(long principal) {
    int position = positionOf(principal);
    Check.that(held[position] > 0, "principal %d has no requests", principal);
    return newest[position];
  }

  /// One request of the principal has left the ring.
  void remove(long principal) {
    int position = positionOf(principal);
    Check.that(held[position] > 0, "principal %d has no requests", principal);
    held[position]--;
    if (held[position] == 0) {
      size--;
      closeGap(position);
    }
  }

  private int homeOf(long principal) {
    long mixed = principal * 0x9E37_79B9_7F4A_7C15L;
    return (int) (mixed >>> 32) & (held.length - 1);
  }

  private int positionOf(long principal) {
    int mask = held.length - 1;
    int position = homeOf(principal);
    while (held[position] != 0 && principals[position] != principal) {
      position = position + 1 & mask;
    }
    return position;
  }

  private void closeGap(int position) {
    int mask = held.length - 1;
    int gap = position;
    int candidate = gap + 1 & mask;
    while (held[candidate] != 0) {
      if ((candidate - homeOf(principals[candidate]) & mask) >= (candidate - gap & mask)) {
        principals[gap] = principals[candidate];
        newest[gap] = newest[candidate];
        held[gap] = held[candidate];
        gap = candidate;
      }
      candidate = candidate + 1 & mask;
    }
    held[gap] = 0;
  }

  private void grow() {
    long[] oldPrincipals = principals;
    long[] oldNewest = newest;
    int[] oldHeld = held;
    principals = new long[2 * oldHeld.length];
    newest = new long[2 * oldHeld.length];
    held = new int[2 * oldHeld.length];
    for (int i = 0; i < oldHeld.length; i++) {
      if (oldHeld[i] > 0) {
        int position = positionOf(oldPrincipals[i]);
        principals[position] = oldPrincipals[i];
        newest[position] = oldNewest[i];
        held[position] = oldHeld[i];
      }
    }
  }
}
