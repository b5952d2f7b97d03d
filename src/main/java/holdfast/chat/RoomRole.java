package holdfast.chat;

/// What a member may do in a room, least first.
public enum RoomRole {
  MEMBER,
  MODERATOR,
  OWNER
}
