package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.RememberedRequest;
import holdfast.storage.RequestPacker.Kept;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever blocks are missing, in the end there is none missing that a start would use.
final class RequestBackfillTest {
  private static final int SEEDS = 200;

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

  private void put(List<RequestBlock> blocks, Kept kept) {
    blocks.forEach(block -> tables.index.putRequests(block, kept.blocks()));
  }

  /// Works until it has nothing to do; returns the blocks written.
  private int fillBack(Kept kept, int blockRequests) {
    RequestBackfill backfill =
        new RequestBackfill(
            tables.main, tables.index, blockRequests, IndexPace.ofLeisure(new IndexTail(1)));
    backfill.onPut(kept);
    int steps = 0;
    while (backfill.restNanos() != Long.MAX_VALUE) {
      backfill.step();
      steps++;
      assertTrue(steps <= RequestTables.ALL, "it comes to an end");
    }
    return steps - 1;
  }

  private List<RequestBlock> blocks() {
    List<RequestBlock> found = new ArrayList<>();
    tables
        .indexReader
        .prepare("SELECT after_id, checksum, requests FROM request_block ORDER BY last_id")
        .visit(row -> {
          Optional<RequestBlock> block =
              RequestBlock.read(row.getLong(1), row.getLong(2), row.getBytes(3));
          found.add(block.orElseThrow());
          return true;
        });
    return found;
  }

  @Test
  void inTheEndBlocksHaveAllThatIsKept() {
    tables.main.run("BEGIN");
    int filled = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      tables.clear();
      List<RememberedRequest> all = tables.stored(1 + random.nextInt(150), random);
      int blockRequests = 1 + random.nextInt(9);
      long oldestId = random.nextBoolean() ? 0 : all.get(random.nextInt(all.size())).id();
      Kept kept = new Kept(1 + random.nextInt(40), oldestId);
      put(tables.packed(all, blockRequests, 20 * random.nextInt(5), random), kept);
      long end = blocks().isEmpty() ? 0 : blocks().getLast().lastId();
      filled += fillBack(kept, blockRequests);
      TreeSet<Long> inBlocks = new TreeSet<>();
      for (RequestBlock block : blocks()) {
        List<RememberedRequest> requests = RequestTables.requestsOf(block);
        requests.forEach(request -> inBlocks.add(request.id()));
        assertEquals(
            all.stream().filter(r -> r.id() > block.afterId() && r.id() <= block.lastId()).toList(),
            requests,
            "seed " + seed);
      }
      List<RememberedRequest> wanted =
          all.stream().filter(r -> r.id() <= end && r.id() >= oldestId).toList();
      // The blocks that were lost between others may have left two that tell of the same.
      boolean allKept = blocks().size() < kept.blocks();
      for (RememberedRequest request : wanted) {
        assertTrue(
            inBlocks.contains(request.id()) || (!allKept && request.id() < inBlocks.first()),
            "seed %d, request %d".formatted(seed, request.id()));
      }
    }
    tables.main.run("COMMIT");
    assertTrue(filled > SEEDS, filled + " blocks");
  }

  @Test
  void whatIsWholeIsLeftAlone() {
    List<RememberedRequest> all = tables.stored(50, new SplittableRandom(1));
    Kept kept = new Kept(100, 0);
    put(tables.packed(all, 5, 0, new SplittableRandom(1)), kept);
    assertEquals(0, fillBack(kept, 5));
  }

  @Test
  void afterAFloodAStartReadsFewRows() {
    List<RememberedRequest> all = tables.stored(100, new SplittableRandom(2));
    Kept kept = new Kept(100, 0);
    List<RequestBlock> packed = tables.packed(all, 10, 0, new SplittableRandom(2));
    put(List.of(packed.getFirst(), packed.getLast()), kept);
    assertEquals(8, fillBack(kept, 10));
    for (RememberedRequest request : all.subList(0, 99)) {
      if (blocks().stream().noneMatch(block -> block.lastId() == request.id())) {
        tables.main.run("DELETE FROM message WHERE id = " + request.id());
        tables.main.run("DELETE FROM request WHERE id = " + request.id());
      }
    }
    List<RememberedRequest> found = new ArrayList<>();
    new NewestRequests(tables.main, tables.indexReader, new RequestPacker(new IndexTail(16), 10))
        .read(Long.MIN_VALUE, RequestTables.ALL, all.getLast().id(), found::add);
    assertEquals(all, found, "though the rows are gone");
  }

  @Test
  void withoutAnyBlockThereIsNothingToDo() {
    tables.stored(10, new SplittableRandom(3));
    assertEquals(0, fillBack(new Kept(5, 0), 3));
  }
}
