package holdfast.server;

import holdfast.replication.ChangeStep;
import holdfast.replication.Event;
import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.Membership;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.wire.CommandCodec;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who belongs to the cluster, on the replica thread. What somebody here wants changed is asked of
/// the primary, whoever that is by then, until it is done. As primary: states what is wanted, the
/// keys that members show for the first time, and votes for learners that have caught up. Keeps the
/// links those that the lists of members need, and finds out when this server is no member any
/// more.
final class MemberDesk {
  /// Changes wanted here at once; one more is refused.
  static final int WANTED_MAX = 64;

  /// After so long whoever wants a change is told that it is not known to be made.
  static final long CHANGE_NANOS_MAX = 10_000_000_000L;

  /// The primary is asked again so often.
  static final long ASK_AGAIN_NANOS = 100_000_000L;

  /// A server that is told that it was removed ends after so long at the latest.
  static final long LEAVE_NANOS_MAX = 10_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(MemberDesk.class);

  private final ServerId self;
  private final Replica replica;
  private final Peers peers;
  private final Supplier<List<Member>> told;
  private final LongSupplier chatTime;
  private final boolean survives;
  private final Consumer<String> onRemoved;
  private final Map<Long, Wanted> wanted = new LinkedHashMap<>();
  private final Map<ServerId, String> keysShown = new TreeMap<>();
  private final Set<ServerId> dropped = new TreeSet<>();
  private final Set<ServerId> refusedBy = new TreeSet<>();
  private Optional<List<Member>> dialled = Optional.empty();
  private long refusedNanos;
  private long lastChangeId;

  private static final class Wanted {
    private final MemberChange change;
    private final CompletableFuture<ChangeResult> result;
    private final long deadlineNanos;
    private long askNanos;
    private String why = "there is no primary";

    Wanted(MemberChange change, CompletableFuture<ChangeResult> result, long now) {
      this.change = change;
      this.result = result;
      this.deadlineNanos = now + CHANGE_NANOS_MAX;
      this.askNanos = now;
    }
  }

  /// @param told the members as the primary last told of them
  /// @param chatTime the time of the last command applied
  /// @param survives a last survivor may go on alone: what members without a vote may need is kept
  /// @param onRemoved told a sentence when this server is to end, since it is no member any more
  MemberDesk(
      ServerId self,
      Replica replica,
      Peers peers,
      Supplier<List<Member>> told,
      LongSupplier chatTime,
      boolean survives,
      Consumer<String> onRemoved) {
    this.self = self;
    this.replica = replica;
    this.peers = peers;
    this.told = told;
    this.chatTime = chatTime;
    this.survives = survives;
    this.onRemoved = onRemoved;
  }

  /// The data directories that the others' links have shown.
  Map<ServerId, String> keysShown() {
    return keysShown;
  }

  void onShown(ServerId peer, String memberKey) {
    keysShown.put(peer, memberKey);
  }

  /// Somebody at this server wants `change`; `result` is completed on this thread.
  void want(MemberChange change, CompletableFuture<ChangeResult> result) {
    if (wanted.size() >= WANTED_MAX) {
      result.complete(
          new ChangeResult.Refused("too many changes of the members wait at server " + self));
      return;
    }
    wanted.put(++lastChangeId, new Wanted(change, result, System.nanoTime()));
  }

  /// What is due. Returns what the core is to hear.
  List<Event> onTime(long now) {
    List<Event> events = new ArrayList<>();
    dial();
    Iterator<Map.Entry<Long, Wanted>> each = wanted.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Long, Wanted> entry = each.next();
      Wanted one = entry.getValue();
      if (now - one.deadlineNanos >= 0) {
        one.result.complete(
            new ChangeResult.Unknown("not known to be done, and it may be yet: " + one.why));
      } else if (now - one.askNanos >= 0) {
        one.askNanos = now + ASK_AGAIN_NANOS;
        ask(entry.getKey(), one, events);
      }
      if (one.result.isDone()) {
        each.remove();
      }
    }
    if (events.isEmpty()) {
      ownChange().ifPresent(events::add);
    }
    leaveIfRefused(now);
    return events;
  }

  private void ask(long changeId, Wanted one, List<Event> events) {
    Optional<ChangeStep> step = replica.toward(one.change);
    if (step.isPresent()) {
      eventOf(step.get()).ifPresent(events::add);
      PeerFrame.ChangeReply reply = reply(changeId, step.get());
      settle(one, reply.progress(), reply.sentence());
      return;
    }
    replica
        .primary()
        .ifPresent(primary ->
            peers.send(
                primary,
                PeerCodec.encode(
                    self, new PeerFrame.Change(replica.term(), changeId, one.change))));
  }

  private static void settle(Wanted one, PeerFrame.ChangeReply.Progress progress, String sentence) {
    switch (progress) {
      case DONE -> one.result.complete(new ChangeResult.Done());
      case REFUSED -> one.result.complete(new ChangeResult.Refused(sentence));
      case LATER -> one.why = sentence;
    }
  }

  // ---- the primary's side

  /// Another server asks. One that is not primary says nothing: it is asked in vain.
  Optional<Event> onChange(ServerId from, PeerFrame.Change asked) {
    Optional<ChangeStep> step = replica.toward(asked.change());
    step.ifPresent(next -> peers.send(from, PeerCodec.encode(self, reply(asked.changeId(), next))));
    return step.flatMap(this::eventOf);
  }

  void onReply(PeerFrame.ChangeReply reply) {
    Wanted one = wanted.get(reply.changeId());
    if (one != null) {
      settle(one, reply.progress(), reply.sentence());
    }
  }

  private PeerFrame.ChangeReply reply(long changeId, ChangeStep step) {
    PeerFrame.ChangeReply.Progress progress =
        switch (step) {
          case ChangeStep.Done _ -> PeerFrame.ChangeReply.Progress.DONE;
          case ChangeStep.Refused _ -> PeerFrame.ChangeReply.Progress.REFUSED;
          case ChangeStep.Later _, ChangeStep.Propose _, ChangeStep.HandOver _ ->
              PeerFrame.ChangeReply.Progress.LATER;
        };
    String sentence =
        switch (step) {
          case ChangeStep.Done _ -> "";
          case ChangeStep.Refused(String why) -> why;
          case ChangeStep.Later(String why) -> why;
          case ChangeStep.Propose _ -> "the change waits for a majority";
          case ChangeStep.HandOver _ -> "the primary hands over first";
        };
    return new PeerFrame.ChangeReply(replica.term(), changeId, progress, sentence);
  }

  private Optional<Event> eventOf(ChangeStep step) {
    return switch (step) {
      case ChangeStep.Propose(Membership next) -> Optional.of(stating(next));
      case ChangeStep.HandOver(Optional<ServerId> target) ->
          Optional.of(new Event.TakeOverRequested(target));
      case ChangeStep.Done _, ChangeStep.Later _, ChangeStep.Refused _ -> Optional.empty();
    };
  }

  private Event stating(Membership next) {
    log.info("the members are to be {}", describe(next));
    long time = Math.max(chatTime.getAsLong(), System.currentTimeMillis());
    boolean outside = survives && next.voters().size() < next.members().size();
    return new Event.ChangeProposed(CommandCodec.members(time, next, outside));
  }

  private static String describe(Membership membership) {
    StringBuilder text = new StringBuilder();
    for (Member member : membership.members()) {
      text.append(text.isEmpty() ? "" : ", ").append(member.id());
      text.append(member.voter() ? "" : " (no vote yet)");
    }
    return text.toString();
  }

  /// Keys first: a voter without one does not count.
  private Optional<Event> ownChange() {
    if (replica.role() != Role.PRIMARY) {
      return Optional.empty();
    }
    return Founding.withMissingKeys(replica.membership(), keysShown)
        .filter(next -> replica.denialOf(next).isEmpty())
        .or(replica::ownChange)
        .map(this::stating);
  }

  // ---- links

  private void dial() {
    List<Member> members = reached();
    if (!dialled.equals(Optional.of(members))) {
      dialled = Optional.of(members);
      peers.dial(members);
    }
  }

  /// Whoever the list in force names; and, on a server that catches up and has an old list, whoever
  /// the primary has told of: it must be able to answer a primary that came later (thesis §4.1).
  private List<Member> reached() {
    List<Member> members = new ArrayList<>(replica.views().members());
    if (replica.role() != Role.PRIMARY) {
      Set<ServerId> known = members.stream().map(Member::id).collect(Collectors.toSet());
      told.get().stream().filter(member -> !known.contains(member.id())).forEach(members::add);
    }
    members.sort(Comparator.comparing(Member::id));
    return members;
  }

  /// Ends the links of those who have left, so that they dial anew and are told. Called once that
  /// they have left is published.
  void dropWhoLeft() {
    for (ServerId gone : replica.appliedMembership().retired()) {
      if (dropped.add(gone)) {
        keysShown.remove(gone);
        peers.drop(gone);
      }
    }
  }

  // ---- leaving

  /// `peer` knows for certain that this server is no member any more.
  void onRemovedBy(ServerId peer) {
    if (refusedBy.isEmpty()) {
      refusedNanos = System.nanoTime();
      log.warn("server {} says that this server was removed from the cluster", peer);
    }
    refusedBy.add(peer);
  }

  /// Not at the first word: until most of the others know, the change may need this server's disk
  /// to be committed by a next primary.
  private void leaveIfRefused(long now) {
    if (refusedBy.isEmpty()) {
      return;
    }
    List<ServerId> others =
        replica.membership().voters().stream().filter(id -> !id.equals(self)).toList();
    long told = others.stream().filter(refusedBy::contains).count();
    if (2 * told > others.size() || now - refusedNanos >= LEAVE_NANOS_MAX) {
      onRemoved.accept(
          "server %s was removed from the cluster, for good: its id is never given again. A new server begins with an empty data directory and an id never used before"
              .formatted(self));
    }
  }
}
