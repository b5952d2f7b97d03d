package holdfast.bench;

import holdfast.operate.LineSocket;
import holdfast.replication.Member;
import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The accounts a load runs between. They have the same names and password in every run, so that
/// servers that run on keep only one set of them.
final class Accounts {
  static final String PASSWORD = "measure twice, cut once";

  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final Duration REPLY_MAX = Duration.ofSeconds(10);
  private static final Duration BACKOFF = Duration.ofMillis(20);
  private static final int TRIES_MAX = 1_000;

  private Accounts() {}

  /// Names that begin with `bench-`, a kind, and a number.
  static List<String> names(String kind, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add("bench-" + kind + "-" + i);
    }
    return names;
  }

  /// Makes those that do not exist yet. Hashing passwords is most of the work, so every server gets
  /// its share.
  static void make(List<String> names, List<Member> servers)
      throws IOException, BenchException, InterruptedException {
    List<Future<Optional<String>>> shares = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int s = 0; s < servers.size(); s++) {
        List<String> share = new ArrayList<>();
        for (int i = s; i < names.size(); i += servers.size()) {
          share.add(names.get(i));
        }
        Member server = servers.get(s);
        shares.add(threads.submit(() -> makeShare(share, server)));
      }
      for (Future<Optional<String>> share : shares) {
        Optional<String> refusal = share.get();
        if (refusal.isPresent()) {
          throw new BenchException("accounts for the load: " + refusal.get());
        }
      }
    } catch (ExecutionException e) {
      throw new IOException("accounts for the load: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /// Why a name could not be had, if so.
  private static Optional<String> makeShare(List<String> names, Member server)
      throws IOException, FrameException, InterruptedException {
    try (LineSocket socket = LineSocket.open(server.host(), server.clientPort(), CONNECT_MAX)) {
      for (String name : names) {
        Optional<String> refusal = make(name, socket);
        if (refusal.isPresent()) {
          return refusal;
        }
      }
      return Optional.empty();
    }
  }

  private static Optional<String> make(String name, LineSocket socket)
      throws IOException, FrameException, InterruptedException {
    RequestHeader header =
        new RequestHeader(
            Optional.of("1"),
            Optional.of("register-" + name),
            Optional.empty(),
            Ack.MAJORITY,
            ReadLevel.LOCAL);
    byte[] request = ClientCodec.request(new ClientRequest.Register(header, name, PASSWORD));
    String refusal = "no server took it";
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      socket.send(request);
      switch (ClientCodec.parseServer(socket.receive(REPLY_MAX))) {
        case ServerFrame.Ok _ -> {
          return Optional.empty();
        }
        case ServerFrame.Error error -> {
          refusal = name + ": " + error.name() + ": " + error.message();
          if (error.code().equals(Optional.of(ErrorCode.USERNAME_TAKEN))) {
            // Of an earlier run, unless the password says otherwise at LOGIN.
            return Optional.empty();
          }
          if (!error.retry()) {
            return Optional.of(refusal);
          }
        }
        case ServerFrame.Pushed _, ServerFrame.Unknown _ -> {}
      }
      Thread.sleep(BACKOFF);
    }
    return Optional.of(refusal);
  }
}
