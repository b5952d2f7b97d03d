package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators want of the members: looked at, asked of the primary, and what became of it as a
/// reply. Safe for any thread; blocks the calling (virtual) thread.
final class MemberRequests {
  /// A server that stops in between may never say what became of a change.
  static final Duration ANSWER_MAX = Duration.ofSeconds(12);

  private static final Logger log = LoggerFactory.getLogger(MemberRequests.class);

  private final Function<MemberChange, CompletableFuture<ChangeResult>> asking;
  private final boolean hasSecret;

  /// @param asking has the cluster make a change, whoever is primary
  /// @param hasSecret without one, servers are on loopback only
  MemberRequests(
      Function<MemberChange, CompletableFuture<ChangeResult>> asking, boolean hasSecret) {
    this.asking = asking;
    this.hasSecret = hasSecret;
  }

  /// OK once the log states the change for good.
  OkPayload answer(MemberChange change) throws RequestRefused, InterruptedException {
    switch (change) {
      case MemberChange.Add(Member member) -> checkAddress(member);
      case MemberChange.Replace(_, Member successor) -> checkAddress(successor);
      case MemberChange.Move(ServerId id, String host, int clientPort, int peerPort) ->
          checkAddress(id, host, clientPort, peerPort);
      case MemberChange.Remove _, MemberChange.Transfer _ -> {}
    }
    log.info("an operator wants a change of the members: {}", change);
    require(asking.apply(change));
    return new OkPayload.Empty();
  }

  /// Waits until it is done.
  ///
  /// @throws RequestRefused it is not, or not known to be
  static void require(CompletableFuture<ChangeResult> result)
      throws RequestRefused, InterruptedException {
    switch (await(result)) {
      case ChangeResult.Done _ -> {}
      case ChangeResult.Refused(String sentence) ->
          throw new RequestRefused(ErrorCode.BAD_REQUEST, sentence);
      case ChangeResult.Unknown(String sentence) ->
          throw new RequestRefused(ErrorCode.TIMEOUT, sentence);
    }
  }

  private static ChangeResult await(CompletableFuture<ChangeResult> result)
      throws InterruptedException {
    try {
      return result.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new ChangeResult.Unknown("not known to be done, and it may be yet");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a change of the members failed", e.getCause());
    }
  }

  private void checkAddress(Member member) throws RequestRefused {
    checkAddress(member.id(), member.host(), member.clientPort(), member.peerPort());
  }

  /// What stands in the log is dialled by all for as long as it stands there.
  private void checkAddress(ServerId id, String host, int clientPort, int peerPort)
      throws RequestRefused {
    String address = "%s:%d:%d".formatted(bracketed(host), clientPort, peerPort);
    try {
      MemberReader.newcomer(new Given("server " + id, address, "not done"), id, hasSecret);
    } catch (ConfigException e) {
      throw new RequestRefused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
