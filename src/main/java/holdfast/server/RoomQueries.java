package holdfast.server;

import holdfast.chat.Room;
import holdfast.storage.MemberRow;
import holdfast.storage.Page;
import holdfast.storage.Reads;
import holdfast.storage.RoomRow;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.Roles;
import java.util.ArrayList;
import java.util.List;

/// Answers reads about rooms from this server's copy. Safe for any thread; blocks on the read pool.
/// A refusal that rests on something being absent is the caller's to confirm.
final class RoomQueries {
  private final Reads reads;
  private final Names names;
  private final Presence presence;
  private final PageBudget budget;

  RoomQueries(Reads reads, Names names, Presence presence, PageBudget budget) {
    this.reads = reads;
    this.names = names;
    this.presence = presence;
    this.budget = budget;
  }

  OkPayload answer(ClientRequest.RoomRead read, Login login) throws RequestRefused {
    return switch (read) {
      case ClientRequest.Rooms rooms -> rooms(rooms, login);
      case ClientRequest.Members members -> members(members, login);
    };
  }

  private OkPayload rooms(ClientRequest.Rooms request, Login login) {
    Page<RoomRow> page =
        reads.rooms(
            login.account(), roomPattern(request.pattern()), request.after(), request.limit());
    List<OkPayload.RoomInfo> rooms = new ArrayList<>();
    long bytes = 0;
    for (RoomRow row : page.items()) {
      OkPayload.RoomInfo shown =
          new OkPayload.RoomInfo(
              row.room().name(),
              row.room().topic(),
              row.room().isPrivate(),
              row.members(),
              row.member(),
              row.invited());
      bytes += budget.of(shown);
      if (!rooms.isEmpty() && bytes > budget.pageBytes()) {
        return new OkPayload.Rooms(rooms, true);
      }
      rooms.add(shown);
    }
    return new OkPayload.Rooms(rooms, page.more());
  }

  private OkPayload members(ClientRequest.Members request, Login login) throws RequestRefused {
    long room = names.room(request.room());
    // Anyone may join a public room, so anyone may see who is there.
    if (reads.room(room).map(Room::isPrivate).orElse(false)) {
      names.requireMember(room, request.room(), login);
    }
    Page<MemberRow> page = reads.members(room, request.after(), request.limit());
    List<OkPayload.MemberInfo> members = new ArrayList<>();
    for (MemberRow row : page.items()) {
      members.add(
          new OkPayload.MemberInfo(
              row.username(),
              Roles.text(row.role()),
              presence.isOnline(row.account())));
    }
    return new OkPayload.Members(members, page.more());
  }

  /// A room's name has its `#`, which a pattern may leave out.
  private static String roomPattern(String pattern) {
    return pattern.startsWith("#") ? pattern : "#" + pattern;
  }
}
