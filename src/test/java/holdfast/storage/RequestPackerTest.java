package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.chat.Digest;
import holdfast.chat.RememberedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
      for (int i = 0; i < block.count(); i++) {
        ids.add(block.id(i));
      }
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

  @Test
  void asManyBlocksAreOfUseAsTheLimitMayTouch() {
    packer.follow(0);
    add(1, 2, 3);
    packer.committed();
    assertEquals(new RequestPacker.Kept(11, 0), tail.takeBlock().orElseThrow().kept());
  }
}
