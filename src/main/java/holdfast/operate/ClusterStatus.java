package holdfast.operate;

import holdfast.replication.Member;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import holdfast.wire.ServerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What the servers that answered say about the cluster, each in its own view.
///
/// @param answers in the order of the members asked
public record ClusterStatus(List<Answer> answers) {
  /// One server's STATUS.
  ///
  /// @param json its payload as it came
  public record Answer(Member member, OkPayload.Status status, String json) {
    /// The server's row about itself, if it lists itself.
    public Optional<ServerStatus> own() {
      return row(member);
    }

    /// Its row about another server.
    public Optional<ServerStatus> row(Member about) {
      String id = about.id().toString();
      return status.servers().stream().filter(row -> row.serverId().equals(id)).findFirst();
    }

    /// Whether this server says of itself that it is primary.
    public boolean isPrimary() {
      return status.primary().equals(Optional.of(member.id().toString()))
          && own().map(row -> row.role().equals("PRIMARY")).orElse(false);
    }
  }

  public ClusterStatus {
    answers = List.copyOf(answers);
  }

  /// Asks all at once; those that do not answer within `timeout` are missing from the result.
  public static ClusterStatus ask(List<Member> members, Duration timeout)
      throws InterruptedException {
    List<Callable<Optional<Answer>>> questions = new ArrayList<>();
    for (Member member : members) {
      questions.add(() -> ask(member, timeout));
    }
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<Answer>> answer : threads.invokeAll(questions)) {
        answer.get().ifPresent(answers::add);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking for STATUS", e.getCause());
    }
    return new ClusterStatus(answers);
  }

  private static Optional<Answer> ask(Member member, Duration timeout) {
    try (LineSocket socket = LineSocket.open(member.host(), member.clientPort(), timeout)) {
      socket.send(ClientCodec.request(new ClientRequest.Status(RequestHeader.PLAIN)));
      if (ClientCodec.parseServer(socket.receive(timeout)) instanceof ServerFrame.Ok ok) {
        return Optional.of(
            new Answer(
                member,
                ClientCodec.payload(OkPayload.Status.class, ok.payload()),
                ok.payload().toString()));
      }
      return Optional.empty();
    } catch (IOException | FrameException e) {
      // Not there, or not a Holdfast server: either way it is not up.
      return Optional.empty();
    }
  }

  /// The server that says it is primary; of several (an old one may not know yet) the one in the
  /// highest term.
  public Optional<Answer> primary() {
    return answers.stream()
        .filter(Answer::isPrimary)
        .max(Comparator.comparingLong(answer -> answer.status().term()));
  }

  /// The view to believe: the primary's, else that of the server in the highest term.
  public Optional<Answer> view() {
    return primary()
        .or(() -> answers.stream().max(Comparator.comparingLong(answer -> answer.status().term())));
  }

  /// A server's own answer.
  public Optional<Answer> of(Member member) {
    return answers.stream().filter(a -> a.member().id().equals(member.id())).findFirst();
  }
}
