package holdfast.operate;

import holdfast.replication.ServerId;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What several servers' walks over their tables found, held against each other.
public final class CheckUp {
  /// A walk takes its time, so that the server does not notice.
  private static final Duration WALK_MAX = Duration.ofHours(6);

  private final Map<ServerId, OkPayload.Checked> found = new TreeMap<>();

  /// Has the server at the other end of `link` walk what was written up to `logIndex`; lines that
  /// say what it found.
  public List<String> ask(AdminLink link, ServerId id, long logIndex)
      throws AdminException, IOException {
    OkPayload.Checked checked =
        link.ask(
            header -> new ClientRequest.CheckDatabase(header, Optional.of(logIndex)),
            OkPayload.Checked.class,
            WALK_MAX);
    return add(id, checked);
  }

  List<String> add(ServerId id, OkPayload.Checked checked) {
    found.put(id, checked);
    long rows = checked.tables().stream().mapToLong(OkPayload.TableCheck::rows).sum();
    List<String> lines = new ArrayList<>();
    lines.add(
        "server %s: %d rows in %d tables, %s"
            .formatted(
                id,
                rows,
                checked.tables().size(),
                checked.faults().isEmpty() ? "sound" : "with faults:"));
    checked.faults().forEach(fault -> lines.add("  " + fault));
    return lines;
  }

  /// Faults that servers found in themselves.
  public int faults() {
    return found.values().stream().mapToInt(checked -> checked.faults().size()).sum();
  }

  /// Where servers differ that should be equal; none: they are.
  public List<String> differences() {
    List<String> differences = new ArrayList<>();
    Map<String, Map<String, List<ServerId>>> byPlace = new TreeMap<>();
    found.forEach((id, checked) -> {
      checked
          .digest()
          .ifPresent(digest ->
              note(byPlace, "everything up to log index " + checked.digestIndex(), digest, id));
      for (OkPayload.TableCheck table : checked.tables()) {
        note(
            byPlace,
            "table %s up to log index %d".formatted(table.table(), table.logIndex()),
            table.rows() + " rows, " + table.digest(),
            id);
      }
    });
    byPlace.forEach((place, digests) -> {
      if (digests.size() > 1) {
        differences.add(place + " differs: " + groups(digests));
      }
    });
    return differences;
  }

  private static void note(
      Map<String, Map<String, List<ServerId>>> byPlace, String place, String what, ServerId id) {
    byPlace
        .computeIfAbsent(place, p -> new TreeMap<>())
        .computeIfAbsent(what, w -> new ArrayList<>())
        .add(id);
  }

  private static String groups(Map<String, List<ServerId>> digests) {
    List<String> groups = new ArrayList<>();
    for (List<ServerId> ids : digests.values()) {
      groups.add(ids.stream().map(ServerId::toString).collect(Collectors.joining(" and ")));
    }
    return "server " + String.join(", unlike server ", groups);
  }
}
