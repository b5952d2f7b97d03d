package holdfast.replication;

import java.util.List;

/// Reads entries that the core no longer holds in memory. Called on the replica thread only.
public interface LogReader {
  /// Entries from `fromIndex` on, in order and without gaps: at least one, at most `entriesMax`,
  /// and no more than fit in `bytesMax` bytes of commands (but always the first). All of them are
  /// on disk and not compacted.
  List<LogEntry> read(long fromIndex, int entriesMax, long bytesMax);
}
