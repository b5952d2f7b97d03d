package holdfast.replication;

/// A message and whom it is for.
public record Envelope(ServerId to, PeerMessage message) {}
