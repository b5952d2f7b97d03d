package holdfast.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The links between servers, each direction by itself: what goes in may be lost, come late, twice
/// or out of order, or be held up until a cut heals.
final class Network {
  /// How a link treats what is sent on it; probabilities in thousandths.
  record Quality(int lossPermille, int twicePermille, long delayUsMax, boolean ordered) {
    static final Quality PERFECT = new Quality(0, 0, Agenda.MS, true);
    private static final int[] LOSS_PERMILLE = {0, 0, 0, 5, 30, 150};
    private static final int[] TWICE_PERMILLE = {0, 0, 10, 100};
    private static final long[] DELAY_MS_MAX = {1, 1, 3, 10, 40, 200};

    static Quality drawn(RandomGenerator random) {
      return new Quality(
          LOSS_PERMILLE[random.nextInt(LOSS_PERMILLE.length)],
          TWICE_PERMILLE[random.nextInt(TWICE_PERMILLE.length)],
          DELAY_MS_MAX[random.nextInt(DELAY_MS_MAX.length)] * Agenda.MS,
          random.nextBoolean());
    }
  }

  private static final long DELAY_US_MIN = 50;

  /// Held up on one link; more is lost.
  private static final int PARKED_MAX = 200;

  private static final class Link {
    private Quality quality = Quality.PERFECT;
    private boolean cut;
    private boolean parks;
    private long latestArrival;
    private final List<Runnable> parked = new ArrayList<>();
  }

  private final Agenda agenda;
  private final RandomGenerator random;
  private final Link[][] links;

  Network(Agenda agenda, RandomGenerator random, int servers) {
    this.agenda = agenda;
    this.random = random;
    links = new Link[servers + 1][servers + 1];
    for (int from = 1; from <= servers; from++) {
      for (int to = 1; to <= servers; to++) {
        links[from][to] = new Link();
      }
    }
  }

  /// Sends something whose arrival is `delivery`. What may not come twice never does.
  void send(int from, int to, boolean mayComeTwice, Runnable delivery) {
    Link link = links[from][to];
    if (link.cut) {
      if (link.parks && link.parked.size() < PARKED_MAX) {
        link.parked.add(delivery);
      }
      return;
    }
    Quality quality = link.quality;
    if (hits(quality.lossPermille())) {
      return;
    }
    schedule(link, delivery);
    if (mayComeTwice && hits(quality.twicePermille())) {
      schedule(link, delivery);
    }
  }

  /// Whether something sent now may arrive.
  boolean reaches(int from, int to) {
    return !links[from][to].cut;
  }

  /// Cuts one direction; with `parks`, what is sent meanwhile arrives after the healing.
  void cut(int from, int to, boolean parks) {
    links[from][to].cut = true;
    links[from][to].parks = parks;
  }

  void heal(int from, int to) {
    Link link = links[from][to];
    link.cut = false;
    link.parked.forEach(delivery -> schedule(link, delivery));
    link.parked.clear();
  }

  void setQuality(int from, int to, Quality quality) {
    links[from][to].quality = quality;
  }

  private void schedule(Link link, Runnable delivery) {
    long delay = DELAY_US_MIN + random.nextLong(link.quality.delayUsMax());
    if (link.quality.ordered()) {
      delay = Math.max(delay, link.latestArrival - agenda.now());
      link.latestArrival = agenda.now() + delay;
    }
    agenda.after(delay, delivery);
  }

  private boolean hits(int permille) {
    return permille > 0 && random.nextInt(1_000) < permille;
  }
}
