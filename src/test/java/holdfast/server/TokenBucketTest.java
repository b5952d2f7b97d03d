package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenBucketTest {
  private static final long MS = 1_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000, Long.MAX_VALUE - 100 * MS})
  void afterTheBurstOneIsLetThroughAtATime(long start) {
    TokenBucket bucket = new TokenBucket(10, 3, start);
    for (int i = 0; i < 3; i++) {
      assertEquals(0, bucket.take(start));
    }
    assertEquals(101, bucket.take(start));
    assertEquals(51, bucket.take(start + 50 * MS));
    assertEquals(0, bucket.take(start + 100 * MS));
    assertEquals(101, bucket.take(start + 100 * MS));
  }

  @Test
  void aRestGivesBackTheBurstAndNoMore() {
    TokenBucket bucket = new TokenBucket(10, 2, 0);
    bucket.take(0);
    bucket.take(0);
    long later = 3_600_000 * MS;
    assertEquals(0, bucket.take(later));
    assertEquals(0, bucket.take(later));
    assertEquals(101, bucket.take(later));
  }

  @Test
  void whatIsRefusedCostsNothing() {
    TokenBucket bucket = new TokenBucket(1, 1, 0);
    assertEquals(0, bucket.take(0));
    for (int i = 0; i < 100; i++) {
      assertEquals(1_001, bucket.take(0));
    }
    assertEquals(0, bucket.take(1_000 * MS));
  }
}
