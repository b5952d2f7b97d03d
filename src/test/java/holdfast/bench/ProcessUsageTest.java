package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProcessUsageTest {
  @Test
  void theKernelsFilesAreReadWhateverTheProgramIsCalled() {
    ProcessUsage usage =
        ProcessUsage.parse(
            "42 (a (b) c) S 1 42 42 0 -1 4194304 9 0 0 0 350 120 7 8 20 0 30 0 999 0 0",
            List.of("Name:\tjava", "VmHWM:\t   2048 kB", "VmRSS:\t   1024 kB"),
            List.of("wchar: 1", "write_bytes: 4096", "cancelled_write_bytes: 0"));
    assertEquals(new ProcessUsage(3_500_000, 1_200_000, 1 << 20, 2 << 20, 4_096), usage);
    assertEquals(4_700_000, usage.micros());
  }

  @Test
  void whatWasUsedIsADifferenceAndMemoryIsAsItIs() {
    ProcessUsage before = new ProcessUsage(10, 20, 30, 40, 50);
    ProcessUsage after = new ProcessUsage(110, 220, 33, 44, 550);
    assertEquals(new ProcessUsage(100, 200, 33, 44, 500), after.since(before));
  }

  @Test
  void aProcessThatIsNotThereHasUsedNothingKnown() {
    assertEquals(Optional.empty(), ProcessUsage.of(0));
  }
}
