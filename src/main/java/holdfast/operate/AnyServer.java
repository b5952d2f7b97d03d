package holdfast.operate;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// A request about the members, made of one server after the other until one answers. Each says
/// what is to be, so that asking again after a connection broke does no harm.
public final class AnyServer {
  private static final Duration STATUS_MAX = Duration.ofSeconds(1);

  /// Longer than a server waits for the outcome.
  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);

  /// This server cannot, another may.
  private static final Set<String> ASK_ANOTHER =
      Set.of(ErrorCode.SHUTTING_DOWN.name(), ErrorCode.BUSY.name());

  private AnyServer() {}

  /// Has it done, and returns who was asked: server `subject` last, since it may be about to end.
  ///
  /// @throws AdminException it was refused, or its outcome is not known (TIMEOUT)
  /// @throws IOException no server answered
  public static Member ask(
      ServerConfig config, ServerId subject, Function<RequestHeader, ClientRequest> request)
      throws AdminException, ConfigException, IOException, InterruptedException {
    IOException failure =
        new IOException(
            "no server answers: none of them runs, or this machine" + " does not reach them");
    for (Member member : inTurn(config, subject)) {
      try (AdminLink link = AdminLink.open(config, member)) {
        link.ask(request, OkPayload.Empty.class, ANSWER_MAX);
        return member;
      } catch (AdminException e) {
        if (!ASK_ANOTHER.contains(e.code())) {
          throw e;
        }
        failure = new IOException(sentence(member, e), e);
      } catch (IOException e) {
        failure = new IOException(sentence(member, e), e);
      }
    }
    throw failure;
  }

  private static String sentence(Member member, Exception cause) {
    return "not known to be done: server %s: %s".formatted(member.id(), cause.getMessage());
  }

  /// Those that answer: the primary first, as it surely is in touch with the cluster.
  private static List<Member> inTurn(ServerConfig config, ServerId subject)
      throws InterruptedException {
    ClusterStatus status = ClusterStatus.ask(config.servers(), STATUS_MAX);
    List<Member> members = new ArrayList<>();
    status.primary().ifPresent(primary -> members.add(primary.member()));
    for (ClusterStatus.Answer answer : status.answers()) {
      if (!members.contains(answer.member())) {
        members.add(answer.member());
      }
    }
    members.sort(Comparator.comparing(member -> member.id().equals(subject)));
    return members;
  }
}
