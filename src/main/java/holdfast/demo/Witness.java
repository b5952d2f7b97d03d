package holdfast.demo;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes to servers that run already, whoever does what to them meanwhile, and says in the end
/// what they have on disk: for scripts that hurt a cluster in ways of their own.
public final class Witness {
  /// Between two messages of a writer.
  private static final Duration PACE = Duration.ofMillis(20);

  /// In the end the servers have the same within this time.
  private static final Duration SETTLED_MAX = Duration.ofSeconds(60);

  private Witness() {}

  /// Writes until `end` has no more to read. Whether every message that was acknowledged is on the
  /// disk of each server of `config`, once and in its sender's order, and all disks are equal. The
  /// data directories must be those of this machine, the accounts new.
  public static boolean run(ServerConfig config, int writers, InputStream end, Narrator narrator)
      throws IOException, InterruptedException, SQLException {
    Ledger ledger = new Ledger();
    long begun = System.nanoTime();
    try (Load load = Load.start(writers, PACE, ledger, config.servers())) {
      load.resume();
      load.awaitProgressSince(begun);
      narrator.say("%d writers write".formatted(writers));
      end.transferTo(OutputStream.nullOutputStream());
      load.awaitProgressSince(System.nanoTime());
      load.pause();
      narrator.say(
          String.format(
              Locale.ROOT,
              "%s messages acknowledged; the longest wait of a writer was %d ms",
              Narrator.grouped(ledger.entries().size()),
              load.longestWaitsSince(begun).stream()
                  .mapToLong(Duration::toMillis)
                  .max()
                  .orElse(0)));
    } catch (DrillException e) {
      narrator.bad("FAILED: " + e.getMessage());
      return false;
    }
    return compare(config, ledger, narrator);
  }

  private static boolean compare(ServerConfig config, Ledger ledger, Narrator narrator)
      throws SQLException, InterruptedException {
    SortedMap<ServerId, Path> files = new TreeMap<>();
    for (Member member : config.servers()) {
      files.put(member.id(), config.directory(member.id()).resolve("holdfast.db"));
    }
    Databases.Report report =
        Databases.compareSettled(files, ledger.entries(), Databases.Numbering.KEPT, SETTLED_MAX);
    report
        .digests()
        .forEach((id, digest) ->
            narrator.say(
                "server %s: %s messages, digest %s"
                    .formatted(id, Narrator.grouped(report.messages()), digest)));
    report.faults().forEach(narrator::bad);
    if (report.faults().isEmpty()) {
      narrator.good("no acknowledged message lost, doubled or out of order; all disks are equal");
    }
    return report.faults().isEmpty();
  }
}
