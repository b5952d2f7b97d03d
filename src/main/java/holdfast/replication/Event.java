package holdfast.replication;

import java.util.List;
import java.util.Optional;

/// Everything that can happen to a replica. Time and randomness come from outside.
public sealed interface Event {
  /// `elapsed` ticks have passed since the tick before: 1 as a rule, more after a pause. A primary
  /// judges by all of them (check-quorum first of all); anyone else counts a pause as one tick,
  /// since it knows nothing of the others meanwhile.
  record Tick(int elapsed) implements Event {}

  /// A message came over a link that was authenticated as `from`'s and whose member key fits the
  /// membership.
  record Received(ServerId from, PeerMessage message) implements Event {}

  /// Commands to append, in this order. Each gets one answer: Appended, or Refused.
  record Proposed(List<Proposal> proposals) implements Event {
    public Proposed {
      proposals = List.copyOf(proposals);
    }
  }

  /// The founding entry's bytes, asked for by `Effects.foundingWanted`; ignored unless still
  /// wanted.
  record Founded(byte[] command) implements Event {}

  /// An entry that states a new list of members. A primary appends it unless `Replica.denialOf`
  /// speaks against it by then; whoever wants it looks whether it came to be, and asks again.
  record ChangeProposed(byte[] command) implements Event {}

  /// The bytes of an entry that founds a timeline, stating the list that `Replica.foundable` names,
  /// or, `forced`, the one of `Replica.foundableByForce`; ignored unless that names it yet.
  record TimelineFounded(byte[] command, boolean forced) implements Event {}

  /// A linearizable read wants to know what it must see. Answered by ReadReady or ReadRefused.
  record ReadRequested(long readId) implements Event {}

  /// Hand over to `target`, or to the most caught-up voter.
  record TakeOverRequested(Optional<ServerId> target) implements Event {}

  /// Everything up to `last`, and the hard state of the effects it came with, is on disk now.
  record Synced(LogPosition last) implements Event {}

  /// Commands up to `index` are applied.
  record Applied(long index) implements Event {}

  /// `peer` holds everything up to `index` now: it has installed a snapshot, or turned out to need
  /// none. A primary that had no entries for it looks again.
  record SnapshotEnded(ServerId peer, long index) implements Event {}

  /// The process of `peer` died: its link closed and an immediate reconnect was refused or met
  /// another boot id.
  record PeerDied(ServerId peer) implements Event {}

  /// A new link to `peer` stands, to whichever process of it: earlier evidence of its death is
  /// void. Nothing else makes it void, so this must follow every `PeerDied` as soon as a link
  /// stands, and in order: a server that takes a live voter for dead counts on no answer of it.
  record PeerAlive(ServerId peer) implements Event {}

  /// What the primary holds back for members that its quorum does not need is to leave with this
  /// step (`Replica.holdsBack`).
  record SendHeld() implements Event {}

  /// Clients of `peer` wait for what this primary commits: for an election timeout nothing is held
  /// back from it.
  record Asked(ServerId peer) implements Event {}

  /// A command and the caller's number for it.
  record Proposal(long proposalId, byte[] command) {}
}
