package holdfast.replication;

import holdfast.check.Check;
import java.util.Comparator;

/// A stretch of history that one server began, alone: the upper 24 bits of every term in it
/// (SURVIVOR.md, Words). The first is (0, 0); with majorities alone there is no other. Ordered by
/// number, then founder: the higher one wins, always (rule 6).
///
/// @param number 0–4095: greater than any that the founder had heard of
/// @param founder the server that founded it, 1–4095; 0: an operator, or nobody
public record Timeline(int number, int founder) implements Comparable<Timeline> {
  /// The bits of a term that count elections; above them stands the timeline.
  public static final int TERM_BITS = 29;

  /// The bits of a timeline that say who founded it; above them stands its number.
  public static final int FOUNDER_BITS = 12;

  private static final int NUMBER_MAX = (1 << 12) - 1;
  private static final Comparator<Timeline> ORDER =
      Comparator.comparingInt(Timeline::number).thenComparingInt(Timeline::founder);

  public Timeline {
    Check.that(number >= 0 && number <= NUMBER_MAX, "timeline number %d", number);
    Check.that(founder >= 0 && founder <= ServerId.MAX, "timeline founder %d", founder);
  }

  /// The timeline that `term` is of.
  public static Timeline of(long term) {
    long bits = term >>> TERM_BITS;
    return new Timeline((int) (bits >>> FOUNDER_BITS), (int) (bits & ServerId.MAX));
  }

  /// A term as people read it: in the first timeline its number, in others the timeline before it,
  /// like 1.3:7, or, of an operator's, 1:7.
  public static String termText(long term) {
    Timeline timeline = of(term);
    long count = term & ((1L << TERM_BITS) - 1);
    if (timeline.number() == 0) {
      return Long.toString(count);
    }
    return timeline.founder() == 0
        ? timeline.number() + ":" + count
        : timeline.number() + "." + timeline.founder() + ":" + count;
  }

  /// The term after `term`, in the same timeline.
  static long termAfter(long term) {
    long next = term + 1;
    Check.that(next >>> TERM_BITS == term >>> TERM_BITS, "no term after %d in its timeline", term);
    return next;
  }

  /// The term in which a server founds this timeline.
  public long firstTerm() {
    return ((long) number << FOUNDER_BITS | founder) << TERM_BITS | 1;
  }

  @Override
  public int compareTo(Timeline other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return number + "." + founder;
  }
}
