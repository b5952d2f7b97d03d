package holdfast.replication;

import holdfast.check.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The members of the cluster, in the order of their ids, as one log entry states them. `index` is
/// that entry's; 0 is the list from the configuration file, in force until the founding entry is in
/// the log.
public record Membership(long index, List<Member> members) {
  public Membership {
    List<Member> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(Member::id));
    for (int i = 1; i < sorted.size(); i++) {
      Check.that(
          !sorted.get(i).id().equals(sorted.get(i - 1).id()),
          "server id %s is listed twice",
          sorted.get(i).id());
    }
    members = List.copyOf(sorted);
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

  /// The same list as stated by the entry at `newIndex`.
  public Membership at(long newIndex) {
    return new Membership(newIndex, members);
  }
}
