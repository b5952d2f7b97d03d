package holdfast.client;

import holdfast.check.Check;
import java.util.List;

/// What a client starts with.
///
/// @param servers where to begin: at least one; the rest of the cluster is learned from them
/// @param name tells servers which program this is, like `console/0.1`
public record ClientSettings(List<HostPort> servers, String name, Timing timing) {
  public ClientSettings {
    servers = List.copyOf(servers);
    Check.that(!servers.isEmpty(), "a client needs an address to begin with");
  }

  /// With the standard timing.
  public static ClientSettings of(List<HostPort> servers, String name) {
    return new ClientSettings(servers, name, Timing.STANDARD);
  }
}
