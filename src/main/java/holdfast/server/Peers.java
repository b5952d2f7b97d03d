package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.util.List;

/// The links to the other servers, for sending. For any thread.
interface Peers {
  /// Queues a frame on the link that this server dialled, for the next `flush`. False: no link, or
  /// its queue is full (which closes it).
  boolean send(ServerId to, byte[] frame);

  /// Sends what is queued. Never blocks.
  void flush();

  /// Links this server with exactly these from now on.
  void dial(List<Member> members);

  /// Ends the link that `peer` dialled. On the replica thread.
  void drop(ServerId peer);
}
