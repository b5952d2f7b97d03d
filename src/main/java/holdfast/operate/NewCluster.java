package holdfast.operate;

import holdfast.replication.Member;
import holdfast.server.ConfigException;
import holdfast.server.ServerConfig;
import holdfast.storage.CopiedState;
import holdfast.storage.SeededDirectory;
import holdfast.storage.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/// Begins a new cluster from a copied state, in the data directories of this machine's servers. No
/// server of the cluster that the state is of can ever join it.
public final class NewCluster {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final ServerConfig config;
  private final List<Member> here;

  private NewCluster(ServerConfig config, List<Member> here) {
    this.config = config;
    this.here = here;
  }

  /// What was made.
  ///
  /// @param clusterId the new cluster's
  /// @param seeded the servers that begin with the state
  /// @param elsewhere those of other machines, which begin empty and get it from these
  /// @param putAside where the directories that were in the way are now
  public record Made(
      String clusterId, List<Member> seeded, List<Member> elsewhere, List<Path> putAside) {
    public Made {
      seeded = List.copyOf(seeded);
      elsewhere = List.copyOf(elsewhere);
      putAside = List.copyOf(putAside);
    }
  }

  /// Of the servers in `config` that live on this machine, none of which may run.
  ///
  /// @throws ConfigException none lives here
  /// @throws StoreException one runs
  public static NewCluster here(ServerConfig config)
      throws ConfigException, IOException, StoreException {
    List<Member> here = LocalAddresses.here(config.servers());
    if (here.isEmpty()) {
      throw new ConfigException(
          config.file() + ": none of these servers lives on this machine; run this where one does");
    }
    for (Member member : here) {
      SeededDirectory.checkAtRest(config.directory(member.id()));
    }
    return new NewCluster(config, here);
  }

  /// The directories that have a database already.
  public List<Path> inTheWay() {
    return here.stream()
        .map(member -> config.directory(member.id()))
        .filter(SeededDirectory::hasDatabase)
        .toList();
  }

  /// Puts aside what is in the way and makes the directories.
  public Made begin(CopiedState state, Instant now) throws IOException, StoreException {
    List<Path> putAside = new ArrayList<>();
    for (Path directory : inTheWay()) {
      Path aside = directory.resolveSibling(directory.getFileName() + ".old-" + STAMP.format(now));
      Files.move(directory, aside);
      putAside.add(aside);
    }
    SeededDirectory.NewCluster cluster = SeededDirectory.NewCluster.random();
    for (Member member : here) {
      SeededDirectory.make(state, config.directory(member.id()), cluster);
    }
    List<Member> elsewhere =
        config.servers().stream().filter(member -> !here.contains(member)).toList();
    return new Made(cluster.clusterId(), here, elsewhere, putAside);
  }
}
