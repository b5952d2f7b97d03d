package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class OpenFilesTest {
  private static final int WANTED = 999_999_999;
  private static final String OTHER =
      "Max processes             62799                62799  processes ";

  @Test
  void theLimitInForceIsTheFirstOfTwo() {
    assertEquals(
        OptionalInt.of(1024),
        OpenFiles.softLimit(
            List.of(
                OTHER,
                "Max open files            1024                 524288               files     ")));
  }

  @Test
  void unlimitedIsNoLimit() {
    assertEquals(
        OptionalInt.empty(),
        OpenFiles.softLimit(
            List.of(
                OTHER,
                "Max open files            unlimited            unlimited            files     ")));
    assertEquals(OptionalInt.empty(), OpenFiles.softLimit(List.of()));
  }

  @Test
  void clientsGetWhatIsLeftOrHalf() {
    assertEquals(1024 - OpenFiles.RESERVED, OpenFiles.besidesReserved(1024));
    assertEquals(524_288 - OpenFiles.RESERVED, OpenFiles.besidesReserved(524_288));
    assertEquals(75, OpenFiles.besidesReserved(150));
  }

  @Test
  void atMostWhatIsWantedAndWhatTheSystemLeaves() {
    assertEquals(1, OpenFiles.connectionsMax(1));
    assumeTrue(Files.isReadable(Path.of("/proc/self/limits")));
    long limit =
        ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
            .getMaxFileDescriptorCount();
    assumeTrue(limit <= WANTED);
    assertEquals(
        OpenFiles.besidesReserved(Math.toIntExact(limit)), OpenFiles.connectionsMax(WANTED));
  }
}
