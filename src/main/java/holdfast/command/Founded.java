package holdfast.command;

import holdfast.operate.NewCluster;
import holdfast.replication.Member;
import holdfast.server.ServerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What is said when a new cluster is ready to be started.
final class Founded {
  private Founded() {}

  static void tell(PrintWriter out, ServerConfig config, NewCluster.Made made) {
    for (Path aside : made.putAside()) {
      out.println("put aside: " + aside);
    }
    out.println(
        "new cluster "
            + made.clusterId()
            + ": "
            + named(made.seeded())
            + " of this machine can be started (up)");
    if (!made.elsewhere().isEmpty()) {
      out.println(
          "then, on the other machines, "
              + named(made.elsewhere())
              + ": with empty data directories below "
              + config.dataDir().getFileName()
              + " (move what is there away). They get the database from here. Never start them"
              + " before these: several empty servers would found a cluster of their own");
    }
    out.flush();
  }

  private static String named(List<Member> members) {
    return (members.size() == 1 ? "server " : "servers ")
        + members.stream().map(member -> member.id().toString()).collect(Collectors.joining(", "));
  }

  static String join(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
