package holdfast.bench;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a load did in the time it was measured.
///
/// @param nanos how long that was
/// @param latencies of the requests begun in that time, as far as they were answered at all
/// @param deliveryLatencies of the deliveries that tell
/// @param disk how it did meanwhile, if that is known
/// @param missing replies that never came
/// @param notBegun requests of an open loop whose time came, and who were kept back
/// @param errors replies that were not the OK to a request in flight; `errorWords`: the first few
record Measured(
    List<ServerId> servers,
    ServerId primary,
    long nanos,
    Tally.Counts counts,
    Latencies latencies,
    Latencies deliveryLatencies,
    Optional<Disk> disk,
    Used used,
    long missing,
    long notBegun,
    long errors,
    List<String> errorWords) {
  /// What the servers' disk did by itself.
  ///
  /// @param awake latencies of the requests that met no pause of it
  record Disk(DiskWatch.Pauses pauses, Latencies awake) {}

  boolean isClean() {
    return errors == 0 && missing == 0;
  }

  /// Runs a load: first its warm-up, then what counts, then until every reply is there.
  static Measured take(
      Subject subject, ServerId primary, Load load, Timing timing, Consumer<String> progress)
      throws BenchException, IOException, InterruptedException {
    if (subject.folder().isEmpty()) {
      return take(subject, primary, load, timing, progress, Optional.empty());
    }
    try (DiskWatch watch = DiskWatch.of(subject.folder().get())) {
      load.tally().disturbedBy(watch);
      return take(subject, primary, load, timing, progress, Optional.of(watch));
    }
  }

  private static Measured take(
      Subject subject,
      ServerId primary,
      Load load,
      Timing timing,
      Consumer<String> progress,
      Optional<DiskWatch> watch)
      throws BenchException, IOException, InterruptedException {
    Driver driver = load.driver();
    Tally tally = load.tally();
    driver.run(load.warmup(), timing.warmup(), second -> say("warm-up", second, load, progress));
    if (!load.warmup().equals(load.pace())) {
      driver.drain();
    }
    watch.ifPresent(DiskWatch::start);
    Used before = Used.now(subject);
    long begun = System.nanoTime();
    tally.restart(begun);
    driver.run(load.pace(), timing.measured(), second -> say("measuring", second, load, progress));
    long nanos = System.nanoTime() - begun;
    Used used = Used.now(subject).since(before);
    Tally.Counts counts = tally.counts();
    long notBegun = load.pace().notBegun();
    long missing = driver.drain();
    if (!subject.primary().equals(primary)) {
      tally.error("the primary changed while measuring");
    }
    return new Measured(
        subject.members().stream().map(Member::id).toList(),
        primary,
        nanos,
        counts,
        tally.latencies(),
        tally.deliveryLatencies(),
        watch.flatMap(DiskWatch::pauses).map(seen -> new Disk(seen, tally.undisturbed())),
        used,
        missing,
        notBegun,
        tally.errors(),
        tally.errorWords());
  }

  /// The same with what was wrong up to now.
  Measured withErrorsOf(Tally tally) {
    return new Measured(
        servers,
        primary,
        nanos,
        counts,
        latencies,
        tally.deliveryLatencies(),
        disk,
        used,
        missing,
        notBegun,
        tally.errors(),
        tally.errorWords());
  }

  private static void say(String phase, Tally.Second second, Load load, Consumer<String> progress) {
    long done = second.deliveries() > 0 ? second.deliveries() : second.done();
    progress.accept(
        "%s: %,7d %s/s, %d errors".formatted(phase, done, load.unit(), load.tally().errors()));
  }
}
