package holdfast.storage;

import holdfast.replication.LogPosition;

/// What a database says of the state it holds, and of the log before it.
///
/// @param compacted the position of the last entry before the log that is there
/// @param position of the last command applied
/// @param appliedId that command's id
record SnapshotState(
    String clusterId, LogPosition compacted, LogPosition position, long appliedId) {
  /// As of the database that `sqlite` knows as `schema`.
  static SnapshotState of(Sqlite sqlite, String schema) {
    return sqlite
        .prepare(
            """
            SELECT cluster_id, start.term, start.log_index, applied_index, applied_id,
              CASE WHEN applied_index = start.log_index THEN start.term
              ELSE coalesce((SELECT term FROM %1$s.term_run WHERE first_index <= applied_index
                ORDER BY first_index DESC LIMIT 1), start.term) END
            FROM %1$s.state, %1$s.log_start AS start
            """
                .formatted(schema))
        .first(row ->
            new SnapshotState(
                row.getString(1),
                new LogPosition(row.getLong(2), row.getLong(3)),
                new LogPosition(row.getLong(6), row.getLong(4)),
                row.getLong(5)))
        .orElseThrow(() -> new DiskFailedException(sqlite.file(), "it has no state"));
  }
}
