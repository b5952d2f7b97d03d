package holdfast.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

  /// The whole list of `server` is about to come.
  Change replaceAll(int server) {
    return serverGone(server);
  }

  /// Accounts that were online nowhere and are now, and those of which the opposite is true.
  record Change(List<Long> cameOnline, List<Long> wentOffline) {}

  Change change(int server, Collection<Long> online, Collection<Long> offline) {
    Set<Long> accounts = onlineByServer.computeIfAbsent(server, s -> ConcurrentHashMap.newKeySet());
    List<Long> cameOnline = new ArrayList<>();
    for (long account : online) {
      if (accounts.size() < ONLINE_MAX) {
        if (!isOnline(account)) {
          cameOnline.add(account);
        }
        accounts.add(account);
      }
    }
    List<Long> wentOffline = new ArrayList<>();
    for (long account : offline) {
      if (accounts.remove(account) && !isOnline(account)) {
        wentOffline.add(account);
      }
    }
    return new Change(cameOnline, wentOffline);
  }

  Change serverGone(int server) {
    Set<Long> gone = onlineByServer.remove(server);
    return new Change(
        List.of(),
        gone == null ? List.of() : gone.stream().filter(account -> !isOnline(account)).toList());
  }
}
