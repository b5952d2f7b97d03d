package peers;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/// One Ratis peer: a state machine that keeps the messages in memory over the default durable log.
public final class RatisServer {

  static final int PORT = 30150;
  static final RaftGroup GROUP =
      RaftGroup.valueOf(
          RaftGroupId.valueOf(UUID.fromString("02511d47-d67c-49a3-9011-abb3109a44c1")), peers());

  private static List<RaftPeer> peers() {
    List<RaftPeer> l = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      l.add(RaftPeer.newBuilder().setId("n" + i).setAddress("127.0.0.1:" + (PORT + i)).build());
    }
    return l;
  }

  /// args: index, data directory.
  public static void main(String[] args) throws Exception {
    int i = Integer.parseInt(args[0]);
    File dir = new File(args[1]);
    RaftProperties p = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(p, List.of(dir));
    GrpcConfigKeys.Server.setPort(p, PORT + i);
    RaftPeer self = peers().get(i);
    RaftServer.newBuilder()
        .setGroup(GROUP)
        .setProperties(p)
        .setServerId(self.getId())
        .setOption(
            dir.exists() ? RaftStorage.StartupOption.RECOVER : RaftStorage.StartupOption.FORMAT)
        .setStateMachine(new Chat())
        .build()
        .start();
  }

  static final class Chat extends BaseStateMachine {
    private final List<String> messages = new ArrayList<>();

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext trx) {
      LogEntryProto e = trx.getLogEntry();
      String s = e.getStateMachineLogEntry().getLogData().toString(StandardCharsets.UTF_8);
      synchronized (messages) {
        messages.add(s);
      }
      updateLastAppliedTermIndex(e.getTerm(), e.getIndex());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
      long from = Long.parseLong(request.getContent().toString(StandardCharsets.UTF_8));
      synchronized (messages) {
        return CompletableFuture.completedFuture(
            Message.valueOf(
                messages.stream()
                    .map(Payload::id)
                    .filter(id -> id >= from)
                    .map(String::valueOf)
                    .collect(Collectors.joining(","))));
      }
    }
  }
}
