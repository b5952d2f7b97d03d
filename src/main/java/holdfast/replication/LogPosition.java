package holdfast.replication;

/// A place in the log: an index and the term of the entry there. Ordered by term first, which is
/// the order in which voters compare logs (thesis §3.6.1). `NONE` stands before the first entry.
public record LogPosition(long term, long index) implements Comparable<LogPosition> {
  public static final LogPosition NONE = new LogPosition(0, 0);

  @Override
  public int compareTo(LogPosition other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return index + "@" + term;
  }
}
