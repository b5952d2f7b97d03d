package holdfast.server;

import holdfast.storage.Reads;
import holdfast.storage.RejectedReadException;
import holdfast.wire.ClientCodec;
import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells those who have a direct conversation with an account that it came online or went: a
/// courtesy, which is left out when there is too much of it. Who is back within a moment, as after
/// the death of a server, was never away. Owned by the replica thread, save for looking up whom to
/// tell.
final class PresenceNews {
  private static final Logger log = LoggerFactory.getLogger(PresenceNews.class);

  /// How long somebody must be away before that is told.
  private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// Accounts whose news may wait; of any more, nothing is told.
  private static final int WAITING_MAX = 65_536;

  /// Accounts looked up at once.
  private static final int AT_ONCE = 64;

  /// Others that are told of one account.
  private static final int TOLD_MAX = 4_096;

  private final Reads reads;
  private final Directory directory;
  private final Presence presence;
  private final Consumer<List<Told>> tell;

  /// By account, in the order in which they changed.
  private final Map<Long, News> waiting = new LinkedHashMap<>();

  private boolean lookingUp;

  /// What was told last of an account, and when the next may be.
  private record News(boolean wasOnline, long dueNanos) {}

  /// A frame and the accounts that are to get it.
  record Told(byte[] frame, List<Long> accounts) {}

  /// @param tell has the replica thread call `tell` with what was found; any thread calls it
  PresenceNews(
      Reads reads, Directory directory, Presence presence, Consumer<List<Told>> tell) {
    this.reads = reads;
    this.directory = directory;
    this.presence = presence;
    this.tell = tell;
  }

  /// These have just come online.
  void cameOnline(Collection<Long> accounts, long nowNanos) {
    note(accounts, new News(false, nowNanos));
  }

  /// These have just gone, from all servers.
  void wentOffline(Collection<Long> accounts, long nowNanos) {
    note(accounts, new News(true, nowNanos + AWAY_NANOS));
  }

  private void note(Collection<Long> accounts, News news) {
    for (long account : accounts) {
      if (waiting.size() < WAITING_MAX) {
        waiting.putIfAbsent(account, news);
      }
    }
  }

  /// Looks up whom to tell what is due. With `nobodyHere` there is nobody.
  void onTime(long nowNanos, boolean nobodyHere) {
    if (waiting.isEmpty() || lookingUp) {
      return;
    }
    Map<Long, Boolean> due = new LinkedHashMap<>();
    var entries = waiting.entrySet().iterator();
    while (entries.hasNext() && due.size() < AT_ONCE) {
      Map.Entry<Long, News> entry = entries.next();
      News news = entry.getValue();
      if (nowNanos - news.dueNanos() >= 0) {
        entries.remove();
        boolean isOnline = presence.isOnline(entry.getKey());
        if (isOnline != news.wasOnline() && !nobodyHere) {
          due.put(entry.getKey(), isOnline);
        }
      }
    }
    if (!due.isEmpty()) {
      lookingUp = true;
      Thread.ofVirtual().name("presence-news").start(() -> lookUp(due));
    }
  }

  private void lookUp(Map<Long, Boolean> due) {
    List<Told> found = new ArrayList<>();
    try {
      for (Map.Entry<Long, Boolean> news : due.entrySet()) {
        long account = news.getKey();
        List<Long> others = reads.talksWith(account, TOLD_MAX);
        if (!others.isEmpty()) {
          ServerEvent event =
              new ServerEvent.Presence(directory.accountName(account), news.getValue());
          found.add(new Told(ClientCodec.event(event), others));
        }
      }
    } catch (RejectedReadException e) {
      log.debug("the readers have more to do than they can: some news are left out");
    } finally {
      tell.accept(found);
    }
  }

  /// What was looked up last is told; more may be looked up.
  void told() {
    lookingUp = false;
  }
}
