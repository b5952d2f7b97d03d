package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Applied;
import holdfast.chat.Command;
import holdfast.chat.RequestKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that was started again knows of each request what one knows that never stopped,
/// whatever its index had of them.
final class RequestsAfterRestartTest {
  private static final int SEEDS = 12;
  private static final int STARTS = 6;

  @TempDir Path temp;

  private final List<RequestKey> keys = new ArrayList<>();
  private long blocksSeen;

  @Test
  void theMemoryOfRequestsDoesNotDependOnBlocks() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      ChatModel model = new ChatModel();
      RandomChat chat = new RandomChat(random, model);
      keys.clear();
      StoreSettings settings = new StoreSettings(40, 10, 0).blocksOf(1 + random.nextInt(12));
      try (StoreBench bench = new StoreBench(temp.resolve("seed" + seed), settings)) {
        for (int start = 1; start <= STARTS; start++) {
          write(bench, model, chat, 40 + random.nextInt(200), random);
          bench.store.close();
          harm(bench.directory.resolve("index.db"), random, model.lastId());
          bench.reopen();
          for (RequestKey key : keys) {
            assertEquals(
                model.remembered(key),
                bench.remembered(key),
                "seed %d, start %d, %s".formatted(seed, start, key));
          }
        }
      }
    }
    assertTrue(blocksSeen > 20L * SEEDS, blocksSeen + " blocks");
  }

  private void write(
      StoreBench bench, ChatModel model, RandomChat chat, int commands, RandomGenerator random) {
    long end = model.lastId() + commands;
    while (model.lastId() < end) {
      if (random.nextInt(10) == 0) {
        int before = bench.appended();
        bench.store.begin(true);
        bench.appendCommands(List.of(chat.next(), chat.next(), chat.next()));
        bench.applyUpTo(bench.appended());
        bench.rollback(before);
      }
      List<Command> batch = new ArrayList<>();
      List<Applied> expected = new ArrayList<>();
      for (int i = random.nextInt(9); i >= 0; i--) {
        Command command = chat.next();
        if (command instanceof Command.Write write) {
          keys.add(write.request());
        }
        batch.add(command);
        expected.add(model.apply(command));
      }
      assertEquals(expected, bench.write(batch));
    }
  }

  /// Takes blocks away or spoils them, or makes them tell of what is not applied.
  private void harm(Path index, RandomGenerator random, long lastId) throws IOException {
    try (Sqlite sqlite = Sqlite.open(index, 100)) {
      blocksSeen += sqlite.number("SELECT count(*) FROM request_block");
      String some = " WHERE last_id %% 3 = %d".formatted(random.nextInt(3));
      switch (random.nextInt(6)) {
        case 0 -> {}
        case 1 -> sqlite.run("DELETE FROM request_block" + some);
        case 2 -> sqlite.run("UPDATE request_block SET requests = zeroblob(length(requests))");
        case 3 -> sqlite.run("UPDATE request_block SET checksum = checksum + 1" + some);
        case 4 -> sqlite.run("UPDATE request_block SET last_id = last_id + " + lastId + some);
        case 5 -> {
          sqlite.run("DROP TABLE request_block");
          sqlite.run("PRAGMA user_version=3");
        }
        default -> throw new IllegalStateException();
      }
    }
    if (random.nextInt(8) == 0) {
      Files.delete(index);
    }
  }
}
