package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Digest;
import holdfast.chat.EntryId;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
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
  private static final int ALL = 10_000;
  private static final long TIMELINE_IDS = EntryId.of(1L << EntryId.TERM_BITS, 1) - 1;

  @TempDir Path temp;

  private Sqlite main;
  private IndexFile index;
  private Sqlite indexReader;
  private Query addMessage;
  private Query addRequest;

  @BeforeEach
  void open() throws IOException {
    main = Sqlite.open(temp.resolve("main.db"), 1_024);
    main.run("PRAGMA synchronous=OFF");
    Schema.MAIN.create(main);
    index = IndexFile.create(temp.resolve("index.db"), "key");
    indexReader = Sqlite.open(temp.resolve("index.db"), 1_024);
    addMessage =
        main.prepare(
            "INSERT INTO message(id, low, high, seq, sender, time, text, reply_to, reply_to_seq,"
                + " request_id, payload_high, payload_low) VALUES (?, 1, 2, ?, ?, ?, '', 0, 0, ?, ?, ?)");
    addRequest =
        main.prepare(
            "INSERT INTO request(id, time, principal, key_high, key_low, payload_high, payload_low,"
                + " code, message) VALUES (?, ?, ?, ?, ?, ?, ?, '', '')");
  }

  @AfterEach
  void close() {
    indexReader.close();
    index.close();
    main.close();
  }

  private void clear() {
    for (String table : List.of("message", "request")) {
      main.run("DELETE FROM " + table);
    }
    indexReader.run("DELETE FROM request_block");
  }

  private RememberedRequest message(long id, long time) {
    RequestKey key = new RequestKey(id % 5, Optional.empty(), "q" + id, new Digest(id, ~id));
    addMessage.with(id, id, key.account(), time).set(5, key.requestId());
    addMessage.set(6, key.payload().high()).set(7, key.payload().low()).update();
    return RememberedRequest.of(id, time, key);
  }

  private RememberedRequest request(long id, long time) {
    RememberedRequest made =
        new RememberedRequest(id, time, -id, new Digest(~id, id), new Digest(id, 7));
    addRequest
        .with(id, time, made.principal(), made.key().high(), made.key().low(), id, 7)
        .update();
    return made;
  }

  /// What a packer hands on while these are remembered, in transactions of a few; some of it lost.
  private List<RequestBlock> packed(
      List<RememberedRequest> all, int blockRequests, int lost, RandomGenerator random) {
    IndexTail tail = new IndexTail(16);
    RequestPacker packer = new RequestPacker(tail, blockRequests);
    packer.keep(ALL);
    packer.follow(0);
    List<RequestBlock> blocks = new ArrayList<>();
    for (RememberedRequest request : all) {
      packer.add(request);
      if (random.nextInt(3) == 0) {
        packer.committed();
      }
      drain(tail, lost, random, blocks);
    }
    packer.committed();
    drain(tail, lost, random, blocks);
    return blocks;
  }

  private static void drain(
      IndexTail tail, int lost, RandomGenerator random, List<RequestBlock> into) {
    Optional<RequestPacker.Full> full = tail.takeBlock();
    while (full.isPresent()) {
      if (random.nextInt(100) >= lost) {
        into.add(full.get().block());
      }
      full = tail.takeBlock();
    }
  }

  private List<RememberedRequest> read(long since, int limit, long appliedId) {
    return read(since, limit, appliedId, new IndexTail(16));
  }

  private List<RememberedRequest> read(long since, int limit, long appliedId, IndexTail tail) {
    List<RememberedRequest> found = new ArrayList<>();
    new NewestRequests(main, indexReader, new RequestPacker(tail, 3))
        .read(since, limit, appliedId, found::add);
    return found;
  }

  private static List<RememberedRequest> newest(
      List<RememberedRequest> all, long since, int limit) {
    List<RememberedRequest> recent = all.stream().filter(r -> r.time() >= since).toList();
    return recent.subList(Math.max(0, recent.size() - limit), recent.size());
  }

  /// Each of these is stored and remembered, a few ids apart, now and then a timeline; times often
  /// stand still.
  private List<RememberedRequest> stored(int count, RandomGenerator random) {
    List<RememberedRequest> all = new ArrayList<>();
    long id = 0;
    long time = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      id += 1 + random.nextInt(3);
      if (random.nextInt(60) == 0) {
        id += TIMELINE_IDS * (1 + random.nextInt(5));
      }
      time += random.nextInt(3) == 0 ? random.nextInt(9) : 0;
      all.add(random.nextInt(3) == 0 ? request(id, time) : message(id, time));
    }
    return all;
  }

  @Test
  void blocksOfWhateverKindChangeNothing() {
    main.run("BEGIN");
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      clear();
      List<RememberedRequest> all = stored(random.nextInt(150), random);
      int lost = random.nextInt(3) * 20;
      int bad = random.nextInt(3) * 15;
      for (RequestBlock block : packed(all, 1 + random.nextInt(9), lost, random)) {
        index.putRequests(block, ALL);
        if (random.nextInt(100) < bad) {
          damage(block, random);
        }
      }
      // Others that tell of some of the same, as after a transaction that was rolled back.
      if (random.nextInt(3) == 0) {
        packed(all, 1 + random.nextInt(9), 60, random)
            .forEach(block -> index.putRequests(block, ALL));
      }
      if (random.nextInt(3) == 0 && !all.isEmpty()) {
        // Power loss takes back some of what the blocks tell of.
        all = all.subList(0, random.nextInt(all.size()));
        long last = all.isEmpty() ? 0 : all.getLast().id();
        main.run("DELETE FROM message WHERE id > " + last);
        main.run("DELETE FROM request WHERE id > " + last);
      }
      check(all, random, "seed " + seed);
    }
    main.run("COMMIT");
  }

  /// What is read at many limits and ages, and what is packed of it meanwhile.
  private void check(List<RememberedRequest> all, RandomGenerator random, String where) {
    long applied = all.isEmpty() ? 0 : all.getLast().id();
    long lastTime = all.isEmpty() ? 0 : all.getLast().time();
    for (int i = 0; i < 8; i++) {
      long since = i == 0 ? Long.MIN_VALUE : random.nextLong(lastTime + 2);
      int limit = i < 2 ? ALL : 1 + random.nextInt(all.size() + 2);
      IndexTail tail = new IndexTail(16);
      assertEquals(
          newest(all, since, limit),
          read(since, limit, applied, tail),
          "%s, the newest %d since %d".formatted(where, limit, since));
      Optional<RequestPacker.Full> full = tail.takeBlock();
      while (full.isPresent()) {
        RequestBlock block = full.get().block();
        assertEquals(
            all.stream().filter(r -> r.id() > block.afterId() && r.id() <= block.lastId()).toList(),
            requestsOf(block),
            where);
        // What was missing is there next time.
        index.putRequests(block, ALL);
        full = tail.takeBlock();
      }
    }
  }

  private static List<RememberedRequest> requestsOf(RequestBlock block) {
    List<RememberedRequest> found = new ArrayList<>();
    for (int i = 0; i < block.count(); i++) {
      found.add(block.request(i));
    }
    return found;
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
        index.putRequests(new RequestBlock(block.afterId(), bytes), ALL);
      }
      default -> throw new IllegalStateException();
    }
  }

  private void set(RequestBlock block, String assignment) {
    indexReader.run(
        "UPDATE request_block SET %s WHERE last_id = %d".formatted(assignment, block.lastId()));
  }

  @Test
  void whatABlockHasIsNotReadFromTheRows() {
    List<RememberedRequest> all = stored(30, new SplittableRandom(1));
    packed(all, 10, 0, new SplittableRandom(1)).forEach(block -> index.putRequests(block, ALL));
    for (int i = 0; i < 30; i++) {
      if (i % 10 != 9) {
        main.run("DELETE FROM message WHERE id = " + all.get(i).id());
        main.run("DELETE FROM request WHERE id = " + all.get(i).id());
      }
    }
    assertEquals(all, read(Long.MIN_VALUE, ALL, all.getLast().id()));
    assertEquals(all.subList(13, 30), read(Long.MIN_VALUE, 17, all.getLast().id()));
  }

  @Test
  void rowsThatAreReadBecomeBlocks() {
    List<RememberedRequest> all = stored(11, new SplittableRandom(2));
    IndexTail tail = new IndexTail(16);
    read(Long.MIN_VALUE, ALL, all.getLast().id(), tail);
    for (int from = 0; from < 9; from += 3) {
      assertEquals(all.subList(from, from + 3), requestsOf(tail.takeBlock().orElseThrow().block()));
    }
    assertTrue(tail.takeBlock().isEmpty());
  }

  @Test
  void onlyBlocksThatAreOfUseAreKept() {
    List<RememberedRequest> all = stored(50, new SplittableRandom(3));
    packed(all, 5, 0, new SplittableRandom(3)).forEach(block -> index.putRequests(block, 4));
    assertEquals(4, indexReader.number("SELECT count(*) FROM request_block"));
    assertEquals(all.get(34).id(), indexReader.number("SELECT min(last_id) FROM request_block"));
  }
}
