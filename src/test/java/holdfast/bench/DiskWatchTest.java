package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.operate.Poll;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskWatchTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private long now;
  private final Disk disk = new Disk();
  private final DiskWatch watch = new DiskWatch(disk, () -> now);

  /// Each sync takes so long.
  private final class Disk implements DiskWatch.Probe {
    long nanos;
    Runnable meanwhile = () -> {};
    Optional<IOException> failure = Optional.empty();

    @Override
    public void sync() throws IOException {
      now += nanos;
      meanwhile.run();
      if (failure.isPresent()) {
        throw failure.get();
      }
    }

    @Override
    public void close() {}
  }

  private void look(long nanos) throws IOException {
    disk.nanos = nanos;
    watch.look();
  }

  @Test
  void aQuickDiskHasNoPauses() throws IOException {
    look(MS);
    look(19 * MS);
    assertEquals(new DiskWatch.Pauses(0, 0, 19 * MS), watch.pauses().orElseThrow());
    assertFalse(watch.met(0, now));
  }

  @Test
  void pausesAreCountedAndAddedUp() throws IOException {
    look(20 * MS);
    look(MS);
    look(300 * MS);
    assertEquals(new DiskWatch.Pauses(2, 320 * MS, 300 * MS), watch.pauses().orElseThrow());
  }

  @Test
  void aPauseHasBeenMetUntilWhatPiledUpIsWorkedOff() throws IOException {
    now = 100 * MS;
    look(50 * MS);
    now += 70 * MS;
    assertTrue(watch.met(90 * MS, now));
    assertTrue(watch.met(149 * MS, now));
    assertTrue(watch.met(199 * MS, now), "it waited behind others that the pause held up");
    assertFalse(watch.met(200 * MS, now), "it began as long again after the pause");
    look(MS);
    assertFalse(watch.met(200 * MS, now), "a quick sync since then is no pause");
    assertTrue(watch.met(199 * MS, now), "nor does it make the pause forgotten");
  }

  @Test
  void aPauseCountsWhileItLasts() throws IOException {
    disk.meanwhile =
        () -> {
          assertFalse(watch.met(0, 19 * MS), "so long a sync may take");
          assertTrue(watch.met(0, 20 * MS));
        };
    look(500 * MS);
    assertEquals(1, watch.pauses().orElseThrow().count());
  }

  @Test
  void aClockThatBeginsBelowZeroIsNoMatter() throws IOException {
    now = Long.MIN_VALUE + 5;
    look(MS);
    assertFalse(watch.met(Long.MIN_VALUE, now));
    look(50 * MS);
    assertTrue(watch.met(now - MS, now));
    assertFalse(watch.met(now + 50 * MS, now + 60 * MS));
  }

  @Test
  void aShortPauseDoesNotShortenWhatALongOneTakes() throws IOException {
    look(1_000 * MS);
    look(20 * MS);
    now = 2_500 * MS;
    assertTrue(watch.met(1_999 * MS, now));
    assertFalse(watch.met(2_000 * MS, now));
  }

  @Test
  void aSyncThatFailsIsNoPause() {
    disk.failure = Optional.of(new IOException("no space left"));
    assertThrows(IOException.class, () -> look(MS));
    now += 500 * MS;
    assertFalse(watch.met(0, now));
  }

  @Test
  void whatCouldNotBeWatchedToTheEndIsNotTold() throws Exception {
    disk.failure = Optional.of(new IOException("no space left"));
    watch.start();
    assertTrue(
        Poll.until(PATIENCE, () -> Optional.of(watch).filter(w -> w.pauses().isEmpty()))
            .isPresent());
    watch.close();
  }

  @Test
  void aRealDiskIsLookedAtUntilTheEnd(@TempDir Path folder) throws Exception {
    DiskWatch real = DiskWatch.of(folder);
    try (real) {
      real.start();
      assertTrue(
          Poll.until(PATIENCE, () -> real.pauses().filter(seen -> seen.longestNanos() > 0))
              .isPresent());
    }
    assertTrue(real.isOver());
  }
}
