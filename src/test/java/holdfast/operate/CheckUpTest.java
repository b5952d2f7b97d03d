package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.replication.ServerId;
import holdfast.wire.OkPayload;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CheckUpTest {
  private final CheckUp checkUp = new CheckUp();

  private List<String> found(
      int server, Optional<String> digest, long stateIndex, String messages, String... faults) {
    return checkUp.add(
        new ServerId(server),
        new OkPayload.Checked(
            2_500,
            2_000,
            digest,
            List.of(
                new OkPayload.TableCheck("message", 2_500, 7, messages),
                new OkPayload.TableCheck("state", stateIndex, 1, "s" + stateIndex)),
            List.of(faults)));
  }

  @Test
  void equalServersDifferInNothing() {
    assertEquals(
        List.of("server 1: 8 rows in 2 tables, sound"), found(1, Optional.of("d"), 2_500, "m"));
    found(2, Optional.of("d"), 2_500, "m");
    assertEquals(List.of(), checkUp.differences());
    assertEquals(0, checkUp.faults());
  }

  @Test
  void tablesAsOfDifferentPlacesInTheLogAreNotCompared() {
    found(1, Optional.of("d"), 2_500, "m");
    found(2, Optional.empty(), 2_501, "m");
    assertEquals(List.of(), checkUp.differences());
  }

  @Test
  void whoDiffersIsNamed() {
    found(1, Optional.of("d"), 2_500, "m");
    found(2, Optional.of("d"), 2_500, "other");
    found(3, Optional.of("e"), 2_500, "m");
    assertEquals(
        List.of(
            "everything up to log index 2000 differs: server 1 and 2, unlike server 3",
            "table message up to log index 2500 differs: server 1 and 3, unlike server 2"),
        checkUp.differences());
  }

  @Test
  void faultsAreShownAndCounted() {
    assertEquals(
        List.of("server 1: 8 rows in 2 tables, with faults:", "  the log is torn"),
        found(1, Optional.of("d"), 2_500, "m", "the log is torn"));
    assertEquals(1, checkUp.faults());
  }
}
