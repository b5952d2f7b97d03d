package holdfast.server;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the `server.N=HOST:CLIENT_PORT:PEER_PORT` keys. No name is looked up: what a name means is
/// a matter of the moment, and a start must not wait for a name server.
final class MemberReader {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[^\\]]*]|[^:\\[\\]]*):([^:]*):([^:]*)");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
  private static final String FORM =
      "must be HOST:CLIENT_PORT:PEER_PORT, like 10.0.0.3:8091:8081 or [2001:db8::3]:8091:8081";

  private MemberReader() {}

  /// The servers of the file, in the order of their ids. Without a secret each must be on loopback.
  static List<Member> read(Map<String, Given> all, boolean hasSecret) throws ConfigException {
    List<Member> members = new ArrayList<>();
    Map<String, Integer> portsTaken = new HashMap<>();
    for (Given given : all.values()) {
      Matcher key = ConfigReader.SERVER_KEY.matcher(given.key());
      if (!key.matches()) {
        continue;
      }
      Member member = member(given, Integer.parseInt(key.group(1)));
      requireSecret(given, member, hasSecret);
      claim(given, member, member.clientPort(), portsTaken);
      claim(given, member, member.peerPort(), portsTaken);
      members.add(member);
    }
    members.sort(Comparator.comparing(Member::id));
    return members;
  }

  /// A server that is not in the file.
  static Member newcomer(Given given, ServerId id, boolean hasSecret) throws ConfigException {
    Member member = member(given, id.value()).withVote(false);
    requireSecret(given, member, hasSecret);
    if (member.clientPort() == member.peerPort()) {
      throw given.refused("client port and peer port are both " + member.peerPort());
    }
    return member;
  }

  private static void requireSecret(Given given, Member member, boolean hasSecret)
      throws ConfigException {
    if (!hasSecret && !isLoopback(member.host())) {
      throw given.refused(
          "not a loopback address, and there is no cluster.secret: servers on a network must"
              + " prove one to each other. Set cluster.secret.file to a file with a secret, the"
              + " same on every machine (make one: openssl rand -hex 32), or use 127.0.0.1");
    }
  }

  private static Member member(Given given, int id) throws ConfigException {
    if (id > ServerId.MAX) {
      throw given.refused("server numbers go from 1 to " + ServerId.MAX);
    }
    Matcher parts = ADDRESS.matcher(given.value());
    if (!parts.matches()) {
      throw given.refused(FORM);
    }
    String host = host(given, parts.group(1));
    return new Member(
        new ServerId(id),
        host,
        port(given, "client port", parts.group(2)),
        port(given, "peer port", parts.group(3)),
        true,
        Optional.empty());
  }

  private static String host(Given given, String text) throws ConfigException {
    boolean bracketed = text.startsWith("[");
    String host = bracketed ? text.substring(1, text.length() - 1) : text;
    Optional<InetAddress> literal = literal(host);
    boolean valid =
        bracketed
            ? host.contains(":") && literal.isPresent()
            : DIGITS_AND_DOTS.matcher(host).matches()
                ? literal.isPresent()
                : NAME.matcher(host).matches();
    if (!valid) {
      throw given.refused("'" + text + "' is not a host name or address; " + FORM);
    }
    if (literal.map(InetAddress::isAnyLocalAddress).orElse(false)) {
      throw given.refused(
          "the others cannot dial "
              + text
              + "; name the address under which this machine is reached");
    }
    return host;
  }

  private static int port(Given given, String what, String text) throws ConfigException {
    OptionalInt port = Values.port(text);
    if (port.isEmpty()) {
      throw given.refused("the " + what + " '" + text + "' is not a number from 1 to 65535");
    }
    return port.getAsInt();
  }

  private static void claim(Given given, Member member, int port, Map<String, Integer> taken)
      throws ConfigException {
    Integer other =
        taken.putIfAbsent(sameForEqual(member.host()) + " " + port, member.id().value());
    if (other != null) {
      throw given.refused(
          other == member.id().value()
              ? "client port and peer port are both " + port
              : "port " + port + " of " + member.host() + " is already given to server " + other);
    }
  }

  private static String sameForEqual(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        ? "127.0.0.1"
        : literal(name).map(InetAddress::getHostAddress).orElse(name);
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private static Optional<InetAddress> literal(String host) {
    if (!host.contains(":") && !IPV4.matcher(host).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
