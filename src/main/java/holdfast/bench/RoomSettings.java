package holdfast.bench;

/// What a load of messages to one room is to be.
///
/// @param members connections that each message is pushed to, the senders' own included
/// @param accounts the members; connections beyond that many are further ones of the same accounts
/// @param senders members that send, one less than all at most
/// @param outstanding messages that have not reached all members
public record RoomSettings(
    int members, int accounts, int senders, int outstanding, Timing timing, Through through) {}
