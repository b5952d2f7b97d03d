package holdfast.server;

import holdfast.chat.Account;
import holdfast.chat.ChatEvent;
import holdfast.chat.ChatState;
import holdfast.chat.Command;
import holdfast.replication.ServerId;
import holdfast.wire.ClientCodec;
import holdfast.wire.CommandCodec;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/// Connections signing in and out on this server: their place in the stream of events, who is told
/// of them, and the last-seen times they leave behind. Owned by the replica thread.
final class SignIns {
  /// Accounts named in one PRESENCE frame, or one command of last-seen times.
  private static final int ACCOUNTS_PER_FRAME = 4_096;

  /// Accounts that may wait for their last-seen time to be logged; beyond, the time is not kept.
  private static final int SEEN_MAX = 65_536;

  /// Last-seen times are logged at most this often.
  private static final long SEEN_EVERY_NANOS = 1_000_000_000L;

  private final ServerId self;
  private final ChatState state;
  private final Deliveries deliveries;
  private final Presence presence;
  private final Peers peers;
  private final CatchUp catchUp;
  private final Typings typings;
  private final PresenceNews news;
  private final Predicate<byte[]> proposeOwn;
  private final Set<ServerId> linked = new LinkedHashSet<>();
  private final Set<Long> cameOnline = new LinkedHashSet<>();
  private final Set<Long> wentOffline = new LinkedHashSet<>();
  private final Set<Long> seen = new LinkedHashSet<>();
  private long seenLoggedNanos = System.nanoTime();
  private Optional<ServerEvent.Cluster> clusterTold = Optional.empty();

  SignIns(
      ServerId self,
      ChatState state,
      Deliveries deliveries,
      Presence presence,
      Peers peers,
      CatchUp catchUp,
      PresenceNews news,
      Predicate<byte[]> proposeOwn) {
    this.self = self;
    this.state = state;
    this.deliveries = deliveries;
    this.presence = presence;
    this.peers = peers;
    this.catchUp = catchUp;
    this.news = news;
    this.proposeOwn = proposeOwn;
    this.typings = new Typings(self, deliveries, peers, linked);
  }

  Typings typings() {
    return typings;
  }

  /// Signs a connection in at `position` of the stream of events and answers its LOGIN with `ok`,
  /// before any push. False: the account's tokens were voided meanwhile.
  boolean signIn(ClientSession session, Login login, Cursor.Position position, Runnable ok) {
    Optional<Account> account = state.account(login.account());
    if (account.isEmpty() || account.get().generation() != login.generation()) {
      return false;
    }
    signOut(session);
    session.login = Optional.of(login);
    session.position = position;
    session.pushesBegan = position;
    session.lane.blockedBy = Optional.empty();
    if (deliveries.attach(session, login)) {
      wentOffline.remove(login.account());
      cameOnline.add(login.account());
    }
    ok.run();
    advance(session);
    return true;
  }

  void signOut(ClientSession session) {
    if (session.login.isEmpty()) {
      return;
    }
    Login login = session.login.get();
    session.login = Optional.empty();
    session.epoch.incrementAndGet();
    if (deliveries.detach(session, login)) {
      cameOnline.remove(login.account());
      wentOffline.add(login.account());
      if (seen.size() < SEEN_MAX) {
        seen.add(login.account());
      }
    }
  }

  /// Brings a resuming connection up to date and makes it live; from the database, on a thread of
  /// its own, if memory does not reach back that far or the connection takes no more for now.
  void advance(ClientSession session) {
    if (session.login.isEmpty() || session.live) {
      return;
    }
    if (!deliveries.goLive(session, session.login.get())) {
      catchUp.start(session, session.login.get(), session.epoch.get(), session.position);
    }
  }

  /// `CatchUp` has delivered everything up to `position`.
  void caughtUp(ClientSession session, int epoch, Cursor.Position position) {
    if (session.epoch.get() == epoch && session.login.isPresent()) {
      session.position = position;
      advance(session);
    }
  }

  void onApplied(AppliedEntry entry) {
    deliveries.deliver(entry.applied().events());
    for (ChatEvent event : entry.applied().events()) {
      if (event instanceof ChatEvent.TokensVoided voided
          && entry.command() instanceof Command.Write cause) {
        onTokensVoided(voided, cause);
      }
    }
  }

  private void onTokensVoided(ChatEvent.TokensVoided voided, Command.Write cause) {
    for (ClientSession session : deliveries.sessionsOf(voided.account())) {
      if (session.voiding.remove(cause.request().requestId())) {
        onOwnTokensVoided(session, voided, cause);
      } else if (session.login.orElseThrow().generation() < voided.generation()) {
        signOut(session);
        session.push(
            ClientCodec.error(
                Optional.empty(),
                ErrorCode.NOT_LOGGED_IN,
                voided.deleted()
                    ? "this account was deleted"
                    : "every token of this account was voided; LOGIN again with the password",
                OptionalLong.empty()));
      }
    }
  }

  /// The connection that asked for it: whoever sets a password stays signed in, with the token in
  /// the reply.
  private void onOwnTokensVoided(
      ClientSession session, ChatEvent.TokensVoided voided, Command.Write cause) {
    if (cause instanceof Command.SetPassword) {
      Login login = session.login.orElseThrow();
      session.login =
          Optional.of(new Login(login.account(), login.username(), voided.generation()));
    } else {
      signOut(session);
    }
  }

  /// Tells every signed-in connection about the cluster, if there is news.
  void pushCluster(ClusterView view) {
    ServerEvent.Cluster event =
        new ServerEvent.Cluster(
            ClusterViews.name(view.primary()), view.term(), view.addresses(), view.solo());
    if (clusterTold.equals(Optional.of(event))) {
      return;
    }
    clusterTold = Optional.of(event);
    byte[] frame = ClientCodec.event(event);
    for (ClientSession session : deliveries.signedIn()) {
      session.push(frame);
    }
  }

  // ---- who is online where

  void onLinkUp(ServerId peer) {
    linked.add(peer);
    List<Long> online = new ArrayList<>(deliveries.accountsOnline());
    boolean first = true;
    for (int from = 0; first || from < online.size(); from += ACCOUNTS_PER_FRAME) {
      List<Long> part = online.subList(from, Math.min(from + ACCOUNTS_PER_FRAME, online.size()));
      peers.send(
          peer, PeerCodec.encode(self, new PeerFrame.Presence(0, true, first, part, List.of())));
      first = false;
    }
  }

  void onPeerGone(ServerId peer) {
    linked.remove(peer);
    note(presence.serverGone(peer.value()));
  }

  void onPresence(ServerId from, PeerFrame.Presence frame) {
    if (frame.all() && frame.first()) {
      note(presence.replaceAll(from.value()));
    }
    note(presence.change(from.value(), frame.online(), frame.offline()));
  }

  private void note(Presence.Change change) {
    long now = System.nanoTime();
    news.cameOnline(change.cameOnline(), now);
    news.wentOffline(change.wentOffline(), now);
  }

  /// Tells those who are here what was found about others.
  void tellPresence(List<PresenceNews.Told> found) {
    for (PresenceNews.Told told : found) {
      for (long account : told.accounts()) {
        deliveries.sessionsOf(account).forEach(session -> session.offer(told.frame()));
      }
    }
    news.told();
  }

  /// Tells the others what changed in this pass.
  void flushPresence() {
    if (cameOnline.isEmpty() && wentOffline.isEmpty()) {
      return;
    }
    note(presence.change(self.value(), cameOnline, wentOffline));
    for (List<Long> part : parts(cameOnline)) {
      tellPeers(part, List.of());
    }
    for (List<Long> part : parts(wentOffline)) {
      tellPeers(List.of(), part);
    }
    cameOnline.clear();
    wentOffline.clear();
  }

  private void tellPeers(List<Long> online, List<Long> offline) {
    byte[] frame = PeerCodec.encode(self, new PeerFrame.Presence(0, false, false, online, offline));
    for (ServerId peer : linked) {
      peers.send(peer, frame);
    }
  }

  void onTime(long nowNanos) {
    news.onTime(nowNanos, deliveries.isEmpty());
    if (!seen.isEmpty() && nowNanos - seenLoggedNanos >= SEEN_EVERY_NANOS) {
      for (List<Long> part : parts(seen)) {
        // Time 0: the primary stamps it. Without one now they wait for the next.
        if (!proposeOwn.test(CommandCodec.body(new Command.Seen(0, part)))) {
          break;
        }
        seen.removeAll(Set.copyOf(part));
      }
      seenLoggedNanos = nowNanos;
    }
  }

  private static List<List<Long>> parts(Collection<Long> accounts) {
    List<Long> all = new ArrayList<>(accounts);
    List<List<Long>> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += ACCOUNTS_PER_FRAME) {
      parts.add(all.subList(from, Math.min(from + ACCOUNTS_PER_FRAME, all.size())));
    }
    return parts;
  }
}
