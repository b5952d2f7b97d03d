package holdfast.client;

import java.util.Optional;

/// Where a server listens for clients: a host name or address, and a port.
public record HostPort(String host, int port) {
  private static final int PORT_MAX = 65_535;

  /// Reads `host:port` or `[v6 address]:port`; empty for anything else.
  public static Optional<HostPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    String digits = text.substring(colon + 1);
    if (host.isBlank() || !digits.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= PORT_MAX ? Optional.of(new HostPort(host, port)) : Optional.empty();
  }

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
