package holdfast.replication;

/// Why a primary does not state a new list of members.
public enum ChangeDenial {
  /// It has committed no entry of its own term yet (or the cluster is not founded).
  NOT_READY,
  /// The change before is not committed.
  CHANGE_PENDING,
  HANDING_OVER,
  /// More than one member differs, or a key that is known.
  NOT_ONE_CHANGE,
  /// The id was another's before.
  ID_RETIRED,
  /// There are `Membership.MEMBERS_MAX` members.
  TOO_MANY,
  /// A new member begins as a learner.
  NOT_A_LEARNER,
  /// A learner gets its vote only once it has had everything for a while.
  NOT_CAUGHT_UP,
  /// The primary cannot leave its own office this way.
  IS_PRIMARY,
  /// Too few of the voters that would be left answer.
  TOO_FEW_ANSWER
}
