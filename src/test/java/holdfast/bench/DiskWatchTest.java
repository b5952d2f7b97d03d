package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskWatchTest {
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private long now;
  private final Disk disk = new Disk();
  private final DiskWatch watch = new DiskWatch(disk, () -> now);

  /// Each sync takes so long.
  private final class Disk implements DiskWatch.Probe {
    long nanos;
    Runnable meanwhile = () -> {};

    @Override
    public void sync() {
      now += nanos;
      meanwhile.run();
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
    assertEquals(new DiskWatch.Pauses(0, 0, 19 * MS), watch.pauses());
    assertFalse(watch.met(0, now));
  }

  @Test
  void pausesAreCountedAndAddedUp() throws IOException {
    look(20 * MS);
    look(MS);
    look(300 * MS);
    assertEquals(new DiskWatch.Pauses(2, 320 * MS, 300 * MS), watch.pauses());
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
    assertEquals(1, watch.pauses().count());
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
  void aRealDiskIsLookedAtUntilTheEnd(@TempDir Path folder) throws Exception {
    try (DiskWatch real = DiskWatch.of(folder)) {
      while (real.pauses().longestNanos() == 0) {
        Thread.onSpinWait();
      }
    }
  }
}
