package holdfast.server;

import holdfast.replication.ServerId;

/// The links to the other servers, for sending. For any thread.
interface Peers {
  /// Queues a frame on the link that this server dialled, for the next `flush`. False: no link, or
  /// its queue is full (which closes it).
  boolean send(ServerId to, byte[] frame);

  /// Sends what is queued. Never blocks.
  void flush();
}
