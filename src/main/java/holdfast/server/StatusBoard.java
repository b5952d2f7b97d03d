package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.Membership;
import holdfast.replication.PeerMessage;
import holdfast.replication.Replica;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import holdfast.wire.PeerFrame;
import holdfast.wire.ServerStatus;
import holdfast.wire.Vitals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The table of STATUS as this server sees it: as primary from the backups' heartbeat acks, as
/// backup from what the primary last told. Owned by the replica thread.
final class StatusBoard {
  private final ServerId self;
  private final String version;
  private final Map<ServerId, Heard> heard = new HashMap<>();
  private final Set<ServerId> linked = new TreeSet<>();
  private Map<String, ServerStatus> told = Map.of();

  private record Heard(PeerMessage.HeartbeatAck ack, PeerFrame.Report report) {}

  /// This server's own figures.
  ///
  /// @param lagMs how long ago it last had everything; 0: up to date
  record Own(
      long lastIndex,
      long commitIndex,
      long appliedIndex,
      long lagMs,
      int clients,
      Vitals vitals) {}

  StatusBoard(ServerId self, String version) {
    this.self = self;
    this.version = version;
  }

  void onAck(ServerId from, PeerMessage.HeartbeatAck ack, PeerFrame.Report report) {
    heard.put(from, new Heard(ack, report));
  }

  void onTold(List<ServerStatus> servers) {
    told = servers.stream().collect(Collectors.toMap(ServerStatus::serverId, s -> s, (a, b) -> b));
  }

  /// The members as the primary last told of them, without keys.
  List<Member> toldMembers() {
    return told.values().stream()
        .map(row ->
            new Member(
                new ServerId(Integer.parseInt(row.serverId())),
                row.host(),
                row.clientPort(),
                row.peerPort(),
                row.voter(),
                Optional.empty()))
        .toList();
  }

  void linkUp(ServerId peer) {
    linked.add(peer);
  }

  boolean isLinked(ServerId peer) {
    return linked.contains(peer);
  }

  void linkDown(ServerId peer) {
    linked.remove(peer);
  }

  /// The rows for every member, in the order of their ids.
  List<ServerStatus> rows(Replica replica, Own own) {
    List<ServerStatus> rows = new ArrayList<>();
    for (Member member : replica.membership().members()) {
      if (member.id().equals(self)) {
        rows.add(ownRow(member, replica, own));
      } else if (replica.role() == Role.PRIMARY) {
        rows.add(backupRow(member, replica, own));
      } else {
        rows.add(toldRow(member, replica));
      }
    }
    return rows;
  }

  private ServerStatus ownRow(Member member, Replica replica, Own own) {
    return row(
        member,
        replica.role().name(),
        replica.term(),
        true,
        own.lastIndex(),
        own.commitIndex(),
        own.appliedIndex(),
        own.lagMs(),
        own.clients(),
        version,
        Optional.of(own.vitals()));
  }

  private ServerStatus backupRow(Member member, Replica replica, Own own) {
    boolean up = replica.isUp(member.id());
    Heard last = heard.get(member.id());
    if (last == null) {
      return row(member, Role.BACKUP.name(), 0, up, 0, 0, 0, 0, 0, "", Optional.empty());
    }
    return row(
        member,
        Role.BACKUP.name(),
        last.ack().term(),
        up,
        last.ack().lastIndex(),
        Math.min(own.commitIndex(), last.ack().lastIndex()),
        last.ack().appliedIndex(),
        last.report().lagMs(),
        last.report().clients(),
        last.report().version(),
        last.report().vitals());
  }

  /// Without a primary to tell, the last values known, and not up.
  private ServerStatus toldRow(Member member, Replica replica) {
    ServerStatus last = told.get(member.id().toString());
    if (last == null) {
      return row(member, Role.BACKUP.name(), 0, false, 0, 0, 0, 0, 0, "", Optional.empty());
    }
    boolean primaryKnown = replica.primary().isPresent();
    boolean isPrimary = replica.primary().equals(Optional.of(member.id()));
    return row(
        member,
        isPrimary ? Role.PRIMARY.name() : Role.BACKUP.name(),
        last.term(),
        primaryKnown && (isPrimary || last.up()),
        last.lastIndex(),
        last.commitIndex(),
        last.appliedIndex(),
        last.lagMs(),
        last.clients(),
        last.version(),
        last.vitals());
  }

  private static ServerStatus row(
      Member member,
      String role,
      long term,
      boolean up,
      long lastIndex,
      long commitIndex,
      long appliedIndex,
      long lagMs,
      int clients,
      String version,
      Optional<Vitals> vitals) {
    return new ServerStatus(
        member.id().toString(),
        member.host(),
        member.clientPort(),
        member.peerPort(),
        role,
        term,
        up,
        lastIndex,
        commitIndex,
        appliedIndex,
        member.voter(),
        lagMs,
        clients,
        version,
        vitals);
  }

  /// How many more voters may fail now: voters up − quorum, not below 0; one more where the last of
  /// two goes on alone, but none while one of them may not know the list; 0 without a primary.
  ///
  /// @param survives as `survivor.takeover`
  static int failuresTolerated(Replica replica, List<ServerStatus> rows, boolean survives) {
    if (replica.role() == Role.PRIMARY) {
      return replica.failuresTolerated();
    }
    if (replica.primary().isEmpty()) {
      return 0;
    }
    Membership list = replica.membership();
    List<ServerStatus> up = rows.stream().filter(row -> row.voter() && row.up()).toList();
    if (survives && up.stream().anyMatch(row -> row.appliedIndex() < list.index())) {
      return 0;
    }
    boolean pair = survives && list.voters().size() == 2 && up.size() == 2;
    return Math.max(0, up.size() - list.quorum()) + (pair ? 1 : 0);
  }

  /// Sentences about writes of earlier timelines, of all servers that this one, as primary, hears.
  ///
  /// @param own of this server itself
  List<String> rescues(Replica replica, PeerFrame.Rescue own) {
    List<String> sentences = new ArrayList<>();
    addRescue(sentences, self, own);
    if (replica.role() == Role.PRIMARY) {
      for (Member member : replica.membership().members()) {
        Heard last = heard.get(member.id());
        if (last != null && replica.isUp(member.id())) {
          last.report().rescue().ifPresent(rescue -> addRescue(sentences, member.id(), rescue));
        }
      }
    }
    return sentences;
  }

  private static void addRescue(List<String> sentences, ServerId server, PeerFrame.Rescue rescue) {
    if (rescue.waiting() > 0) {
      sentences.add(
          "%d writes that server %s took while the cluster was split are being logged again"
              .formatted(rescue.waiting(), server));
    }
    if (rescue.unreplayable() > 0) {
      sentences.add(
          "%d writes that server %s took while the cluster was split could not be logged again: `admin unreplayable %s` lists them"
              .formatted(rescue.unreplayable(), server, server));
    }
  }

  /// One sentence about why there is no primary, and what would cure it.
  Optional<String> why(Replica replica) {
    if (replica.primary().isPresent()) {
      return Optional.empty();
    }
    if (replica.superseded().isPresent()) {
      return Optional.of(
          "no primary: server %s is primary in a later timeline, and server %s is being taken in there"
              .formatted(replica.superseded().get(), self));
    }
    Membership membership = replica.membership();
    List<String> missing = new ArrayList<>();
    int reachable = 0;
    for (ServerId voter : membership.voters()) {
      if (voter.equals(self) || linked.contains(voter)) {
        reachable++;
      } else {
        missing.add(voter.toString());
      }
    }
    if (reachable < membership.quorum()) {
      return Optional.of(
          "no primary: server %s reaches %d of %d voters and an election needs %d; start %d more of"
                  .formatted(
                      self,
                      reachable,
                      membership.voters().size(),
                      membership.quorum(),
                      membership.quorum() - reachable)
              + " the servers "
              + String.join(", ", missing)
              + " or mend the network to them");
    }
    return Optional.of(
        "no primary: an election is under way among %d reachable voters (quorum %d)"
            .formatted(reachable, membership.quorum()));
  }
}
