package holdfast.replication;

import java.util.ArrayList;
import java.util.List;

/// Whose disks count for a commit at one moment: a majority of the voters of `latest`, and, while
/// that list is not known to be committed and has other voters than the list before it, of `before`
/// as well (SURVIVOR.md rule 2). Else the two are the same list.
///
/// Votes, check-quorum and read indexes go by `latest` alone, as in thesis §4.1: two lists that
/// differ by one voter have no two majorities without a common one.
public record Views(Membership before, Membership latest) {
  static Views of(Membership only) {
    return new Views(only, only);
  }

  /// Whether the latest list has other voters than what it replaces, and is not committed.
  boolean pending() {
    return !before.equals(latest);
  }

  /// Whether `id` is a member of either list.
  public boolean contains(ServerId id) {
    return latest.member(id).isPresent() || before.member(id).isPresent();
  }

  /// Everybody who must be reached now: the members of the latest list, and those that it leaves
  /// out as long as their disks count.
  public List<Member> members() {
    List<Member> all = new ArrayList<>(latest.members());
    for (Member member : before.members()) {
      if (latest.member(member.id()).isEmpty()) {
        all.add(member);
      }
    }
    return all;
  }
}
