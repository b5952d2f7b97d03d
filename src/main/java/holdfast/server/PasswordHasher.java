package holdfast.server;

import holdfast.wire.ErrorCode;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Makes and checks Argon2id password hashes (RFC 9106; 19 MiB, 2 passes, 1 lane: OWASP's minimum)
/// on one thread of its own, so that a flood of sign-ins cannot take the processors from the chat.
/// A hash is made once, on the server that takes the request, and stored with its salt and
/// parameters in the usual form `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
final class PasswordHasher implements AutoCloseable {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  /// Blocks of 1 KiB kept from one hash to the next: those of one hash, and the few that the
  /// generator works with.
  private static final int BLOCKS_KEPT_MAX = MEMORY_KIB + 16;

  /// Requests that may wait; beyond: BUSY.
  private static final int QUEUE_MAX = 64;

  /// Time in the queue and at work; beyond: BUSY, within the time in which every request is
  /// answered.
  private static final long WAIT_MAX_MS = 4_000;

  private final SecureRandom random = new SecureRandom();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE_MAX),
          Thread.ofPlatform().name("password-hasher").daemon().factory());

  /// The blocks of the last hash, unless the collector needed the room. Made anew for each hash,
  /// they would be copied by every young collection meanwhile, 20 to 60 ms of standstill, and fill
  /// the old generation, which then takes a full one. Owned by the hashing thread.
  private SoftReference<Blocks> kept = new SoftReference<>(null);

  /// Cleared when they are given back, so that nothing of a password stays.
  private static final class Blocks implements Argon2BytesGenerator.BlockPool {
    private final ArrayDeque<Argon2BytesGenerator.Block> free = new ArrayDeque<>();

    @Override
    public Argon2BytesGenerator.Block allocate() {
      Argon2BytesGenerator.Block block = free.poll();
      return block == null ? new Argon2BytesGenerator.Block() : block;
    }

    @Override
    public void deallocate(Argon2BytesGenerator.Block block) {
      if (free.size() < BLOCKS_KEPT_MAX) {
        free.push(block.clear());
      }
    }
  }

  /// A fresh hash of `password`, with a salt of its own. Blocks the calling (virtual) thread.
  String hash(String password) throws RequestRefused, InterruptedException {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return run(() -> format(salt, argon2(password, salt, MEMORY_KIB, PASSES, LANES)));
  }

  /// Whether `password` is the one `stored` was made of. Blocks the calling (virtual) thread.
  boolean verify(String password, String stored) throws RequestRefused, InterruptedException {
    return run(() -> matches(password, stored));
  }

  private <T> T run(Callable<T> work) throws RequestRefused, InterruptedException {
    Future<T> future;
    try {
      future = thread.submit(work);
    } catch (RejectedExecutionException e) {
      throw new RequestRefused(
          ErrorCode.BUSY, "too many sign-ins at once on this server; try again in a few seconds");
    }
    try {
      return future.get(WAIT_MAX_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(false);
      throw new RequestRefused(
          ErrorCode.BUSY, "too many sign-ins at once on this server; try again in a few seconds");
    } catch (ExecutionException e) {
      throw new IllegalStateException("password hashing failed", e.getCause());
    }
  }

  private boolean matches(String password, String stored) {
    String[] parts = stored.split("\\$", -1);
    if (parts.length != 6 || !parts[1].equals("argon2id")) {
      return false;
    }
    String[] costs = parts[3].split(",", -1);
    byte[] salt = Base64.getDecoder().decode(parts[4]);
    byte[] expected = Base64.getDecoder().decode(parts[5]);
    byte[] actual = argon2(password, salt, cost(costs[0]), cost(costs[1]), cost(costs[2]));
    return MessageDigest.isEqual(expected, actual);
  }

  private static int cost(String field) {
    return Integer.parseInt(field.substring(2));
  }

  private static String format(byte[] salt, byte[] hash) {
    Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB, PASSES, LANES, encoder.encodeToString(salt), encoder.encodeToString(hash));
  }

  private byte[] argon2(String password, byte[] salt, int memoryKib, int passes, int lanes) {
    Blocks blocks = Optional.ofNullable(kept.get()).orElseGet(Blocks::new);
    kept = new SoftReference<>(blocks);
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .withBlockPool(blocks)
            .build());
    byte[] hash = new byte[HASH_BYTES];
    generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    return hash;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
