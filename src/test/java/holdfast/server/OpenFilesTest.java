package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class OpenFilesTest {
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
  void neverMoreThanWanted() {
    assertEquals(1, OpenFiles.connectionsMax(1));
    assertTrue(OpenFiles.connectionsMax(Integer.MAX_VALUE) > 0);
  }
}
