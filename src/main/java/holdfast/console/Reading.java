package holdfast.console;

/// How far a conversation has come and been read.
///
/// @param lastSeq of its newest message
/// @param readSeq up to where it is read, here or on another screen of the account
/// @param peerRead up to where the other person has read; 0 in rooms, and as long as unknown
/// @param newAfter what is later came after the conversation was last looked at; 0: no line is
///   drawn
/// @param mentions unread messages that name the account
record Reading(long lastSeq, long readSeq, long peerRead, long newAfter, long mentions) {
  static final Reading NONE = new Reading(0, 0, 0, 0, 0);

  long unread() {
    return Math.max(0, lastSeq - readSeq);
  }

  Reading reached(long seq) {
    return new Reading(Math.max(lastSeq, seq), readSeq, peerRead, newAfter, mentions);
  }

  Reading read(long seq) {
    return new Reading(
        lastSeq,
        Math.max(readSeq, seq),
        peerRead,
        newAfter,
        Math.max(readSeq, seq) >= lastSeq ? 0 : mentions);
  }

  Reading readByPeer(long seq) {
    return new Reading(lastSeq, readSeq, Math.max(peerRead, seq), newAfter, mentions);
  }

  Reading mentioned() {
    return new Reading(lastSeq, readSeq, peerRead, newAfter, mentions + 1);
  }

  /// From here on everything is new.
  Reading lineAt(long seq) {
    return new Reading(lastSeq, readSeq, peerRead, seq, mentions);
  }
}
