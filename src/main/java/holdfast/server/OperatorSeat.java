package holdfast.server;

import java.util.Optional;

/// What a connection has shown as an operator's. Used by the connection's steps, which run one
/// after the other.
final class OperatorSeat {
  private Optional<String> nonce = Optional.empty();
  private boolean proven;

  /// The connection is about to prove the key over `fresh`.
  void challenge(String fresh) {
    nonce = Optional.of(fresh);
  }

  /// The nonce to prove over, which is good for one attempt.
  Optional<String> takeNonce() {
    Optional<String> taken = nonce;
    nonce = Optional.empty();
    return taken;
  }

  void admit() {
    proven = true;
  }

  boolean isProven() {
    return proven;
  }
}
