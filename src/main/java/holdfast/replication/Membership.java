package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The members of the cluster, in the order of their ids, as one log entry states them. `index` is
/// that entry's; 0 is the list from the configuration file, in force until the founding entry is in
/// the log.
///
/// @param term that entry's; 0 for the configured list
/// @param retired ids that were members' once, ascending: none of them is ever given again
public record Membership(long index, long term, List<Member> members, List<ServerId> retired) {
  /// Members, learners included; one more is refused.
  public static final int MEMBERS_MAX = 64;

  public Membership {
    retired = retired.stream().sorted().distinct().toList();
    List<Member> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(Member::id));
    for (int i = 1; i < sorted.size(); i++) {
      Check.that(
          !sorted.get(i).id().equals(sorted.get(i - 1).id()),
          "server id %s is listed twice",
          sorted.get(i).id());
    }
    members = List.copyOf(sorted);
    for (Member member : members) {
      Check.that(!retired.contains(member.id()), "server id %s is given again", member.id());
    }
  }

  /// A list of the first timeline, or one that no entry states yet.
  public Membership(long index, List<Member> members, List<ServerId> retired) {
    this(index, 0, members, retired);
  }

  /// A list that nobody has left yet.
  public Membership(long index, List<Member> members) {
    this(index, members, List.of());
  }

  /// Whether a log entry states this list, rather than the configuration file.
  public boolean founded() {
    return index > 0;
  }

  public Optional<Member> member(ServerId id) {
    for (Member member : members) {
      if (member.id().equals(id)) {
        return Optional.of(member);
      }
    }
    return Optional.empty();
  }

  /// The voters' ids, ascending.
  public List<ServerId> voters() {
    return members.stream().filter(Member::voter).map(Member::id).toList();
  }

  public int quorum() {
    return voters().size() / 2 + 1;
  }

  public boolean isVoter(ServerId id) {
    return member(id).map(Member::voter).orElse(false);
  }

  /// Whether votes and acknowledgements of `id` count here: a voter whose key the log knows. Before
  /// the founding every configured voter counts.
  public boolean counts(ServerId id) {
    return member(id).map(m -> m.voter() && (!founded() || m.key().isPresent())).orElse(false);
  }

  /// Whether `id` was a member's and is none any more.
  public boolean isRetired(ServerId id) {
    return retired.contains(id);
  }

  /// This list with `changed` in the place of the member of its id, or as a new one.
  public Membership with(Member changed) {
    List<Member> changedMembers = new ArrayList<>(members);
    changedMembers.removeIf(member -> member.id().equals(changed.id()));
    changedMembers.add(changed);
    return new Membership(index, term, changedMembers, retired);
  }

  /// This list without the member `id`, which is never given again.
  public Membership without(ServerId id) {
    List<Member> others = new ArrayList<>(members);
    List<ServerId> left = new ArrayList<>(retired);
    if (others.removeIf(member -> member.id().equals(id))) {
      left.add(id);
    }
    return new Membership(index, term, others, left);
  }

  /// Whether both lists have the same members and the same ids that are never given again, wherever
  /// they stand in the log.
  public boolean statesSame(Membership other) {
    return members.equals(other.members) && retired.equals(other.retired);
  }

  /// Whether the entry that states this list founded a timeline, `before` being the list before it.
  boolean foundsAfter(Membership before) {
    return before.founded() && !Timeline.of(term).equals(Timeline.of(before.term));
  }
}
