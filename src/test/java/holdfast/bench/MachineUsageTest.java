package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MachineUsageTest {
  @Test
  void theMachinesTimeIsAllThatWasNotIdle() {
    // user nice system idle iowait irq softirq steal guest guest_nice
    assertEquals(
        (1 + 2 + 3 + 6 + 7) * 10_000L, MachineUsage.busyMicros("cpu  1 2 3 400 500 6 7 80 9 9"));
  }

  @Test
  void loopbackIsOneDeviceOfSeveral() {
    assertEquals(
        4_711,
        MachineUsage.loopbackBytes(
            List.of(
                " face |bytes    packets errs",
                "    lo: 4711 16 0 0 0 0 0 0 4711 16 0 0 0 0 0 0",
                "  eth0: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0")));
  }

  @Test
  void flushesAreThoseOfDisksAndOldKernelsCountNone() {
    assertEquals(
        1_907 + 5,
        MachineUsage.diskFlushes(
            List.of(
                "   7       0 loop0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 77 0",
                " 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 1907 416",
                " 259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 5 416",
                "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11")));
  }
}
