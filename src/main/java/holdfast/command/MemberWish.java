package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.operate.AnyServer;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import holdfast.wire.ClientRequest;
import holdfast.wire.RequestHeader;
import java.io.IOException;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/// What the commands that change the members have in common: asking, the exit status, and how to
/// start the server that they are about.
final class MemberWish {
  private final ServerConfig config;
  private final CommandSpec spec;

  MemberWish(ServerConfig config, CommandSpec spec) {
    this.config = config;
    this.spec = spec;
  }

  /// Asks any server. Prints what `done` says of the one that was asked, or why it was refused.
  /// Returns the exit status.
  int ask(
      ServerId subject,
      Function<RequestHeader, ClientRequest> request,
      Function<Member, String> done)
      throws AdminException, ConfigException, IOException, InterruptedException {
    try {
      Member asked = AnyServer.ask(config, subject, request);
      spec.commandLine().getOut().println(done.apply(asked));
      return 0;
    } catch (AdminException e) {
      return new Dialog(spec).refused(e);
    }
  }

  /// The command that starts `member` at its address, with `seed` to ask. A server that was asked
  /// about itself was the only one: its own log says where it is to be.
  String toStart(Member member, Member seed) {
    String program = spec.root().name();
    return seed.id().equals(member.id())
        ? "  %s server %s".formatted(program, member.id())
        : "  %s join --id %s --host %s --client-port %d --peer-port %d --seed %s"
            .formatted(
                program,
                member.id(),
                bracketed(member.host()),
                member.clientPort(),
                member.peerPort(),
                bracketed(seed.host()) + ":" + seed.peerPort());
  }

  static String address(Member member) {
    return "%s:%d:%d".formatted(bracketed(member.host()), member.clientPort(), member.peerPort());
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
