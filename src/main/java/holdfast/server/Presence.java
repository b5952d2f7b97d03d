package holdfast.server;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which accounts are online, and on which servers: soft state, told between servers and never
/// stored. A server whose link is down counts as having nobody. Written by the replica thread, read
/// by any.
final class Presence {
  /// Accounts remembered per server; beyond, later ones show as offline.
  private static final int ONLINE_MAX = 1_000_000;

  private final ConcurrentHashMap<Integer, Set<Long>> onlineByServer = new ConcurrentHashMap<>();

  boolean isOnline(long account) {
    for (Set<Long> online : onlineByServer.values()) {
      if (online.contains(account)) {
        return true;
      }
    }
    return false;
  }

  /// The accounts online at `server`.
  Collection<Long> onlineAt(int server) {
    return onlineByServer.getOrDefault(server, Set.of());
  }

  void replaceAll(int server) {
    onlineByServer.put(server, ConcurrentHashMap.newKeySet());
  }

  void change(int server, Collection<Long> online, Collection<Long> offline) {
    Set<Long> accounts = onlineByServer.computeIfAbsent(server, s -> ConcurrentHashMap.newKeySet());
    for (long account : online) {
      if (accounts.size() < ONLINE_MAX) {
        accounts.add(account);
      }
    }
    accounts.removeAll(Set.copyOf(offline));
  }

  void serverGone(int server) {
    onlineByServer.remove(server);
  }
}
