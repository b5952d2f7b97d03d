package holdfast.storage;

import holdfast.check.Check;
import java.util.Optional;

/// The single row that moves with every command applied; written once a transaction.
final class StateRow {
  private record Values(
      long appliedIndex,
      long appliedId,
      byte[] runningDigest,
      long time,
      String clusterId,
      byte[] tokenKey) {}

  private final Query save;
  private Values committed;
  private Values values;

  StateRow(Sqlite main) {
    save =
        main.prepare(
            "UPDATE state SET applied_index = ?, applied_id = ?, running_digest = ?, time = ?,"
                + " cluster_id = ?, token_key = ?");
    committed =
        main.prepare(
                "SELECT applied_index, applied_id, running_digest, time, cluster_id, token_key FROM state")
            .first(row ->
                new Values(
                    row.getLong(1),
                    row.getLong(2),
                    row.getBytes(3),
                    row.getLong(4),
                    row.getString(5),
                    row.getBytes(6)))
            .orElseThrow();
    values = committed;
  }

  long appliedIndex() {
    return values.appliedIndex;
  }

  long appliedId() {
    return values.appliedId;
  }

  byte[] runningDigest() {
    return values.runningDigest.clone();
  }

  long time() {
    return values.time;
  }

  Optional<String> clusterId() {
    return values.clusterId.isEmpty() ? Optional.empty() : Optional.of(values.clusterId);
  }

  Optional<byte[]> tokenKey() {
    return values.clusterId.isEmpty() ? Optional.empty() : Optional.of(values.tokenKey.clone());
  }

  void setApplied(long index, long id, byte[] runningDigest) {
    Check.that(
        index >= values.appliedIndex && id >= values.appliedId,
        "applied %d (%d) after %d (%d)",
        index,
        id,
        values.appliedIndex,
        values.appliedId);
    values =
        new Values(
            index, id, runningDigest.clone(), values.time, values.clusterId, values.tokenKey);
  }

  void setTime(long time) {
    Check.that(time >= values.time, "time %d after %d", time, values.time);
    values =
        new Values(
            values.appliedIndex,
            values.appliedId,
            values.runningDigest,
            time,
            values.clusterId,
            values.tokenKey);
  }

  void setFounding(String clusterId, byte[] tokenKey) {
    Check.that(values.clusterId.isEmpty(), "already founded as %s", values.clusterId);
    values =
        new Values(
            values.appliedIndex,
            values.appliedId,
            values.runningDigest,
            values.time,
            clusterId,
            tokenKey.clone());
  }

  /// Writes the row if it changed in this transaction.
  void flush() {
    if (!values.equals(committed)) {
      save.with(values.appliedIndex, values.appliedId)
          .set(3, values.runningDigest)
          .set(4, values.time)
          .set(5, values.clusterId)
          .set(6, values.tokenKey)
          .update();
    }
  }

  void committed() {
    committed = values;
  }

  void rolledBack() {
    values = committed;
  }
}
