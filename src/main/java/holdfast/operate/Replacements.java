package holdfast.operate;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Replaces servers of this machine that stay dead, each by a fresh one at the same address under a
/// number never used before, so that as many vote as are wanted without anybody awake. For one
/// thread.
final class Replacements {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);

  /// Numbers tried for a new server: one may have been another's that has left.
  private static final int IDS_TRIED_MAX = 8;

  private final ServerConfig config;
  private final ReplacePolicy policy;
  private final Consumer<String> say;
  private final Map<ServerId, String> told = new HashMap<>();

  /// The servers of the file, those that were replaced by those that came.
  private final List<Member> members;

  /// A fresh server that the cluster knows, and that is to be started.
  ///
  /// @param replaced whose place it takes
  /// @param seed a server that takes it in
  record Successor(ServerId replaced, Member member, Member seed) {}

  Replacements(ServerConfig config, Duration after, Consumer<String> say) {
    this.config = config;
    this.policy = new ReplacePolicy(after, config.survivorTakeover().isPresent());
    this.say = say;
    this.members = new ArrayList<>(config.servers());
  }

  /// Looks at `kept` once. What is to be started.
  ///
  /// @param died whose process has ended by itself and is started again; those that the cluster
  ///   sees up again are removed
  /// @param gaveUp whose process has ended for good, even if the cluster still takes it for up
  List<Successor> look(List<ServerId> kept, Set<ServerId> died, Set<ServerId> gaveUp)
      throws InterruptedException {
    List<Successor> successors = new ArrayList<>();
    Optional<ClusterStatus.Answer> primary = ClusterStatus.ask(members, STATUS_MAX).primary();
    if (primary.isEmpty()) {
      policy.onNoPrimary();
      return successors;
    }
    OkPayload.Status view = primary.get().status();
    for (ServerId server : kept) {
      boolean ended = died.contains(server) || gaveUp.contains(server);
      switch (policy.onLook(server, ended, view, System.nanoTime())) {
        case ReplacePolicy.Decision.Wait() -> {
          if (isUp(server, view)) {
            died.remove(server);
          }
        }
        case ReplacePolicy.Decision.Refuse(String why) ->
            tell(server, "server %s stays dead and is not replaced: %s".formatted(server, why));
        case ReplacePolicy.Decision.Replace() ->
            replace(server, primary.get()).ifPresent(successors::add);
      }
    }
    return successors;
  }

  private static boolean isUp(ServerId server, OkPayload.Status view) {
    return view.servers().stream()
        .anyMatch(row -> row.up() && row.serverId().equals(server.toString()));
  }

  private Optional<Successor> replace(ServerId dead, ClusterStatus.Answer primary)
      throws InterruptedException {
    Optional<Member> place =
        members.stream().filter(member -> member.id().equals(dead)).findFirst();
    if (place.isEmpty()) {
      return Optional.empty();
    }
    int first = 1 + highest(primary.status());
    String why = "";
    for (int id = first; id < first + IDS_TRIED_MAX && id <= ServerId.MAX; id++) {
      Member old = place.get();
      Member fresh =
          new Member(
              new ServerId(id),
              old.host(),
              old.clientPort(),
              old.peerPort(),
              false,
              Optional.empty());
      try {
        MemberChange.Replace change = new MemberChange.Replace(dead, fresh);
        Member asked =
            AnyServer.ask(config, dead, header -> new ClientRequest.ReplaceServer(header, change));
        members.replaceAll(member -> member.id().equals(dead) ? fresh : member);
        return Optional.of(new Successor(dead, fresh, asked));
      } catch (AdminException | ConfigException | IOException e) {
        why = e.getMessage();
      }
    }
    policy.onFailed(dead);
    tell(dead, "server %s stays dead, and replacing it failed: %s".formatted(dead, why));
    return Optional.empty();
  }

  private int highest(OkPayload.Status view) {
    int highest = 0;
    for (Member member : config.servers()) {
      highest = Math.max(highest, member.id().value());
    }
    for (ServerStatus row : view.servers()) {
      highest = Math.max(highest, Integer.parseInt(row.serverId()));
    }
    return highest;
  }

  /// Once, not every time it is looked at.
  private void tell(ServerId server, String sentence) {
    if (!sentence.equals(told.put(server, sentence))) {
      say.accept(sentence);
    }
  }
}
