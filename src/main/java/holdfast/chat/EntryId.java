package holdfast.chat;

import holdfast.check.Check;

/// The id of a command, and of the account, room or message that it made: its place in the log,
/// (timeline, log index), packed into 63 bits so that it is the row's key: 12 bits timeline number,
/// 12 bits founder, 39 bits index. Within one state ids grow in log order. In majority mode the
/// timeline is (0,0), and the id is the log index.
public final class EntryId {
  /// The bits of a packed term that count elections (SURVIVOR.md, Words); those above are the
  /// timeline.
  public static final int TERM_BITS = 29;

  private static final int INDEX_BITS = 39;

  /// The bits of a timeline that say who founded it; 0: an operator.
  public static final int FOUNDER_BITS = 12;

  private static final int TIMELINE_NUMBER_MAX = (1 << 12) - 1;

  private EntryId() {}

  /// The id of the entry at `index` with the packed `term`.
  public static long of(long term, long index) {
    Check.that(index > 0 && index < 1L << INDEX_BITS, "log index %d does not fit an id", index);
    return inTimeline(timelineOfTerm(term), index);
  }

  /// The id of the entry at `index`, which is of `timeline`.
  static long inTimeline(long timeline, long index) {
    return timeline << INDEX_BITS | index;
  }

  /// The term in which a cluster begins that an operator founds anew from a state whose terms go up
  /// to `term`: the next timeline, in which nobody has stood for election yet. What is written in
  /// it has greater ids than anything before, so that no cursor of the old cluster is taken for one
  /// of the new.
  public static long firstTermAfter(long term) {
    long number = (term >>> TERM_BITS >>> FOUNDER_BITS) + 1;
    Check.that(number <= TIMELINE_NUMBER_MAX, "the state was founded anew %d times", number);
    return number << FOUNDER_BITS << TERM_BITS;
  }

  /// The timeline of an entry with the packed `term`, 24 bits, as `timelineOf` gives it.
  public static long timelineOfTerm(long term) {
    return term >>> TERM_BITS;
  }

  public static long indexOf(long id) {
    return id & ((1L << INDEX_BITS) - 1);
  }

  static boolean isFoundedByOperator(long id) {
    return (timelineOf(id) & (1 << FOUNDER_BITS) - 1) == 0;
  }

  /// Timeline number and founder, 24 bits.
  public static long timelineOf(long id) {
    return id >>> INDEX_BITS;
  }
}
