package peers;

import java.io.PrintStream;

/// The main of every driver: starts the servers, puts the work on them, prints one line of JSON,
/// kills the servers.
///
/// Arguments: `load [SECONDS]` or `failover [KILLS]`.
public final class Bench {
  private static final int SECONDS = 15;
  private static final int KILLS = 3;

  /// What a caller wants to find in the line again, as `name=value` separated by commas.
  private static final String TAGS = "PEER_TAGS";

  private Bench() {}

  /// Runs, then ends the JVM: with status 0, or 1 if the run failed.
  public static void main(String name, String settings, Peer peer, String[] arguments) {
    PrintStream stdout = System.out;
    System.setOut(System.err); // Libraries that print must not spoil the one line.
    Report report = new Report();
    report.put("peer", name);
    report.put("version", System.getenv().getOrDefault("PEER_VERSION", ""));
    report.put("settings", settings);
    putTags(report);
    int status = 0;
    Runtime.getRuntime().addShutdownHook(new Thread(peer::stop));
    try {
      String mode = arguments.length > 0 ? arguments[0] : "load";
      int amount = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
      report.put("mode", mode);
      peer.start();
      switch (mode) {
        case "load" -> new Load(peer, report).run(amount > 0 ? amount : SECONDS);
        case "failover" -> new Failover(peer, report).run(amount > 0 ? amount : KILLS);
        default -> throw new IllegalArgumentException("load or failover, not " + mode);
      }
    } catch (Throwable e) {
      e.printStackTrace();
      report.put("error", e.toString());
      status = 1;
    } finally {
      peer.stop();
    }
    stdout.println(report);
    stdout.flush();
    Runtime.getRuntime().halt(status); // Clients' threads need not end by themselves.
  }

  private static void putTags(Report report) {
    for (String tag : System.getenv().getOrDefault(TAGS, "").split(",", -1)) {
      int equals = tag.indexOf('=');
      if (equals > 0) {
        String value = tag.substring(equals + 1);
        boolean number = value.matches("[0-9]{1,9}");
        report.put(tag.substring(0, equals), number ? Integer.valueOf(value) : value);
      }
    }
  }
}
