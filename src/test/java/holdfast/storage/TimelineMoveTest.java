package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.EntryId;
import holdfast.chat.Timelines;
import holdfast.replication.HardState;
import holdfast.replication.LogPosition;
import holdfast.replication.StoredLog;
import holdfast.replication.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that pass over to a later timeline: what they keep of their own, and what they take.
final class TimelineMoveTest {
  private static final Command FOUND = new Command.Found(1, "c1", new byte[32]);
  private static final Command ALONE = new Command.Members(1, true);
  private static final long TERM = 3;
  private static final long FIRST = new Timeline(1, 1).firstTerm();
  private static final long SECOND = new Timeline(2, 2).firstTerm();
  private static final int SEEDS = 40;

  @TempDir Path temp;

  /// A number for each write, so that all differ.
  private int written;

  private TimelineServer server(String name) {
    return new TimelineServer(temp.resolve(name));
  }

  /// A note that the account 2 writes to itself.
  private Command.Send note(String text) {
    written++;
    return new Command.Send(
        1,
        TimelineServer.request(2, "n" + written),
        ConversationId.direct(2, 2),
        text,
        Optional.empty());
  }

  /// A founded cluster with account 2.
  private static Command[] beginning() {
    return new Command[] {FOUND, TimelineServer.register("alice", "r")};
  }

  /// Servers that begin with the same.
  private static void found(TimelineServer... servers) {
    for (TimelineServer server : servers) {
      server.write(TERM, beginning());
    }
  }

  private static List<String> texts(List<RescuedCommand> rescued) {
    return rescued.stream().map(r -> ((Command.Send) r.command()).text()).toList();
  }

  private static List<String> notes(TimelineServer server) {
    return server
        .store
        .reads()
        .history(2, ConversationId.direct(2, 2), OptionalLong.empty(), OptionalLong.empty(), 100)
        .items()
        .stream()
        .map(shown -> shown.message().text())
        .toList();
  }

  @Test
  void whatOnlyTheLoserHasIsKeptInLogOrderAndAllElseIsTheWinners() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      Command shared = note("shared");
      for (TimelineServer server : List.of(winner, loser)) {
        server.write(TERM, beginning());
        server.write(TERM, shared);
      }
      loser.write(TERM, note("mine"), new Command.Seen(1, List.of(2L)), note("mine, too"));
      // Neither applied nor known to be committed.
      loser.append(TERM + 1, new Command.Noop(), note("who knows"));
      winner.write(TERM + 2, note("the winner's, before"));
      winner.write(FIRST, ALONE, note("the winner's"));
      String memberKey = loser.store.memberKey();
      assertEquals(new LogPosition(FIRST, 6), loser.receive(winner, true));
      assertEquals(0, loser.store.rescue().waiting(), "nothing changes before the next start");
      loser.reopen();

      assertEquals(List.of("mine", "mine, too", "who knows"), texts(loser.waiting()));
      assertEquals(List.of(4L, 6L, 8L), loser.waiting().stream().map(r -> r.oldId()).toList());
      StoredLog log = loser.storedLog();
      assertEquals(new HardState(FIRST, Optional.empty()), log.hardState());
      assertEquals(LogPosition.NONE, log.compacted());
      assertEquals(new LogPosition(FIRST, 6), log.last());
      assertEquals(winner.log(1), loser.log(1));
      assertEquals(winner.storedLog().memberships(), log.memberships());
      assertEquals(FIRST, log.memberships().getLast().term());
      assertEquals(6, loser.store.appliedIndex());
      assertArrayEquals(winner.store.runningDigest(), loser.store.runningDigest());
      assertEquals(List.of("shared", "the winner's, before", "the winner's"), notes(loser));
      assertEquals(memberKey, loser.store.memberKey());
      Timelines expected = new Timelines(List.of(EntryId.of(FIRST, 5)));
      assertEquals(expected, loser.store.reads().timelines());
      assertEquals(expected, winner.store.reads().timelines());
    }
  }

  @Test
  void aPrefixOfTheWinnersLogHasNothingToKeep() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      found(winner, loser);
      winner.write(FIRST, ALONE, note("on"));
      loser.moveTo(winner);
      assertEquals(Optional.empty(), loser.store.rescue().next());
      assertEquals(List.of("on"), notes(loser));
    }
  }

  @Test
  void aServerWithoutAnythingTakesItAll() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer newcomer = server("newcomer")) {
      winner.write(TERM, beginning());
      winner.write(TERM, note("one"));
      winner.compact(2);
      winner.write(FIRST, ALONE);
      newcomer.moveTo(winner);
      assertEquals(0, newcomer.store.rescue().waiting());
      assertEquals(FIRST, newcomer.storedLog().hardState().term());
      assertEquals(List.of("one"), notes(newcomer));
    }
  }

  @Test
  void whatWasRefusedWhereItWasMadeIsNotKept() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      found(winner, loser);
      Command refused = TimelineServer.register("alice", "again");
      loser.write(TERM, refused, note("mine"), refused);
      winner.write(FIRST, ALONE);
      loser.moveTo(winner);
      assertEquals(List.of("mine"), texts(loser.waiting()));
    }
  }

  @Test
  void aSecondMoveKeepsWhatTheFirstOneKept() throws Exception {
    try (TimelineServer first = server("first");
        TimelineServer second = server("second");
        TimelineServer loser = server("loser")) {
      found(first, second, loser);
      loser.write(TERM, note("a"), note("b"));
      first.write(FIRST, ALONE);
      loser.moveTo(first);
      assertEquals(List.of("a", "b"), texts(loser.waiting()));
      loser.bringIn(first, FIRST);
      assertEquals(List.of("b"), texts(loser.waiting()));
      second.write(TERM, note("c"));
      second.write(SECOND, ALONE);
      loser.moveTo(second);
      // What was brought in to a timeline that is lost as well is brought in again, as what it was
      // and as what it became: the request tells that they are one.
      assertEquals(List.of("a", "b", "a"), texts(loser.waiting()));
      assertEquals(List.of(1L, 2L, 3L), loser.waiting().stream().map(r -> r.position()).toList());
      while (loser.store.rescue().waiting() > 0) {
        loser.bringIn(second, SECOND);
      }
      assertEquals(List.of("c", "a", "b"), notes(second));
      assertEquals(List.of("c", "a", "b"), notes(loser));
      assertEquals(0, loser.store.rescue().unreplayableCount());
      loser.reopen();
      assertEquals(0, loser.store.main.number("SELECT count(*) FROM rescued"), "all is done");
    }
  }

  @Test
  void theSameSnapshotOnceMoreTakesNothingAwayAndAddsNothing() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      found(winner, loser);
      loser.write(TERM, note("a"), note("b"));
      winner.write(FIRST, ALONE);
      try (OutgoingSnapshot snapshot = winner.store.snapshots().copy(true)) {
        loser.receive(snapshot);
        loser.reopen();
        loser.bringIn(winner, FIRST);
        loser.receive(snapshot);
        loser.reopen();
      }
      assertEquals(List.of("b"), texts(loser.waiting()));
      assertEquals(winner.log(1), loser.log(1), "its log goes on from the snapshot");
      loser.store.begin(true);
      loser.follow(winner);
      loser.store.commit();
      loser.bringIn(winner, FIRST);
      assertEquals(List.of("a", "b"), notes(loser));
    }
  }

  @Test
  void aSnapshotOfAnEarlierTimelineIsOfNoUse() throws Exception {
    try (TimelineServer earlier = server("earlier");
        TimelineServer later = server("later")) {
      found(earlier, later);
      for (int i = 0; i < 10; i++) {
        earlier.write(TERM + 5, note("much"));
      }
      later.write(FIRST, ALONE);
      assertThrows(StoreException.class, () -> later.receive(earlier, true));
      later.reopen();
      assertEquals(3, later.store.appliedIndex());
    }
  }

  /// The founder's copy is of the later timeline only once the founding is applied; so a server
  /// that moves always has the list that the founding states.
  @Test
  void aCopyMadeBeforeTheFoundingIsAppliedIsOfTheTimelineBefore() throws Exception {
    try (TimelineServer founder = server("founder");
        TimelineServer loser = server("loser")) {
      found(founder, loser);
      loser.write(TERM, note("mine"));
      founder.append(FIRST, ALONE, note("not applied"));
      assertEquals(new LogPosition(TERM, 2), loser.receive(founder, true));
      loser.reopen();
      StoredLog log = loser.storedLog();
      assertEquals(TERM, log.hardState().term(), "it stays in its timeline");
      assertEquals(new LogPosition(TERM, 3), log.last(), "and has its log");
      assertEquals(0, loser.store.rescue().waiting());
    }
  }

  // ---- logs that do not reach back

  @Test
  void logsWithNothingInCommonAreRefusedWithASentence() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      found(winner, loser);
      loser.write(TERM, note("mine"));
      for (int i = 0; i < 5; i++) {
        winner.write(TERM + 1, note("far ahead"));
      }
      winner.compact(6);
      winner.write(FIRST, ALONE);
      StoreException refused =
          assertThrows(StoreException.class, () -> loser.receive(winner, true));
      assertEquals(StoreException.Kind.REFUSED, refused.kind());
      assertEquals(
          "the log here (0@0 to 3) and that of the later timeline (6@4 to 8) have no entry in common any more, so nobody can tell what only this server has: put its data directory away, where nothing of it is lost, and replace it by a new member",
          refused.getMessage());
      loser.reopen();
      assertEquals(List.of("mine"), notes(loser));
    }
  }

  /// It went on between the snapshot's arrival and its end.
  @Test
  void whatIsWrittenBeforeTheEndIsKeptAsWell() throws Exception {
    try (TimelineServer winner = server("winner");
        TimelineServer loser = server("loser")) {
      found(winner, loser);
      winner.write(FIRST, ALONE);
      loser.receive(winner, true);
      loser.write(TERM, note("late"));
      loser.reopen();
      assertEquals(List.of("late"), texts(loser.waiting()));
    }
  }

  @Test
  void whereLogsPartIsFoundWhateverIsLeftOfThem() throws Exception {
    int refused = 0;
    int kept = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      try (TimelineServer winner = server("winner" + seed);
          TimelineServer loser = server("loser" + seed)) {
        found(winner, loser);
        long term = TERM;
        int shared = 2 + random.nextInt(6);
        for (int index = 3; index <= shared; index++) {
          term += random.nextInt(3);
          Command both = note("both");
          winner.write(term, both);
          loser.write(term, both);
        }
        List<String> own = new ArrayList<>();
        long loserTerm = term;
        for (int i = random.nextInt(6); i > 0; i--) {
          loserTerm += 10L * random.nextInt(2);
          own.add("own " + i);
          loser.write(loserTerm, note("own " + i));
        }
        long winnerTerm = term + 1;
        for (int i = random.nextInt(6); i > 0; i--) {
          winnerTerm += random.nextInt(2);
          winner.write(winnerTerm, note("theirs"));
        }
        winner.compact(2 + random.nextInt((int) winner.lastIndex() - 1));
        loser.compact(random.nextInt((int) loser.lastIndex() + 1));
        winner.write(FIRST, ALONE);
        long from =
            Math.max(winner.storedLog().compacted().index(), loser.storedLog().compacted().index());
        boolean withLog = random.nextInt(4) > 0;
        from = withLog ? from : winner.lastIndex();
        if (from > shared) {
          assertThrows(StoreException.class, () -> loser.receive(winner, withLog), "seed " + seed);
          refused++;
        } else {
          loser.receive(winner, withLog);
          loser.reopen();
          assertEquals(own, texts(loser.waiting()), "seed " + seed);
          assertEquals(notes(winner), notes(loser), "seed " + seed);
          kept++;
        }
      }
    }
    assertTrue(refused > 10 && kept > 10, refused + " refused, " + kept + " kept");
  }

  // ---- the log is held

  @Test
  void nothingOfTheLogGoesWhileSomebodyIsOutside() {
    try (TimelineServer server = server("server")) {
      server.write(TERM, beginning());
      server.write(TERM, note("before"));
      assertEquals(OptionalLong.empty(), server.store.heldIndex());
      assertEquals(0, server.store.logBytesSinceHeld());
      server.write(TERM, new Command.Members(1, true), note("since"));
      server.write(TERM, note("since"));
      assertEquals(OptionalLong.of(3), server.store.heldIndex());
      long since = server.store.logBytesSinceHeld();
      int bytes =
          server.log(4).stream().mapToInt(e -> LogRow.LENGTH_BYTES + e.command().length).sum();
      assertEquals(bytes, since);
      server.compact(6);
      assertEquals(LogPosition.NONE, server.storedLog().compacted());
      server.reopen();
      server.compact(6);
      assertEquals(LogPosition.NONE, server.storedLog().compacted());
      assertEquals(since, server.store.logBytesSinceHeld(), "the same after a restart");
      server.append(TERM, note("not applied"));
      assertTrue(server.store.logBytesSinceHeld() > since);
      server.write(TERM, new Command.Members(1, false));
      assertEquals(OptionalLong.empty(), server.store.heldIndex());
      assertEquals(0, server.store.logBytesSinceHeld());
      server.compact(7);
      assertEquals(7, server.storedLog().compacted().index());
    }
  }

  /// A server that gets its state by a snapshot forgets what the others forget.
  @Test
  void aCopyHoldsWhatItsSenderHolds() throws Exception {
    try (TimelineServer source = server("source");
        TimelineServer newcomer = server("newcomer")) {
      source.write(TERM, beginning());
      source.write(TERM, new Command.Members(7, true));
      newcomer.receive(source, false);
      newcomer.reopen();
      assertEquals(source.store.chat().held(), newcomer.store.chat().held());
      assertEquals(OptionalLong.of(2), newcomer.store.heldIndex());
      assertEquals(0, newcomer.store.logBytesSinceHeld());
    }
  }

  // ---- copies with the log

  @Test
  void aCopysLogEndsWhereItIsAppliedWhateverTheRows() throws Exception {
    try (TimelineServer source = server("source");
        TimelineServer newcomer = server("newcomer")) {
      source.write(TERM, beginning());
      for (int i = 0; i < 40; i++) {
        source.append(TERM + i / 7, note("a"), note("b"), note("c"));
      }
      source.store.begin(false);
      source.apply(100);
      source.store.commit();
      source.compact(20);
      LogPosition compacted = source.storedLog().compacted();
      assertEquals(20, compacted.index());
      newcomer.receive(source, true);
      newcomer.reopen();
      StoredLog log = newcomer.storedLog();
      assertEquals(compacted, log.compacted());
      assertEquals(100, log.last().index());
      assertEquals(source.log(21).subList(0, 80), newcomer.log(21));
      assertEquals(
          source.storedLog().terms().stream().filter(run -> run.index() <= 100).toList(),
          log.terms());
      newcomer.store.begin(true);
      newcomer.store.append(source.log(101));
      newcomer.apply(122);
      newcomer.store.commit();
      newcomer.reopen();
      assertEquals(source.log(21), newcomer.log(21));
    }
  }

  // ---- crashes

  /// Each state of the directory that a crash in the middle of a move can leave.
  @Test
  void aMoveCutShortAnywhereIsFinishedByTheNextStart() throws Exception {
    for (int step = 0; step <= 4; step++) {
      Path directory = temp.resolve("loser" + step);
      try (TimelineServer winner = server("winner" + step)) {
        String digest;
        try (TimelineServer loser = new TimelineServer(directory)) {
          found(winner, loser);
          loser.write(TERM, note("a"));
          winner.write(FIRST, ALONE);
          loser.moveTo(winner);
          loser.write(FIRST, note("b"));
          winner.write(SECOND, ALONE);
          try (OutgoingSnapshot snapshot = winner.store.snapshots().copy(true)) {
            loser.receive(snapshot);
            digest = snapshot.digest();
          }
        }
        cutShort(directory, digest, step);
        try (TimelineServer moved = new TimelineServer(directory)) {
          assertEquals(List.of("a", "b"), texts(moved.waiting()), "cut short at step " + step);
          assertEquals(SECOND, moved.storedLog().hardState().term());
          assertEquals(winner.log(1), moved.log(1));
        }
      }
    }
  }

  private static void cutShort(Path directory, String digest, int step) throws Exception {
    Path ready = directory.resolve("snapshot-" + digest + ".ready");
    Path main = directory.resolve("holdfast.db");
    if (step >= 1) {
      // All is written into the new file, by the code itself, and the file is not renamed.
      Path copy = directory.resolveSibling("copy-" + directory.getFileName());
      Files.createDirectories(copy);
      Files.copy(main, copy.resolve("holdfast.db"));
      Files.copy(ready, copy.resolve(ready.getFileName()));
      new TimelineServer(copy).close();
      Files.copy(copy.resolve("holdfast.db"), ready, StandardCopyOption.REPLACE_EXISTING);
    }
    if (step >= 2) {
      Files.writeString(directory.resolve("snapshot.installed"), digest);
    }
    if (step >= 3) {
      Files.delete(directory.resolve("index.db"));
    }
    if (step >= 4) {
      Files.delete(main);
      Files.move(ready, main);
    }
  }
}
