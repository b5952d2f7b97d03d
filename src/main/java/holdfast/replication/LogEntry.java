package holdfast.replication;

import java.util.Arrays;

/// One place of the log with the command that stands there. `command` is compact JSON text; it is
/// turned into bytes once and carried as those bytes from there on. The array is never changed
/// after construction.
public record LogEntry(long index, long term, byte[] command) {
  public LogPosition position() {
    return new LogPosition(term, index);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogEntry entry
        && entry.index == index
        && entry.term == term
        && Arrays.equals(entry.command, command);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(index * 31 + term);
  }

  @Override
  public String toString() {
    return index + "@" + term;
  }
}
