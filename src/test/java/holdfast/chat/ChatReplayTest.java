package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The same log applied on two servers, one of which is killed and started again at random points.
final class ChatReplayTest {
  private static final int SEEDS = 60;
  private static final int COMMANDS = 300;

  /// Among these members are outside now and then, and requests are kept for longer.
  private static final int HELD_COMMANDS = 100;

  private static final List<RoomRole> ROLES = List.of(RoomRole.values());
  private static final ChatLimits LIMITS = new ChatLimits(400, 12, 60, 4, 3, 2, 2, 2);

  /// One server: rows that a crash may take back, the machine over them, and the digest kept with
  /// them.
  private static final class Server {
    private final Journal journal = new Journal();
    private final MemoryChatState state = new MemoryChatState(journal);
    private final List<byte[]> digests = new ArrayList<>(List.of(new RunningDigest().value()));
    private final List<Applied> applied = new ArrayList<>();
    private ChatMachine machine = new ChatMachine(state, LIMITS);

    void applyNext(List<Command> log) {
      Command command = log.get(applied.size());
      long id = applied.size() + 1L;
      Applied result = machine.apply(id, command);
      RunningDigest digest = new RunningDigest(digests.getLast());
      digest.add(id, Digest.bytesOf(command.toString()), result.outcome());
      digests.add(digest.value());
      applied.add(result);
      journal.commit();
    }

    void crash(int kept) {
      int lost = journal.unsynced() - kept;
      journal.crash(kept);
      for (int i = 0; i < lost; i++) {
        applied.removeLast();
        digests.removeLast();
      }
      machine = new ChatMachine(state, LIMITS);
    }
  }

  @Test
  void aServerKilledAndStartedAgainAppliesTheLogAsOneThatNeverStopped() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      List<Command> log = randomLog(random);
      Server steady = new Server();
      for (int i = 0; i < log.size(); i++) {
        steady.applyNext(log);
      }
      Server shaken = new Server();
      while (shaken.applied.size() < log.size()) {
        shaken.applyNext(log);
        if (random.nextInt(20) == 0) {
          shaken.journal.sync();
        }
        if (random.nextInt(15) == 0) {
          shaken.crash(random.nextInt(shaken.journal.unsynced() + 1));
        }
      }
      assertEquals(steady.applied, shaken.applied, "seed " + seed);
      assertEquals(steady.state.tables(), shaken.state.tables(), "seed " + seed);
      assertArrayEquals(steady.digests.getLast(), shaken.digests.getLast(), "seed " + seed);
      assertFalse(steady.applied.stream().noneMatch(Applied::repeat), "no repeats, seed " + seed);
    }
  }

  @Test
  void theDigestDependsOnIndexCommandOutcomeAndAllBefore() {
    Outcome done = new Outcome.Done(1);
    byte[] command = {1, 2};
    byte[] base = digest(1, command, done);
    assertArrayEquals(base, digest(1, command, done));
    assertFalse(Arrays.equals(base, digest(2, command, done)));
    assertFalse(Arrays.equals(base, digest(1, new byte[] {1, 3}, done)));
    assertFalse(Arrays.equals(base, digest(1, command, new Outcome.Done(2))));
    assertFalse(
        Arrays.equals(base, digest(1, command, new Outcome.Refused(1, Refusal.LIMIT, "no"))));
    RunningDigest twice = new RunningDigest(base);
    twice.add(1, command, done);
    assertFalse(Arrays.equals(base, twice.value()));
  }

  @Test
  void theDigestDoesNotDependOnHowARefusalIsWorded() {
    byte[] command = {1};
    assertArrayEquals(
        digest(1, command, new Outcome.Refused(1, Refusal.LIMIT, "no")),
        digest(1, command, new Outcome.Refused(1, Refusal.LIMIT, "never")));
    assertFalse(
        Arrays.equals(
            digest(1, command, new Outcome.Refused(1, Refusal.LIMIT, "no")),
            digest(1, command, new Outcome.Refused(1, Refusal.FORBIDDEN, "no"))));
  }

  private static byte[] digest(long index, byte[] command, Outcome outcome) {
    RunningDigest digest = new RunningDigest();
    digest.add(index, command, outcome);
    return digest.value();
  }

  /// Commands of every kind about few things, so that they meet; some repeated, some with the id of
  /// another.
  private static List<Command> randomLog(RandomGenerator random) {
    List<Command> log = new ArrayList<>();
    long time = 0;
    for (int i = 0; i < COMMANDS; i++) {
      time += random.nextInt(8);
      if (!log.isEmpty() && random.nextInt(6) == 0) {
        log.add(log.get(Math.max(0, log.size() - 1 - random.nextInt(40))));
      } else {
        log.add(randomCommand(random, time, i));
      }
    }
    return log;
  }

  private static Command randomCommand(RandomGenerator random, long time, int number) {
    long account = 1L + random.nextInt(5);
    RequestKey request =
        ChatBench.request(account, "q" + random.nextInt(200), "content " + random.nextInt(3));
    long thing = 1L + random.nextInt(Math.max(1, number));
    ConversationId conversation =
        random.nextBoolean()
            ? ConversationId.direct(account, 1L + random.nextInt(5))
            : ConversationId.room(thing);
    if (number < 5) {
      String name = "user" + number;
      return new Command.Register(time, ChatBench.registration(name, "r"), name, "hash");
    }
    return switch (random.nextInt(23)) {
      case 0 -> {
        String name = "user" + random.nextInt(20);
        yield new Command.Register(time, ChatBench.registration(name, "r2"), name, "hash");
      }
      case 1 -> new Command.LogoutAll(time, request);
      case 2 ->
          new Command.CreateRoom(
              time, request, "#room" + random.nextInt(5), "topic", random.nextBoolean());
      case 3 -> new Command.JoinRoom(time, request, thing);
      case 4 -> new Command.LeaveRoom(time, request, thing);
      case 5 -> new Command.MarkRead(time, request, conversation, random.nextInt(number));
      case 6 -> new Command.Seen(time, List.of(account));
      case 7 -> new Command.Noop();
      case 8 -> new Command.Send(time, request, conversation, "re", Optional.of(thing));
      case 9 ->
          new Command.SetPassword(
              time, request, "hash " + random.nextInt(3), Digest.of(Digest.bytesOf("hash")));
      case 10 ->
          new Command.SetPreference(
              time,
              request,
              "name " + random.nextInt(3),
              random.nextBoolean() ? Optional.of("value") : Optional.empty());
      case 11 -> new Command.Block(time, request, 1L + random.nextInt(6));
      case 12 -> new Command.Unblock(time, request, 1L + random.nextInt(6));
      case 13 -> new Command.Invite(time, request, thing, 1L + random.nextInt(5));
      case 14 -> new Command.Kick(time, request, thing, 1L + random.nextInt(5));
      case 15 ->
          new Command.SetRole(
              time,
              request,
              thing,
              1L + random.nextInt(5),
              ROLES.get(random.nextInt(ROLES.size())));
      case 16 -> new Command.SetTopic(time, request, thing, "topic " + random.nextInt(2));
      case 17 ->
          random.nextInt(8) == 0
              ? new Command.DeleteAccount(time, request, Digest.of(Digest.bytesOf("hash")))
              : new Command.Noop();
      case 18 -> new Command.Members(time, number < HELD_COMMANDS && random.nextInt(3) > 0);
      default -> new Command.Send(time, request, conversation, "text", Optional.empty());
    };
  }
}
