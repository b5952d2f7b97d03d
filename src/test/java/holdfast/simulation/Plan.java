package holdfast.simulation;

import holdfast.replication.ReplicaSettings;
import java.util.random.RandomGenerator;

/// What a seed chose for its run.
///
/// @param machinesMax how many servers there may be in all, with those that come later
/// @param tickUs microseconds between ticks
/// @param chaosUs how long faults are made
/// @param faultEveryUs mean time between faults
/// @param outage whether faults may take a majority down; if not, they are turned away
/// @param keepEntries how many applied entries are kept at least when the log is compacted
/// @param applyUnsynced whether committed entries are applied in the very transaction that appends
///   them
/// @param forced whether operators make servers go on alone at any time
record Plan(
    int servers,
    int machinesMax,
    int clients,
    int window,
    long thinkUs,
    long patienceUs,
    int readPercent,
    long tickUs,
    long chaosUs,
    long faultEveryUs,
    boolean outage,
    int keepEntries,
    boolean applyUnsynced,
    long syncUsMax,
    Network.Quality quality,
    ReplicaSettings settings,
    boolean forced) {
  private static final int[] SERVERS = {1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6, 7};
  private static final int[] SURVIVORS = {2, 3, 3, 3, 3, 3, 4, 5};
  private static final int[] KEEP_ENTRIES = {1_000_000, 1_000_000, 1_000_000, 40, 10, 5, 1};
  private static final int NEWCOMERS_MAX = 10;
  private static final long[] TICKS_US = {25_000, 50_000};
  private static final long ELECTION_US = 600_000;
  private static final long HEARTBEAT_US = 100_000;

  boolean compacts() {
    return keepEntries < 1_000_000;
  }

  /// Whether servers come and go.
  boolean membersChange() {
    return machinesMax > servers;
  }

  /// Whether the last survivor may go on alone.
  boolean survivor() {
    return settings.survivorTicks() > 0;
  }

  /// After so long every primary knows that a server is gone.
  long noticeUs() {
    return (settings.electionTicksMax() + 2L * settings.heartbeatTicks()) * tickUs;
  }

  static Plan drawn(RandomGenerator random) {
    long tickUs = TICKS_US[random.nextInt(TICKS_US.length)];
    int servers = SERVERS[random.nextInt(SERVERS.length)];
    return new Plan(
        servers,
        random.nextInt(3) > 0 ? servers : servers + NEWCOMERS_MAX,
        1 + random.nextInt(4),
        1 + random.nextInt(5),
        upTo(random, 5, 300) * Agenda.MS,
        upTo(random, 400, 1_500) * Agenda.MS,
        10 + random.nextInt(60),
        tickUs,
        upTo(random, 0, 10_000) * Agenda.MS,
        upTo(random, 60, 1_500) * Agenda.MS,
        random.nextInt(4) > 0,
        KEEP_ENTRIES[random.nextInt(KEEP_ENTRIES.length)],
        random.nextBoolean(),
        upTo(random, 1, 20) * Agenda.MS,
        Network.Quality.drawn(random),
        settings(random, tickUs),
        false);
  }

  /// A plan in which the last survivor may go on alone.
  static Plan drawnForSurvivors(RandomGenerator random) {
    long tickUs = TICKS_US[random.nextInt(TICKS_US.length)];
    int servers = SURVIVORS[random.nextInt(SURVIVORS.length)];
    ReplicaSettings settings = settings(random, tickUs);
    int takeover = settings.electionTicksMax();
    boolean forced = random.nextInt(5) == 0;
    return new Plan(
        servers,
        servers,
        2 + random.nextInt(3),
        1 + random.nextInt(4),
        upTo(random, 20, 600) * Agenda.MS,
        upTo(random, 400, 1_500) * Agenda.MS,
        random.nextInt(20),
        tickUs,
        upTo(random, 3_000, 60_000) * Agenda.MS,
        upTo(random, 100, 3_000) * Agenda.MS,
        true,
        // An operator's word loses what the others have let go of.
        forced ? 1_000_000 : KEEP_ENTRIES[random.nextInt(KEEP_ENTRIES.length)],
        random.nextBoolean(),
        upTo(random, 1, 20) * Agenda.MS,
        Network.Quality.drawn(random),
        settings.withSurvivorTicks(takeover + 1 + random.nextInt(2 * takeover)),
        forced);
  }

  private static ReplicaSettings settings(RandomGenerator random, long tickUs) {
    int electionTicks = (int) (ELECTION_US / tickUs);
    int batchEntries = 1 + random.nextInt(random.nextBoolean() ? 3 : 30);
    boolean tight = random.nextInt(3) == 0;
    return new ReplicaSettings(
        electionTicks,
        2 * electionTicks,
        (int) (HEARTBEAT_US / tickUs),
        3,
        electionTicks,
        batchEntries * (1 + random.nextInt(4)),
        tight ? 200 + random.nextInt(400) : 100_000,
        batchEntries,
        tight ? 50 + random.nextInt(200) : 20_000,
        tight ? 300 + random.nextInt(500) : 1_000_000,
        random.nextInt(3) == 0 ? random.nextInt(300) : 1_000_000,
        0);
  }

  /// Between `least` and `most`, small values as likely as large ones.
  private static long upTo(RandomGenerator random, long least, long most) {
    return least + (long) ((most - least) * random.nextDouble() * random.nextDouble());
  }
}
