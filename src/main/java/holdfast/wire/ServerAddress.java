package holdfast.wire;

/// Where clients find a member.
public record ServerAddress(String serverId, String host, int clientPort) {}
