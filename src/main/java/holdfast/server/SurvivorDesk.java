package holdfast.server;

import holdfast.replication.Event;
import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.wire.CommandCodec;
import holdfast.wire.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last survivor, on the replica thread: has this server go on alone when the core says that it
/// may lose nothing by it, or when an operator wants it, and says in words what is at stake.
final class SurvivorDesk {
  /// An operator is told after so long that the server does not go on.
  static final long FORCED_NANOS_MAX = 3_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(SurvivorDesk.class);

  private final ServerId self;
  private final Replica replica;
  private final Optional<Duration> takeover;
  private final LongSupplier chatTime;
  private Optional<Forced> forced = Optional.empty();

  private record Forced(CompletableFuture<ChangeResult> result, long deadlineNanos) {}

  /// @param takeover as `survivor.takeover`; empty: this server never goes on alone
  /// @param chatTime the time of the last command applied
  SurvivorDesk(ServerId self, Replica replica, Optional<Duration> takeover, LongSupplier chatTime) {
    this.self = self;
    this.replica = replica;
    this.takeover = takeover;
    this.chatTime = chatTime;
  }

  /// What the core is to hear now.
  Optional<Event> onTime(long now) {
    settle(now);
    if (takeover.isEmpty() || replica.role() == Role.PRIMARY) {
      return Optional.empty();
    }
    boolean isForced = forced.isPresent();
    Optional<Membership> list = isForced ? replica.foundableByForce() : replica.foundable();
    return list.map(next -> founding(next, isForced));
  }

  private Event founding(Membership list, boolean isForced) {
    if (isForced) {
      log.warn("an operator has server {} go on alone, with what it has", self);
    } else {
      log.warn(
          "server {} has heard nothing of the other voter for {}: it goes on alone, and has all"
              + " that was acknowledged",
          self,
          takeover.map(SurvivorDesk::text).orElse(""));
    }
    long time = Math.max(chatTime.getAsLong(), System.currentTimeMillis());
    return new Event.TimelineFounded(CommandCodec.members(time, list, true), isForced);
  }

  // ---- an operator's word

  /// An operator wants this server to go on alone; `result` is completed on this thread.
  void survive(CompletableFuture<ChangeResult> result) {
    Optional<String> refusal = refusal();
    if (goesOnAlone()) {
      result.complete(new ChangeResult.Done());
    } else if (refusal.isPresent()) {
      result.complete(new ChangeResult.Refused(refusal.get()));
    } else {
      forced = Optional.of(new Forced(result, System.nanoTime() + FORCED_NANOS_MAX));
    }
  }

  private Optional<String> refusal() {
    if (takeover.isEmpty()) {
      return Optional.of(
          "survivor.takeover is off at server %s: with it off, `recover` begins a new cluster from what is left"
              .formatted(self));
    }
    if (forced.isPresent()) {
      return Optional.of("somebody else wants the same, and waits for it");
    }
    if (replica.solo()) {
      return Optional.empty();
    }
    return served()
        .or(() ->
            replica.foundableByForce().isEmpty()
                ? Optional.of("server %s has not taken part in its cluster yet".formatted(self))
                : Optional.empty());
  }

  /// Whether that is on its disk, too: a full one may take it later, or never.
  private boolean goesOnAlone() {
    return replica.solo() && replica.committedInOwnTerm();
  }

  /// Who is primary, so that this server need not, and must not, go on alone.
  private Optional<String> served() {
    return replica
        .superseded()
        .map("server %s is primary in a later timeline, and takes this server in"::formatted)
        .or(() ->
            replica.primary().map("server %s is primary: nobody has to go on alone"::formatted));
  }

  private void settle(long now) {
    forced
        .flatMap(wish -> resultOf(wish, now))
        .ifPresent(result -> {
          forced.orElseThrow().result().complete(result);
          forced = Optional.empty();
        });
  }

  private Optional<ChangeResult> resultOf(Forced wish, long now) {
    if (goesOnAlone()) {
      return Optional.of(new ChangeResult.Done());
    }
    boolean late = now - wish.deadlineNanos() >= 0;
    if (replica.solo()) {
      return late
          ? Optional.of(
              new ChangeResult.Unknown(
                  "server %s goes on alone as soon as its disk takes that; see its log"
                      .formatted(self)))
          : Optional.empty();
    }
    return served()
        .or(() ->
            late
                ? Optional.of("server %s cannot go on alone; see its log".formatted(self))
                : Optional.empty())
        .<ChangeResult>map(ChangeResult.Refused::new);
  }

  // ---- in words

  /// What writers are told while the log may not grow, since those without a vote may need it.
  RequestRefused logFull() {
    List<ServerId> absent = absent();
    String who =
        switch (absent.size()) {
          case 0 -> "a member has no vote: it must catch up first";
          case 1 -> "%s has no vote: it must come back, or be removed".formatted(names(absent));
          default -> "%s have no vote: they must come back, or be removed".formatted(names(absent));
        };
    return new RequestRefused(
        ErrorCode.DISK_FULL,
        "not done: the log has reached log.keep and nothing of it may go while " + who);
  }

  /// As primary: what is at stake, and what would end it.
  List<String> warnings(boolean logIsFull) {
    List<String> warnings = new ArrayList<>();
    if (takeover.isEmpty() || replica.role() != Role.PRIMARY) {
      return warnings;
    }
    List<ServerId> absent = absent();
    if (logIsFull) {
      warnings.add(logFull().getMessage());
    }
    if (replica.solo()) {
      warnings.add(
          "server %s goes on alone: what is acknowledged now is on its disk only, and lost with it; %s"
              .formatted(self, company(absent)));
    } else if (!absent.isEmpty() && replica.membership().voters().size() == 2) {
      warnings.add(
          "%s no vote while %s away; if one of %s fails, too, the other goes on alone after %s"
              .formatted(
                  names(absent) + (absent.size() == 1 ? " has" : " have"),
                  absent.size() == 1 ? "it is" : "they are",
                  names(replica.membership().voters()),
                  takeover.map(SurvivorDesk::text).orElse("")));
    }
    return warnings;
  }

  /// What ends that this server is alone.
  private String company(List<ServerId> absent) {
    if (absent.isEmpty()) {
      List<ServerId> others = withoutVote();
      return others.isEmpty()
          ? "add another server"
          : names(others) + (others.size() == 1 ? " has" : " have") + " to catch up first";
    }
    return absent.size() == 1
        ? "bring back %s with its disk, or remove it and add a new one".formatted(names(absent))
        : "bring back %s with their disks, or remove them and add new ones"
            .formatted(names(absent));
  }

  private List<ServerId> withoutVote() {
    return replica.membership().members().stream()
        .filter(member -> !member.voter())
        .map(Member::id)
        .toList();
  }

  /// Those who are members, have no vote and are not heard of.
  private List<ServerId> absent() {
    return withoutVote().stream().filter(id -> !replica.isUp(id)).toList();
  }

  /// Sentences behind the one why there is no primary, for somebody who has only this server left.
  Optional<String> hope() {
    if (takeover.isEmpty()) {
      return Optional.empty();
    }
    if (replica.foundableOnceSilent()) {
      List<ServerId> others =
          replica.membership().voters().stream().filter(voter -> !voter.equals(self)).toList();
      return Optional.of(
          "server %s goes on alone once it has heard nothing of %s for %s"
              .formatted(self, names(others), takeover.map(SurvivorDesk::text).orElse("")));
    }
    return replica
        .foundableByForce()
        .map(list ->
            "if they cannot be started, `admin survive %s` has server %s go on with what it has"
                .formatted(self, self));
  }

  /// Of one or more.
  private static String names(List<ServerId> servers) {
    return (servers.size() == 1 ? "server " : "servers ")
        + servers.stream().map(ServerId::toString).collect(Collectors.joining(" and "));
  }

  private static String text(Duration duration) {
    return Values.durationText(duration.toMillis());
  }
}
