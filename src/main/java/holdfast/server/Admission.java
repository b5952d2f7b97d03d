package holdfast.server;

import holdfast.wire.ErrorCode;
import java.util.Optional;

/// Who is let in: whether the server still takes requests at all, and who must be signed in. Safe
/// for any thread.
final class Admission {
  static final String LOGIN_FIRST = "LOGIN first";

  private volatile boolean stopping;

  /// From now on new requests get SHUTTING_DOWN.
  void stopTaking() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  void refuseWhenStopping() throws RequestRefused {
    if (stopping) {
      throw ReplicaPort.shuttingDown();
    }
  }

  /// Who is signed in on `session`.
  static Login requireLogin(ClientSession session) throws RequestRefused {
    Optional<Login> login = session.login;
    if (login.isEmpty()) {
      throw new RequestRefused(ErrorCode.NOT_LOGGED_IN, LOGIN_FIRST);
    }
    return login.get();
  }
}
