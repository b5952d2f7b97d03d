package holdfast.server;

import holdfast.chat.ConversationId;
import holdfast.replication.ServerId;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import holdfast.wire.PeerCodec;
import holdfast.wire.PeerFrame;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Tells the others in a conversation that somebody is typing: at once, to whoever is connected,
/// here and through the other servers, and never stored. What is too much is left out without a
/// word. Owned by the replica thread.
final class Typings {
  /// Of one connection in one conversation, others are told this often; in another one, four times
  /// as often.
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int CONVERSATIONS_PER_INTERVAL = 4;

  /// Frames told to the other servers a second.
  private static final int FRAMES_PER_SECOND_MAX = 256;

  private final ServerId self;
  private final Deliveries deliveries;
  private final Peers peers;
  private final Collection<ServerId> linked;
  private long secondBegan = System.nanoTime();
  private int framesInSecond;

  /// @param linked the servers that there is a link to, as they come and go
  Typings(ServerId self, Deliveries deliveries, Peers peers, Collection<ServerId> linked) {
    this.self = self;
    this.deliveries = deliveries;
    this.peers = peers;
    this.linked = linked;
  }

  /// When a connection last told others that it is typing, and where.
  record Told(ConversationId conversation, long nanos) {
    private boolean allows(ConversationId next, long now) {
      long wait =
          next.equals(conversation) ? EVERY_NANOS : EVERY_NANOS / CONVERSATIONS_PER_INTERVAL;
      return now - nanos >= wait;
    }
  }

  /// The user of this connection is typing in `conversation`, where it may write.
  void onRequest(ClientSession session, ClientRequest.Typing request, ConversationId conversation) {
    long now = System.nanoTime();
    long account = session.accountOrZero();
    if (account != 0
        && session.typingTold.map(told -> told.allows(conversation, now)).orElse(true)) {
      session.typingTold = Optional.of(new Told(conversation, now));
      deliveries.tellTyping(account, conversation);
      tellPeers(account, conversation, now);
    }
    session.replyOk(request.header(), new OkPayload.Empty());
  }

  private void tellPeers(long account, ConversationId conversation, long now) {
    if (now - secondBegan >= TimeUnit.SECONDS.toNanos(1)) {
      secondBegan = now;
      framesInSecond = 0;
    }
    if (framesInSecond >= FRAMES_PER_SECOND_MAX) {
      return;
    }
    framesInSecond++;
    byte[] frame = PeerCodec.encode(self, new PeerFrame.Typing(0, account, conversation));
    for (ServerId peer : linked) {
      peers.send(peer, frame);
    }
  }

  /// Somebody is typing at another server.
  void onFrame(PeerFrame.Typing frame) {
    deliveries.tellTyping(frame.account(), frame.conversation());
  }
}
