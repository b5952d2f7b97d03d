package holdfast.server;

import holdfast.storage.RejectedReadException;
import holdfast.wire.ErrorCode;
import holdfast.wire.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Something that ends in a request's one reply, or refuses.
interface Answering {
  Logger log = LoggerFactory.getLogger(Answering.class);

  void run() throws RequestRefused, InterruptedException;

  /// What a rejected read means for whoever asked.
  static RequestRefused tooManyReads() {
    return new RequestRefused(ErrorCode.BUSY, "too many reads at once; repeat soon");
  }

  /// Runs `work`; whatever goes wrong becomes the request's one ERROR.
  static void answer(ClientSession session, RequestHeader header, Answering work) {
    try {
      work.run();
    } catch (RequestRefused e) {
      session.replyError(header, e);
    } catch (RejectedReadException e) {
      session.replyError(header, tooManyReads());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      session.replyError(header, ReplicaPort.shuttingDown());
    } catch (RuntimeException e) {
      log.error("a request of client {} failed", session.number(), e);
      session.replyError(
          header, new RequestRefused(ErrorCode.INTERNAL, "a fault of the server; it was logged"));
    }
  }
}
