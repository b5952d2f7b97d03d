package holdfast.storage;

import holdfast.chat.Room;

/// A room as its list shows it: how many are in it, and whether the asking account is, or is
/// invited.
public record RoomRow(Room room, long members, boolean member, boolean invited) {}
