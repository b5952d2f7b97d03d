package holdfast.replication;

/// What an operator, or a server that asks to join, wants of the membership. Each says what is to
/// be, not what to do: whoever wants it asks again, of whatever primary there is, until
/// `ChangeStep` says that it is so.
public sealed interface MemberChange {
  /// The id that it is about.
  ServerId subject();

  /// `member` is to be a member, as a learner if it is none yet. With a key (it has shown itself):
  /// under the address that it has now. Without one: it gets the first key that it shows.
  record Add(Member member) implements MemberChange {
    @Override
    public ServerId subject() {
      return member.id();
    }
  }

  /// `subject` is to be no member, now and ever.
  record Remove(ServerId subject) implements MemberChange {}

  /// `subject` is to be reached at this address.
  record Move(ServerId subject, String host, int clientPort, int peerPort)
      implements MemberChange {}

  /// `subject` is to be no member, and `successor` is to be one: the removal first.
  record Replace(ServerId subject, Member successor) implements MemberChange {}

  /// `subject` is to be primary.
  record Transfer(ServerId subject) implements MemberChange {}
}
