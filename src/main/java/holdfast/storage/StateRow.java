package holdfast.storage;

import holdfast.chat.EntryId;
import holdfast.chat.Held;
import holdfast.chat.Timelines;
import holdfast.check.Check;
import java.util.List;
import java.util.Optional;

/// What moves with the commands applied: a single row, written once a transaction, and with it the
/// timelines, of which there is a new one when a cluster or a timeline was founded.
final class StateRow {
  private record Values(
      long appliedIndex,
      long appliedId,
      byte[] runningDigest,
      long time,
      String clusterId,
      byte[] tokenKey,
      Held held) {}

  private final Query save;
  private final Query addTimeline;
  private Values committed;
  private Values values;
  private Timelines committedTimelines;
  private Timelines timelines;

  StateRow(Sqlite main) {
    save =
        main.prepare(
            "UPDATE state SET applied_index = ?, applied_id = ?, running_digest = ?, time = ?,"
                + " cluster_id = ?, token_key = ?, held_id = ?, held_since = ?, held_until = ?");
    addTimeline = main.prepare("INSERT INTO timeline(timeline, first_id) VALUES (?, ?)");
    committed =
        main.prepare(
                "SELECT applied_index, applied_id, running_digest, time, cluster_id, token_key,"
                    + " held_id, held_since, held_until FROM state")
            .first(row ->
                new Values(
                    row.getLong(1),
                    row.getLong(2),
                    row.getBytes(3),
                    row.getLong(4),
                    row.getString(5),
                    row.getBytes(6),
                    new Held(row.getLong(7), row.getLong(8), row.getLong(9))))
            .orElseThrow();
    values = committed;
    committedTimelines =
        new Timelines(
            main.prepare("SELECT first_id FROM timeline ORDER BY first_id")
                .list(row -> row.getLong(1)));
    timelines = committedTimelines;
  }

  long appliedIndex() {
    return values.appliedIndex;
  }

  /// What is applied in the last transaction committed.
  long committedIndex() {
    return committed.appliedIndex;
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

  Held held() {
    return values.held;
  }

  Timelines timelines() {
    return timelines;
  }

  /// Whether there is a timeline that readers do not know of yet.
  boolean addsTimeline() {
    return !timelines.equals(committedTimelines);
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
            index,
            id,
            runningDigest.clone(),
            values.time,
            values.clusterId,
            values.tokenKey,
            values.held);
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
            values.tokenKey,
            values.held);
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
            tokenKey.clone(),
            values.held);
  }

  void setHeld(Held held) {
    values =
        new Values(
            values.appliedIndex,
            values.appliedId,
            values.runningDigest,
            values.time,
            values.clusterId,
            values.tokenKey,
            held);
  }

  void addTimeline(long firstId) {
    timelines = timelines.with(firstId);
  }

  /// Writes what changed in this transaction.
  void flush() {
    if (!values.equals(committed)) {
      save.with(values.appliedIndex, values.appliedId)
          .set(3, values.runningDigest)
          .set(4, values.time)
          .set(5, values.clusterId)
          .set(6, values.tokenKey)
          .set(7, values.held.id())
          .set(8, values.held.since())
          .set(9, values.held.until())
          .update();
    }
    if (!timelines.equals(committedTimelines)) {
      List<Long> ids = timelines.firstIds();
      for (long id : ids.subList(committedTimelines.firstIds().size(), ids.size())) {
        addTimeline.with(EntryId.timelineOf(id), id).update();
      }
    }
  }

  void committed() {
    committed = values;
    committedTimelines = timelines;
  }

  void rolledBack() {
    values = committed;
    timelines = committedTimelines;
  }
}
