package holdfast.chat;

/// A conversation of many, by name.
///
/// @param id the id of the CREATE_ROOM that made it
/// @param name with `#`, folded to lower case; free again once the room is closed
/// @param closed everyone left it
public record Room(long id, String name, String topic, boolean isPrivate, boolean closed) {}
