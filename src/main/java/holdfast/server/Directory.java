package holdfast.server;

import holdfast.chat.Account;
import holdfast.chat.Room;
import holdfast.storage.Reads;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Names and ids of accounts and rooms, from bounded caches before the database. An account's name
/// never changes and is never given to another, so what is cached stays true; a room's name is free
/// again once the room is closed, which the replica thread tells this directory before anyone can
/// hear of it. Safe for any thread.
final class Directory {
  /// Names kept per cache; a full cache starts anew.
  private static final int CACHE_MAX = 65_536;

  private final Reads reads;
  private final ConcurrentHashMap<String, Long> accountIds = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, String> accountNames = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Long> roomIds = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, String> roomNames = new ConcurrentHashMap<>();

  /// Whether an account is deleted. Only what is false is ever dropped from it: a look-up that
  /// began before the deletion must not bring that back.
  private final ConcurrentHashMap<Long, Boolean> deleted = new ConcurrentHashMap<>();

  Directory(Reads reads) {
    this.reads = reads;
  }

  /// The id of the account with that (folded) name, without asking the database.
  Optional<Long> cachedAccountId(String username) {
    return Optional.ofNullable(accountIds.get(username));
  }

  /// The id of the open room with that name (with `#`), without asking the database.
  Optional<Long> cachedRoomId(String room) {
    return Optional.ofNullable(roomIds.get(room));
  }

  Optional<String> cachedAccountName(long id) {
    return Optional.ofNullable(accountNames.get(id));
  }

  Optional<String> cachedRoomName(long id) {
    return Optional.ofNullable(roomNames.get(id));
  }

  Optional<Long> accountId(String username) {
    Optional<Long> cached = cachedAccountId(username);
    if (cached.isPresent()) {
      return cached;
    }
    Optional<Account> account = reads.accountNamed(username);
    account.ifPresent(this::learn);
    return account.map(Account::id);
  }

  Optional<Long> roomId(String room) {
    Optional<Long> cached = cachedRoomId(room);
    if (cached.isPresent()) {
      return cached;
    }
    // Not cached from here: the room may be closed between this look-up and the cache's write, and
    // a closed room's name
    // must not come back. The replica thread caches rooms as it meets them.
    return reads.roomNamed(room).map(Room::id);
  }

  /// The account's name; every id that comes from a row has one.
  String accountName(long id) {
    String cached = accountNames.get(id);
    if (cached != null) {
      return cached;
    }
    Optional<Account> account = reads.account(id);
    account.ifPresent(this::learn);
    return account.map(Account::username).orElse("?" + id);
  }

  /// Whether the account with that id is gone, as of now or of a moment ago.
  boolean isDeleted(long id) {
    Boolean known = deleted.get(id);
    if (known != null) {
      return known;
    }
    boolean found = reads.account(id).map(Account::isDeleted).orElse(false);
    makeRoomForDeleted();
    return deleted.size() >= CACHE_MAX ? found : deleted.merge(id, found, Boolean::logicalOr);
  }

  /// Replica thread only: the account is gone.
  void markDeleted(long id) {
    makeRoomForDeleted();
    deleted.put(id, true);
  }

  private void makeRoomForDeleted() {
    if (deleted.size() >= CACHE_MAX) {
      deleted.values().removeIf(isDeleted -> !isDeleted);
    }
  }

  /// The room's name, open or closed.
  String roomName(long id) {
    String cached = roomNames.get(id);
    if (cached != null) {
      return cached;
    }
    Optional<Room> room = reads.room(id);
    room.ifPresent(r -> put(roomNames, id, r.name()));
    return room.map(Room::name).orElse("#?" + id);
  }

  void learn(Account account) {
    put(accountIds, account.username(), account.id());
    put(accountNames, account.id(), account.username());
  }

  /// Replica thread only: an open room, as of the last command applied.
  void learnOpenRoom(long id, String name) {
    put(roomIds, name, id);
    put(roomNames, id, name);
  }

  /// Replica thread only: the room is closed, its name no longer means it.
  void forgetRoomName(long id) {
    String name = roomNames.get(id);
    if (name != null) {
      roomIds.remove(name, id);
    }
  }

  private static <K, V> void put(ConcurrentHashMap<K, V> cache, K key, V value) {
    if (cache.size() >= CACHE_MAX) {
      cache.clear();
    }
    cache.put(key, value);
  }
}
