package holdfast.server;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Which live connections hear of which room: as far as their events have been pushed, which is not
/// always as far as the database is, so it is kept here and not looked up there. Owned by the
/// replica thread.
final class LiveRooms {
  private final Map<Long, Set<ClientSession>> sessions = new HashMap<>();
  private final Map<ClientSession, Set<Long>> rooms = new HashMap<>();

  void enter(ClientSession session, long room) {
    sessions.computeIfAbsent(room, _ -> new LinkedHashSet<>()).add(session);
    rooms.computeIfAbsent(session, _ -> new LinkedHashSet<>()).add(room);
  }

  void leave(ClientSession session, long room) {
    remove(sessions, room, session);
    remove(rooms, session, room);
  }

  /// The connection is live no more.
  void leaveAll(ClientSession session) {
    Set<Long> left = rooms.remove(session);
    if (left != null) {
      left.forEach(room -> remove(sessions, room, session));
    }
  }

  /// The room is no more.
  void close(long room) {
    Set<ClientSession> last = sessions.remove(room);
    if (last != null) {
      last.forEach(session -> remove(rooms, session, room));
    }
  }

  /// Who hears of the room, in the order of entering.
  Collection<ClientSession> in(long room) {
    return sessions.getOrDefault(room, Set.of());
  }

  private static <K, V> void remove(Map<K, Set<V>> map, K key, V value) {
    Set<V> values = map.get(key);
    if (values != null && values.remove(value) && values.isEmpty()) {
      map.remove(key);
    }
  }
}
