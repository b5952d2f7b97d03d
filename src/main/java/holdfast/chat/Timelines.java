package holdfast.chat;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.List;

/// The timelines that a state's history went through: of each the id of the first command applied
/// in it, ascending. What came before the first of them is of timeline (0,0). From these follows
/// whether an id that was given somewhere once belongs to this history, or to one that was lost
/// when a later timeline took its place.
public record Timelines(List<Long> firstIds) {
  /// A history that never left the first timeline.
  public static final Timelines FIRST = new Timelines(List.of());

  public Timelines {
    firstIds = List.copyOf(firstIds);
    for (int i = 1; i < firstIds.size(); i++) {
      Check.that(
          follows(firstIds.get(i), firstIds.get(i - 1)),
          "timeline of %d after that of %d",
          firstIds.get(i),
          firstIds.get(i - 1));
    }
  }

  private static boolean follows(long id, long before) {
    return EntryId.timelineOf(id) > EntryId.timelineOf(before)
        && EntryId.indexOf(id) > EntryId.indexOf(before);
  }

  /// The timeline of the last command applied, as `EntryId` packs it.
  public long latest() {
    return firstIds.isEmpty() ? 0 : EntryId.timelineOf(firstIds.getLast());
  }

  /// This history, gone on in the timeline of `firstId`, its first command.
  public Timelines with(long firstId) {
    List<Long> more = new ArrayList<>(firstIds);
    more.add(firstId);
    return new Timelines(more);
  }

  /// Whether the command `id` was never part of this history and never will be: another timeline is
  /// in force at its index here. An id of a timeline later than the latest may yet come. 0, which
  /// is no command's, is not lost.
  public boolean isLost(long id) {
    long timeline = EntryId.timelineOf(id);
    return id != 0 && timeline <= latest() && timeline != timelineAt(EntryId.indexOf(id));
  }

  /// Whether whoever has heard of everything up to the command `id`, as far as it concerned them,
  /// has missed nothing but what came after it in this history. Not so across a founding by an
  /// operator, who may have begun from a state in which the ids of what was not committed are those
  /// of what was, elsewhere.
  public boolean goesOnFrom(long id) {
    for (long firstId : firstIds) {
      boolean later = EntryId.timelineOf(firstId) > EntryId.timelineOf(id);
      if (id != 0 && later && EntryId.isFoundedByOperator(firstId)) {
        return false;
      }
    }
    return !isLost(id);
  }

  /// The log index that must be applied before this history has what the command `id` did: its own;
  /// if it is lost, that of the first command of the timeline which took the place of its own;
  /// `Long.MAX_VALUE` if it is of a timeline that this history has not come to.
  public long indexOf(long id) {
    if (EntryId.timelineOf(id) > latest()) {
      return Long.MAX_VALUE;
    }
    return EntryId.indexOf(isLost(id) ? forkOf(id) : id);
  }

  private long forkOf(long id) {
    for (long firstId : firstIds) {
      long later = EntryId.timelineOf(firstId) - EntryId.timelineOf(id);
      if (later > 0 || (later == 0 && EntryId.indexOf(firstId) > EntryId.indexOf(id))) {
        return firstId;
      }
    }
    throw new IllegalArgumentException("id %d is not lost".formatted(id));
  }

  /// The id of the command at `index`, which is in this history or will be if no other timeline
  /// follows.
  public long idAt(long index) {
    return EntryId.inTimeline(timelineAt(index), index);
  }

  private long timelineAt(long index) {
    for (int i = firstIds.size() - 1; i >= 0; i--) {
      if (EntryId.indexOf(firstIds.get(i)) <= index) {
        return EntryId.timelineOf(firstIds.get(i));
      }
    }
    return 0;
  }
}
