package holdfast.transport;

import java.util.Optional;

/// Two servers did not come together. The message says why in one sentence, and repeats nothing
/// that an unproven server sent.
final class HandshakeException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient PeerLinks.Refusal refusal;

  HandshakeException(String message) {
    super(message);
    refusal = null;
  }

  /// The other server, proven, refuses this one.
  HandshakeException(PeerLinks.Refusal refusal) {
    super("refused: " + refusal.sentence());
    this.refusal = refusal;
  }

  Optional<PeerLinks.Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }
}
