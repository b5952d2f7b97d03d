package holdfast.storage;

import holdfast.chat.Digest;
import holdfast.chat.EntryId;
import holdfast.chat.RememberedRequest;
import holdfast.chat.RequestKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A main file with remembered requests, and an index with blocks of them.
final class RequestTables implements AutoCloseable {
  /// More than a test stores.
  static final int ALL = 10_000;

  private static final long TIMELINE_IDS = EntryId.of(1L << EntryId.TERM_BITS, 1) - 1;

  final Sqlite main;
  final IndexFile index;
  final Sqlite indexReader;
  private final Query addMessage;
  private final Query addRequest;

  RequestTables(Path temp) throws IOException {
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

  @Override
  public void close() {
    indexReader.close();
    index.close();
    main.close();
  }

  /// Removes all rows and blocks.
  void clear() {
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
  List<RequestBlock> packed(
      List<RememberedRequest> all, int blockRequests, int lost, RandomGenerator random) {
    IndexTail tail = new IndexTail(16);
    RequestPacker packer = new RequestPacker(tail, blockRequests);
    packer.keep(ALL, 0);
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

  /// What is to be kept of these.
  static List<RememberedRequest> newest(List<RememberedRequest> all, long since, int limit) {
    List<RememberedRequest> recent = all.stream().filter(r -> r.time() >= since).toList();
    return recent.subList(Math.max(0, recent.size() - limit), recent.size());
  }

  /// Each of these is stored and remembered, a few ids apart, now and then a timeline; times often
  /// stand still.
  List<RememberedRequest> stored(int count, RandomGenerator random) {
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

  static List<RememberedRequest> requestsOf(RequestBlock block) {
    List<RememberedRequest> found = new ArrayList<>();
    for (int i = 0; i < block.count(); i++) {
      found.add(block.request(i));
    }
    return found;
  }
}
