package holdfast.wire;

import holdfast.chat.RoomRole;
import java.util.Locale;
import java.util.Optional;

/// The roles in a room, as frames and commands name them: owner, moderator, member.
public final class Roles {
  private Roles() {}

  public static String text(RoomRole role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /// The role of that name; empty if there is none.
  public static Optional<RoomRole> of(String text) {
    for (RoomRole role : RoomRole.values()) {
      if (text(role).equals(text)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
