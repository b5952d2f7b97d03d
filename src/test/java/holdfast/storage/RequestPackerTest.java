package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is packed is committed, and follows what it says it does.
final class RequestPackerTest {
  private final IndexTail tail = new IndexTail(16);
  private final RequestPacker packer = new RequestPacker(tail, 3);

  @BeforeEach
  void keepTen() {
    packer.keep(10, 0);
  }

  private void add(long... ids) {
    for (long id : ids) {
      packer.add(new RememberedRequest(id, 1, 2, new Digest(3, 4), new Digest(5, 6)));
    }
  }

  /// Each block handed on: what it follows, then its ids.
  private List<List<Long>> handedOn() {
    List<List<Long>> found = new ArrayList<>();
    Optional<RequestPacker.Full> full = tail.takeBlock();
    while (full.isPresent()) {
      RequestBlock block = full.get().block();
      List<Long> ids = new ArrayList<>(List.of(block.afterId()));
      ids.addAll(ids(block));
      found.add(ids);
      full = tail.takeBlock();
    }
    return found;
  }

  @Test
  void nothingIsPackedBeforeItIsKnownWhatItFollows() {
    add(1, 2, 3, 4);
    packer.committed();
    assertEquals(List.of(), handedOn());
    packer.follow(4);
    add(7, 8, 9, 10);
    packer.committed();
    assertEquals(List.of(List.of(4L, 7L, 8L, 9L)), handedOn());
  }

  @Test
  void aBlockIsHandedOnOnceItIsCommitted() {
    packer.follow(0);
    add(1, 2, 3, 4, 5, 6, 7);
    assertEquals(List.of(), handedOn());
    packer.committed();
    assertEquals(List.of(List.of(0L, 1L, 2L, 3L), List.of(3L, 4L, 5L, 6L)), handedOn());
  }

  @Test
  void whatWasRolledBackIsInNoBlock() {
    packer.follow(0);
    add(1);
    packer.committed();
    add(2, 3);
    packer.rolledBack();
    // Until it is told what is there, it cannot know.
    add(4, 5, 6);
    packer.committed();
    assertEquals(List.of(), handedOn());
    packer.follow(1);
    add(2, 3, 5);
    packer.committed();
    assertEquals(List.of(List.of(1L, 2L, 3L, 5L)), handedOn());
  }

  @Test
  void aRollbackOfNothingLosesNothing() {
    packer.follow(0);
    add(1, 2);
    packer.committed();
    packer.rolledBack();
    add(3);
    packer.committed();
    assertEquals(List.of(List.of(0L, 1L, 2L, 3L)), handedOn());
  }

  @Test
  void theOldestBlocksAreDroppedWhenTooManyWait() {
    packer.follow(0);
    for (long id = 1; id <= 3_000; id++) {
      add(id);
      packer.committed();
    }
    List<List<Long>> found = handedOn();
    assertEquals(16, found.size());
    assertEquals(List.of(2952L, 2953L, 2954L, 2955L), found.getFirst());
  }

  /// A block that the other thread has taken is its own; only those that were dropped are filled
  /// anew, and each of those holds what it is said to.
  @Test
  void whatOthersHaveIsNotWrittenOver() {
    packer.follow(0);
    List<RequestBlock> taken = new ArrayList<>();
    List<List<Long>> then = new ArrayList<>();
    for (long id = 1; id <= 3_000; id++) {
      add(id);
      packer.committed();
      if (id % 200 == 0) {
        taken.add(tail.takeBlock().orElseThrow().block());
        then.add(ids(taken.getLast()));
      }
    }
    assertEquals(then, taken.stream().map(RequestPackerTest::ids).toList());
    long id = 2_998;
    for (List<Long> block : handedOn().reversed()) {
      assertEquals(List.of(id - 1, id, id + 1, id + 2), block);
      id -= 3;
    }
  }

  private static List<Long> ids(RequestBlock block) {
    return LongStream.range(0, block.count()).mapToObj(i -> block.id((int) i)).toList();
  }

  @Test
  void asManyBlocksAreOfUseAsTheLimitMayTouch() {
    packer.follow(0);
    add(1, 2, 3);
    packer.committed();
    assertEquals(new RequestPacker.Kept(11, 0), tail.takeBlock().orElseThrow().kept());
  }
}
