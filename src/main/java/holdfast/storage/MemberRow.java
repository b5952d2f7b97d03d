package holdfast.storage;

import holdfast.chat.RoomRole;

/// A member as a room's list shows it.
public record MemberRow(long account, String username, RoomRole role) {}
