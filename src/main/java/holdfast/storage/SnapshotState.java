package holdfast.storage;

import holdfast.replication.LogPosition;

/// What a database says of the state it holds.
///
/// @param position of the last entry that is compacted
record SnapshotState(String clusterId, LogPosition position, long appliedIndex, long appliedId) {
  /// As of the database that `sqlite` knows as `schema`.
  static SnapshotState of(Sqlite sqlite, String schema) {
    return sqlite
        .prepare(
            "SELECT cluster_id, term, log_index, applied_index, applied_id FROM %s.state, %s.log_start"
                .formatted(schema, schema))
        .first(row ->
            new SnapshotState(
                row.getString(1),
                new LogPosition(row.getLong(2), row.getLong(3)),
                row.getLong(4),
                row.getLong(5)))
        .orElseThrow(() -> new DiskFailedException(sqlite.file(), "it has no state"));
  }
}
