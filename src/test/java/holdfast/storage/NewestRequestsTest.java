package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.RememberedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever blocks there are, what is read is what the rows say.
final class NewestRequestsTest {
  private static final int SEEDS = 120;
  @TempDir Path temp;

  private RequestTables tables;

  @BeforeEach
  void open() throws IOException {
    tables = new RequestTables(temp);
  }

  @AfterEach
  void close() {
    tables.close();
  }

  private List<RememberedRequest> read(long since, int limit, long appliedId) {
    return read(since, limit, appliedId, new IndexTail(16));
  }

  private List<RememberedRequest> read(long since, int limit, long appliedId, IndexTail tail) {
    List<RememberedRequest> found = new ArrayList<>();
    new NewestRequests(tables.main, tables.indexReader, new RequestPacker(tail, 3))
        .read(since, limit, appliedId, found::add);
    return found;
  }

  @Test
  void blocksOfWhateverKindChangeNothing() {
    tables.main.run("BEGIN");
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      tables.clear();
      List<RememberedRequest> all = tables.stored(random.nextInt(150), random);
      int lost = random.nextInt(3) * 20;
      int bad = random.nextInt(3) * 15;
      for (RequestBlock block : tables.packed(all, 1 + random.nextInt(9), lost, random)) {
        tables.index.putRequests(block, RequestTables.ALL);
        if (random.nextInt(100) < bad) {
          damage(block, random);
        }
      }
      // Others that tell of some of the same, as after a transaction that was rolled back.
      if (random.nextInt(3) == 0) {
        tables
            .packed(all, 1 + random.nextInt(9), 60, random)
            .forEach(block -> tables.index.putRequests(block, RequestTables.ALL));
      }
      if (random.nextInt(3) == 0 && !all.isEmpty()) {
        // Power loss takes back some of what the blocks tell of.
        all = all.subList(0, random.nextInt(all.size()));
        long last = all.isEmpty() ? 0 : all.getLast().id();
        tables.main.run("DELETE FROM message WHERE id > " + last);
        tables.main.run("DELETE FROM request WHERE id > " + last);
      }
      check(all, random, "seed " + seed);
    }
    tables.main.run("COMMIT");
  }

  /// What is read at many limits and ages, and what is packed of it meanwhile.
  private void check(List<RememberedRequest> all, RandomGenerator random, String where) {
    long applied = all.isEmpty() ? 0 : all.getLast().id();
    long lastTime = all.isEmpty() ? 0 : all.getLast().time();
    for (int i = 0; i < 8; i++) {
      long since = i == 0 ? Long.MIN_VALUE : random.nextLong(lastTime + 2);
      int limit = i < 2 ? RequestTables.ALL : 1 + random.nextInt(all.size() + 2);
      IndexTail tail = new IndexTail(16);
      assertEquals(
          RequestTables.newest(all, since, limit),
          read(since, limit, applied, tail),
          "%s, the newest %d since %d".formatted(where, limit, since));
      Optional<RequestPacker.Full> full = tail.takeBlock();
      while (full.isPresent()) {
        RequestBlock block = full.get().block();
        assertEquals(
            all.stream().filter(r -> r.id() > block.afterId() && r.id() <= block.lastId()).toList(),
            RequestTables.requestsOf(block),
            where);
        // What was missing is there next time.
        tables.index.putRequests(block, RequestTables.ALL);
        full = tail.takeBlock();
      }
    }
  }

  private void damage(RequestBlock block, RandomGenerator random) {
    switch (random.nextInt(5)) {
      case 0 -> set(block, "requests = x''");
      case 1 -> set(block, "requests = zeroblob(length(requests))");
      case 2 -> set(block, "after_id = max(0, after_id + %d)".formatted(random.nextInt(-20, 20)));
      case 3 -> set(block, "checksum = checksum + 1");
      // Whole, and of another database.
      case 4 -> {
        byte[] bytes = block.bytes().clone();
        bytes[bytes.length - 1 - Long.BYTES * random.nextInt(7)]++;
        tables.index.putRequests(new RequestBlock(block.afterId(), bytes), RequestTables.ALL);
      }
      default -> throw new IllegalStateException();
    }
  }

  private void set(RequestBlock block, String assignment) {
    tables.indexReader.run(
        "UPDATE request_block SET %s WHERE last_id = %d".formatted(assignment, block.lastId()));
  }

  @Test
  void whatABlockHasIsNotReadFromTheRows() {
    List<RememberedRequest> all = tables.stored(30, new SplittableRandom(1));
    tables
        .packed(all, 10, 0, new SplittableRandom(1))
        .forEach(block -> tables.index.putRequests(block, RequestTables.ALL));
    for (int i = 0; i < 30; i++) {
      if (i % 10 != 9) {
        tables.main.run("DELETE FROM message WHERE id = " + all.get(i).id());
        tables.main.run("DELETE FROM request WHERE id = " + all.get(i).id());
      }
    }
    assertEquals(all, read(Long.MIN_VALUE, RequestTables.ALL, all.getLast().id()));
    assertEquals(all.subList(13, 30), read(Long.MIN_VALUE, 17, all.getLast().id()));
  }

  @Test
  void rowsThatAreReadBecomeBlocks() {
    List<RememberedRequest> all = tables.stored(11, new SplittableRandom(2));
    IndexTail tail = new IndexTail(16);
    read(Long.MIN_VALUE, RequestTables.ALL, all.getLast().id(), tail);
    for (int from = 0; from < 9; from += 3) {
      assertEquals(
          all.subList(from, from + 3),
          RequestTables.requestsOf(tail.takeBlock().orElseThrow().block()));
    }
    assertTrue(tail.takeBlock().isEmpty());
  }

  @Test
  void onlyBlocksThatAreOfUseAreKept() {
    List<RememberedRequest> all = tables.stored(50, new SplittableRandom(3));
    tables
        .packed(all, 5, 0, new SplittableRandom(3))
        .forEach(block -> tables.index.putRequests(block, 4));
    assertEquals(4, tables.indexReader.number("SELECT count(*) FROM request_block"));
    assertEquals(
        all.get(34).id(), tables.indexReader.number("SELECT min(last_id) FROM request_block"));
  }
}
