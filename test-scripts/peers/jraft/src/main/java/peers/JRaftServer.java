package peers;

import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcServer;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One SOFAJRaft peer: a state machine that keeps the messages in memory over the default RocksDB
/// log.
public final class JRaftServer {

  static final int PORT = 30140;
  static final String PEERS = "127.0.0.1:30140,127.0.0.1:30141,127.0.0.1:30142";

  static final int WRITE = 0;
  static final int LEADER = 1;
  static final int READ = 2;

  static final class Request implements Serializable {
    private static final long serialVersionUID = 1;
    int op;
    long from;
    String value;
  }

  static final class Reply implements Serializable {
    private static final long serialVersionUID = 1;
    boolean ok;
    String redirect;
    String error;
    long[] ids;
  }

  private static final List<String> MESSAGES = new ArrayList<>();

  /// args: index, data directory.
  public static void main(String[] args) throws Exception {
    PeerId self = PeerId.parsePeer("127.0.0.1:" + (PORT + Integer.parseInt(args[0])));
    Path dir = Files.createDirectories(Path.of(args[1]));
    NodeOptions o = new NodeOptions();
    o.setFsm(new Chat());
    o.setLogUri(dir.resolve("log").toString());
    o.setRaftMetaUri(dir.resolve("meta").toString());
    o.setSnapshotUri(dir.resolve("snapshot").toString());
    Configuration conf = new Configuration();
    conf.parse(PEERS);
    o.setInitialConf(conf);
    RpcServer rpc = RaftRpcServerFactory.createRaftRpcServer(self.getEndpoint());
    Handler handler = new Handler();
    rpc.registerProcessor(handler);
    handler.node = new RaftGroupService("chat", self, o, rpc).start();
  }

  private static final class Chat extends StateMachineAdapter {
    @Override
    public void onApply(Iterator it) {
      while (it.hasNext()) {
        ByteBuffer data = it.getData();
        String s = StandardCharsets.UTF_8.decode(data.duplicate()).toString();
        synchronized (MESSAGES) {
          MESSAGES.add(s);
        }
        if (it.done() != null) {
          it.done().run(Status.OK());
        }
        it.next();
      }
    }
  }

  private static final class Handler implements RpcProcessor<Request> {
    volatile Node node;

    @Override
    public void handleRequest(RpcContext ctx, Request q) {
      Reply r = new Reply();
      Node n = node;
      if (n == null || !n.isLeader()) {
        PeerId l = n == null ? null : n.getLeaderId();
        r.redirect = l == null ? null : l.getEndpoint().toString();
        ctx.sendResponse(r);
        return;
      }
      switch (q.op) {
        case LEADER -> {
          r.ok = true;
          ctx.sendResponse(r);
        }
        case READ -> {
          synchronized (MESSAGES) {
            r.ids = MESSAGES.stream().mapToLong(Payload::id).filter(i -> i >= q.from).toArray();
          }
          r.ok = true;
          ctx.sendResponse(r);
        }
        default ->
            n.apply(
                new Task(
                    ByteBuffer.wrap(q.value.getBytes(StandardCharsets.UTF_8)),
                    st -> {
                      r.ok = st.isOk();
                      r.error = st.isOk() ? null : st.toString();
                      ctx.sendResponse(r);
                    }));
      }
    }

    @Override
    public String interest() {
      return Request.class.getName();
    }
  }
}
