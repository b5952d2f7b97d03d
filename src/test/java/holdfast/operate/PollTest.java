package holdfast.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PollTest {
  private int looks;

  @Test
  void itLooksUntilSomethingIsThere() throws InterruptedException {
    Optional<Integer> found =
        Poll.until(Duration.ofHours(1), () -> ++looks < 3 ? Optional.empty() : Optional.of(looks));
    assertEquals(Optional.of(3), found);
  }

  @Test
  void withoutPatienceItLooksOnce() throws InterruptedException {
    Optional<Integer> found =
        Poll.until(
            Duration.ZERO,
            () -> {
              looks++;
              return Optional.empty();
            });
    assertEquals(Optional.empty(), found);
    assertEquals(1, looks);
  }

  @Test
  void aFailureEndsIt() {
    assertThrows(
        IOException.class,
        () ->
            Poll.until(
                Duration.ofHours(1),
                () -> {
                  throw new IOException("gone");
                }));
  }
}
