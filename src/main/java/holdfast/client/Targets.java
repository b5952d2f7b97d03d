package holdfast.client;

import holdfast.wire.ServerAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The addresses a client may try: those it was given, always, and the cluster's members as last
/// heard. Owned by the client's loop.
final class Targets {
  /// Addresses kept at most; of a larger cluster the first ones.
  static final int TARGETS_MAX = 256;

  /// Attempts under way at one time, at most.
  static final int ATTEMPTS_MAX = 16;

  private final Map<HostPort, Target> targets = new LinkedHashMap<>();
  private final List<HostPort> given;
  private final Timing timing;
  private final Random random;

  Targets(List<HostPort> given, Timing timing, Random random, long now) {
    this.given = given;
    this.timing = timing;
    this.random = random;
    given.forEach(address -> targets.put(address, new Target(address, now)));
  }

  Collection<HostPort> addresses() {
    return List.copyOf(targets.keySet());
  }

  /// Takes the cluster's members in place of those heard before.
  void learn(List<ServerAddress> members, long now) {
    if (members.isEmpty()) {
      return;
    }
    List<HostPort> known =
        members.stream().map(member -> new HostPort(member.host(), member.clientPort())).toList();
    targets
        .values()
        .removeIf(target ->
            !target.attempting()
                && !given.contains(target.address())
                && !known.contains(target.address()));
    for (HostPort address : known) {
      if (targets.size() < TARGETS_MAX) {
        targets.computeIfAbsent(address, unknown -> new Target(unknown, now));
      }
    }
  }

  /// Spreads the first attempts of a search: in random order, one after the other.
  void spread(long now) {
    List<Target> order = new ArrayList<>(targets.values());
    Collections.shuffle(order, random);
    long step = timing.stagger().toNanos();
    for (int rank = 0; rank < order.size(); rank++) {
      long offset = rank == 0 ? 0 : (rank - 1) * step + (long) (step * (1 + random.nextDouble()));
      order.get(rank).notBefore(now + offset);
    }
  }

  /// Those whose time has come, as many as may be tried at once.
  List<Target> due(long now) {
    long room = ATTEMPTS_MAX - targets.values().stream().filter(Target::attempting).count();
    return targets.values().stream()
        .filter(target -> !target.attempting() && now - target.nextAttemptAt() >= 0)
        .limit(Math.max(0, room))
        .toList();
  }

  /// Nanoseconds until an attempt is due, at least 0; `otherwise` if none is waiting.
  long untilDue(long now, long otherwise) {
    long soonest = otherwise;
    int attempting = 0;
    for (Target target : targets.values()) {
      if (target.attempting()) {
        attempting++;
      } else {
        soonest = Math.min(soonest, Math.max(0, target.nextAttemptAt() - now));
      }
    }
    return attempting >= ATTEMPTS_MAX ? otherwise : soonest;
  }

  void failed(Target target, long now) {
    target.failed(now, timing, random.nextDouble());
  }
}
