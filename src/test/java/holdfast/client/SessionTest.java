package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.ClientRequest;
import holdfast.wire.Cursor;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SessionTest extends ClientFixture {
  @Test
  void aLoginMovesWithTheClientByItsToken() {
    alice(CALM);
    first.kill();
    ClientRequest.Login login = second.next(ClientRequest.Login.class);
    assertEquals(Optional.of("h1.alice"), login.token());
    assertEquals(Optional.empty(), login.password());
    heard.next(Notice.FailedOver.class);
    assertEquals("alice", second.peers().getFirst().account());
  }

  @Test
  void aRefusedTokenIsReplacedByThePassword() {
    alice(CALM);
    world.voidTokens();
    first.kill();
    ClientRequest.Login byPassword =
        second.next(ClientRequest.Login.class, login -> login.password().isPresent());
    assertTrue(byPassword.cursor().isPresent(), "the events would not go on");
    heard.next(Notice.FailedOver.class);
    assertEquals(0, heard.count(Notice.LoggedOut.class));
  }

  @Test
  void aChangeOfPasswordThatWasDoneButNotAnsweredIsFollowed() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.SetPassword set) {
        world.account("alice", set.password());
        world.voidTokens();
        first.kill();
        return true;
      }
      return false;
    });
    second.script((peer, request) -> {
      if (request instanceof ClientRequest.SetPassword set) {
        peer.ok(set, new OkPayload.PasswordSet("h1.alice", "i1.1", OptionalInt.empty()));
        return true;
      }
      return false;
    });
    OkPayload.PasswordSet set = get(client.setPassword("correct horse", "battery staple"));
    assertEquals("h1.alice", set.token());
    ClientRequest.Login login =
        second.next(ClientRequest.Login.class, byName -> byName.password().isPresent());
    assertEquals(Optional.of("battery staple"), login.password());
    assertEquals(0, heard.count(Notice.LoggedOut.class));
  }

  @Test
  void aChangeOfPasswordThatWasNotDoneLeavesTheOldOne() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.SetPassword) {
        world.voidTokens();
        first.kill();
        return true;
      }
      return false;
    });
    second.script((peer, request) -> {
      if (request instanceof ClientRequest.SetPassword set) {
        peer.fail(set, ErrorCode.BAD_CREDENTIALS);
        return true;
      }
      return false;
    });
    assertInstanceOf(
        ChatError.class, failure(client.setPassword("correct horse", "battery staple")));
    assertEquals(0, heard.count(Notice.LoggedOut.class));
  }

  @Test
  void whoDeletesItsAccountIsLoggedOut() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.DeleteAccount delete) {
        peer.ok(delete, new OkPayload.Written("i1.1", OptionalInt.empty()));
        return true;
      }
      return false;
    });
    get(client.deleteAccount("correct horse"));
    first.kill();
    heard.next(Notice.FailedOver.class);
    assertEquals("", second.peers().getFirst().account());
  }

  @Test
  void aLoginThatNoServerTakesAnyMoreEnds() {
    ChatClient client = alice(CALM);
    world.voidTokens();
    world.account("alice", "another password");
    first.kill();
    heard.next(Notice.LoggedOut.class);
    get(client.login("alice", "another password"));
    get(client.send("#team", "back"));
    assertEquals(List.of("back"), world.texts());
  }

  @Test
  void aLoginTakenAwayIsToldOnce() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      peer.fail(request, ErrorCode.NOT_LOGGED_IN);
      return true;
    });
    first.peers().getFirst().say(ErrorCode.NOT_LOGGED_IN);
    ChatException why = failure(client.send("#team", "hello"));
    assertEquals(ErrorCode.NOT_LOGGED_IN, assertInstanceOf(ChatError.class, why).code());
    assertFalse(why.outcomeUnknown());
    heard.next(Notice.LoggedOut.class);
    assertEquals(1, heard.count(Notice.LoggedOut.class));
  }

  @Test
  void afterALogoutAnotherServerIsNotToldWhoItWas() {
    ChatClient client = alice(CALM);
    get(client.logout(false));
    first.kill();
    heard.next(Notice.FailedOver.class);
    assertEquals(List.of(), second.all(ClientRequest.Login.class));
  }

  @Test
  void aWrongPasswordIsAnErrorWithItsCode() {
    ChatClient client = client(CALM);
    ChatException why = failure(client.login("alice", "guess"));
    assertEquals(ErrorCode.BAD_CREDENTIALS, assertInstanceOf(ChatError.class, why).code());
  }

  @Test
  void requestsMadeRightAfterALoginWaitForIt() {
    ChatClient client = client(CALM);
    List<ClientRequest> early = new ArrayList<>();
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send && peer.account().isEmpty()) {
        early.add(request);
      }
      return false;
    });
    CompletableFuture<OkPayload.LoggedIn> login = client.login("alice", "correct horse");
    get(client.send("#team", "first words"));
    get(login);
    assertEquals(List.of(), early);
  }

  @Test
  void eventsThatNoServerCanTellAreReported() {
    alice(CALM);
    world.add("#team", "bob", "seen", Optional.empty());
    heard.texts(1);
    world.forget();
    world.atOnce(() -> {
      first.kill();
      world.add("#team", "bob", "missed", Optional.empty());
    });
    heard.next(Notice.Reset.class);
    heard.next(Notice.FailedOver.class);
    world.add("#team", "bob", "after", Optional.empty());
    assertEquals(List.of("after"), heard.texts(1));
  }

  @Test
  void anEventThatComesTwiceIsToldOnce() {
    alice(CALM);
    ServerEvent.Message one = world.add("#team", "bob", "one", Optional.empty());
    first.peers().getFirst().push(one);
    world.add("#team", "bob", "two", Optional.empty());
    assertEquals(List.of("one", "two"), heard.texts(2));
    assertFalse(heard.hasMoreEvents());
  }

  @Test
  void aSlowConsumerComesBackAndMissesNothing() {
    alice(CALM);
    world.add("#team", "bob", "one", Optional.empty());
    heard.texts(1);
    first.peers().getFirst().say(ErrorCode.SLOW_CONSUMER);
    first.dropAll();
    world.add("#team", "bob", "two", Optional.empty());
    heard.next(Notice.SlowConsumer.class);
    assertEquals(List.of("two"), heard.texts(1));
  }

  /// The first write of each connection times out, and as the protocol says, those after it fail
  /// until it comes again.
  @Test
  void afterAFailedWriteAllAreRepeatedInOrder() {
    ChatClient client = alice(CALM);
    List<String> order = new ArrayList<>();
    first.script(new OrderKeeper(order));
    List<CompletableFuture<OkPayload.Sent>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(client.send("#team", "m" + i));
    }
    replies.forEach(ClientFixture::get);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      expected.add("m" + i);
    }
    assertEquals(expected, world.texts());
    assertEquals(0, heard.count(Notice.Lost.class));
    assertEquals(expected.getFirst(), order.getFirst());
  }

  /// A server that fails every third new write with TIMEOUT, and keeps the rule for order.
  private static final class OrderKeeper implements FakeServer.Script {
    private final List<String> failedTexts;
    private Optional<String> awaited = Optional.empty();
    private final List<String> failedOnce = new ArrayList<>();
    private int writes;

    OrderKeeper(List<String> failedTexts) {
      this.failedTexts = failedTexts;
    }

    @Override
    public boolean on(FakeServer.Peer peer, ClientRequest request) {
      if (!(request instanceof ClientRequest.Send send)) {
        return false;
      }
      String id = send.header().requestId().orElseThrow();
      if (awaited.isPresent() && !awaited.get().equals(id)) {
        peer.fail(request, ErrorCode.BUSY);
        return true;
      }
      awaited = Optional.empty();
      if (writes++ % 3 == 0 && !failedOnce.contains(id)) {
        failedOnce.add(id);
        failedTexts.add(send.text());
        awaited = Optional.of(id);
        peer.fail(request, ErrorCode.TIMEOUT);
        return true;
      }
      return false;
    }
  }

  @Test
  void aServerThatOnlyRefusesIsLeftForAnother() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send) {
        peer.fail(request, ErrorCode.BUSY);
        return true;
      }
      return false;
    });
    get(client.send("#team", "elsewhere"));
    assertEquals("2", heard.next(Notice.FailedOver.class).to().serverId());
  }

  @Test
  void aRateLimitIsWaitedFor() {
    ChatClient client = alice(CALM);
    AtomicInteger refusals = new AtomicInteger();
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.History && refusals.getAndIncrement() == 0) {
        peer.fail(request, ErrorCode.RATE_LIMITED, OptionalLong.of(30));
        return true;
      }
      return false;
    });
    get(client.history("#team", 5));
    assertEquals(2, refusals.get());
  }

  @Test
  void aRateLimitLongerThanTheClientRepeatsIsAnErrorAtOnce() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      peer.fail(request, ErrorCode.RATE_LIMITED, OptionalLong.of(3_600_000));
      return true;
    });
    ChatException why = failure(client.history("#team", 5));
    assertEquals(ErrorCode.RATE_LIMITED, assertInstanceOf(ChatError.class, why).code());
  }

  @Test
  void aFrameThatNoServerTakesIsRefusedHere() {
    ChatClient client = alice(CALM);
    ChatException why = failure(client.send("#team", "x".repeat(300_000)));
    assertEquals(ErrorCode.FRAME_TOO_LARGE, assertInstanceOf(ChatError.class, why).code());
    get(client.send("#team", "short"));
  }

  @Test
  void writesBeyondTheLimitWaitForEarlierOnes() {
    ChatClient client = alice(CALM);
    List<Runnable> answers = new ArrayList<>();
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send) {
        answers.add(() -> peer.answer(request));
        if (answers.size() == 1_000) {
          first.script((_, _) -> false);
          answers.forEach(Runnable::run);
        }
        return true;
      }
      return false;
    });
    List<CompletableFuture<OkPayload.Sent>> replies = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      replies.add(client.send("#team", "m" + i));
      long open = replies.stream().filter(reply -> !reply.isDone()).count();
      assertTrue(open <= ChatClient.WRITES_MAX, open + " in flight");
      if (replies.size() > 2 * ChatClient.WRITES_MAX) {
        replies.removeIf(CompletableFuture::isDone);
      }
    }
    replies.forEach(ClientFixture::get);
    assertEquals(3_000, world.texts().size());
    assertEquals("m2999", world.texts().getLast());
  }

  @Test
  void cursorsOfEventsAreWhereItGoesOn() {
    alice(CALM);
    world.add("#team", "bob", "one", Optional.empty());
    world.add("#team", "bob", "two", Optional.empty());
    heard.texts(2);
    first.kill();
    assertEquals(Optional.of(Cursor.text(2, 0)), second.next(ClientRequest.Login.class).cursor());
  }
}
