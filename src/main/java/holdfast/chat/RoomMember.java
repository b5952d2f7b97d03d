package holdfast.chat;

/// An account in a room.
///
/// @param joined the id of the command by which it joined: the smaller, the longer it has been
///   there
public record RoomMember(long room, long account, RoomRole role, long joined) {}
