package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailoverTest extends ClientFixture {
  private static final FakeServer.Script SWALLOW_WRITES =
      (_, request) -> request instanceof ClientRequest.Send;

  private static List<String> ids(FakeServer server, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(server.next(ClientRequest.Send.class).header().requestId().orElseThrow());
    }
    return ids;
  }

  private static List<CompletableFuture<OkPayload.Sent>> sendAll(
      ChatClient client, String... texts) {
    List<CompletableFuture<OkPayload.Sent>> replies = new ArrayList<>();
    for (String text : texts) {
      replies.add(client.send("#team", text));
    }
    return replies;
  }

  @Test
  void writesInFlightAreRepeatedInOrderWithTheSameIdsBeforeNewerOnes() {
    ChatClient client = alice(CALM);
    first.script(SWALLOW_WRITES);
    List<CompletableFuture<OkPayload.Sent>> replies = sendAll(client, "a", "b", "c");
    List<String> before = ids(first, 3);
    first.kill();
    heard.next(Notice.Lost.class);
    replies.addAll(sendAll(client, "d"));
    replies.forEach(ClientFixture::get);
    assertEquals(before, ids(second, 3));
    assertEquals(List.of("a", "b", "c", "d"), world.texts());
    Notice.FailedOver over = heard.next(Notice.FailedOver.class);
    assertEquals("1", over.from().serverId());
    assertEquals("2", over.to().serverId());
    assertEquals(3, over.repeated());
    assertEquals(0, over.unknown());
  }

  @Test
  void aWriteThatWasDoneButNotAnsweredIsDoneOnce() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send send) {
        world.take(send, peer.account());
        first.kill();
        return true;
      }
      return false;
    });
    OkPayload.Sent sent = get(client.send("#team", "once"));
    assertEquals(1, sent.seq());
    get(client.send("#team", "twice"));
    assertEquals(List.of("once", "twice"), world.texts());
    assertEquals(List.of("once", "twice"), heard.texts(2));
    assertFalse(heard.hasMoreEvents());
  }

  @Test
  void eventsGoOnWhereTheyStopped() {
    alice(CALM);
    world.add("#team", "bob", "one", Optional.empty());
    assertEquals(List.of("one"), heard.texts(1));
    first.kill();
    world.add("#team", "bob", "two", Optional.empty());
    heard.next(Notice.FailedOver.class);
    world.add("#team", "bob", "three", Optional.empty());
    assertEquals(List.of("two", "three"), heard.texts(2));
    ClientRequest.Login login = second.next(ClientRequest.Login.class);
    assertTrue(login.token().isPresent());
    assertTrue(login.cursor().isPresent());
  }

  @Test
  void aServerThatIsSilentIsLeftForAnother() {
    ChatClient client = alice(NERVOUS);
    first.mute();
    OkPayload.Sent sent = get(client.send("#team", "hello?"));
    assertEquals(1, sent.seq());
    first.next(ClientRequest.Ping.class);
    assertEquals("2", heard.next(Notice.FailedOver.class).to().serverId());
    assertTrue(first.peers().isEmpty(), "the silent connection is still open");
  }

  @Test
  void aServerThatIsSilentWhileNothingIsAskedIsFoundOut() {
    Timing standing =
        new Timing(
            NERVOUS.replyPatience(),
            NERVOUS.pingPatience(),
            Duration.ofMillis(100),
            NERVOUS.replyMax(),
            NERVOUS.connectTimeout(),
            NERVOUS.stagger(),
            NERVOUS.grace(),
            NERVOUS.backoffMin(),
            NERVOUS.backoffMax(),
            NERVOUS.provenAfter(),
            NERVOUS.searchNotice(),
            NERVOUS.repeatFor());
    alice(standing);
    first.next(ClientRequest.Ping.class);
    first.mute();
    assertEquals("2", heard.next(Notice.FailedOver.class).to().serverId());
  }

  @Test
  void aServerThatNeverSaysHelloDoesNotKeepTheClientFromTheOthers() {
    first.mute();
    ChatClient client =
        ChatClient.open(
            new ClientSettings(List.of(first.address(), second.address()), "test", NERVOUS), heard);
    try (client) {
      assertEquals("2", heard.next(Notice.Connected.class).server().serverId());
    }
  }

  @Test
  void aServerThatIsSlowButAnswersPingIsKept() {
    ChatClient client = alice(NERVOUS);
    AtomicInteger pings = new AtomicInteger();
    List<ClientRequest> waiting = new ArrayList<>();
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send) {
        waiting.add(request);
        return true;
      }
      if (request instanceof ClientRequest.Ping && pings.incrementAndGet() == 3) {
        waiting.forEach(peer::answer);
      }
      return false;
    });
    get(client.send("#team", "patience"));
    assertEquals(0, heard.count(Notice.Lost.class));
  }

  @Test
  void aSilentServerThatSpeaksBeforeAnotherIsFoundIsKept() {
    second.kill();
    ChatClient client = alice(NERVOUS);
    List<Runnable> unsaid = new ArrayList<>();
    AtomicInteger connections = new AtomicInteger();
    first.script((peer, request) -> {
      unsaid.add(() -> peer.answer(request));
      if (request instanceof ClientRequest.Hello && connections.incrementAndGet() == 1) {
        first.script((_, _) -> false);
        unsaid.forEach(Runnable::run);
      }
      return true;
    });
    get(client.send("#team", "still there"));
    assertEquals(List.of("still there"), world.texts());
    assertEquals("1", heard.next(Notice.FailedOver.class).to().serverId());
  }

  @Test
  void aServerThatTakesItsTimeToLogInDoesNotKeepTheClientFromTheOthers() {
    FakeServer third = world.server("3");
    ChatClient client = alice(NERVOUS);
    // Whichever is asked first says nothing to LOGIN, though it answers PING.
    AtomicInteger asked = new AtomicInteger();
    FakeServer.Script lagging =
        (_, request) -> request instanceof ClientRequest.Login && asked.getAndIncrement() == 0;
    second.script(lagging);
    third.script(lagging);
    first.kill();
    get(client.send("#team", "hello"));
    assertEquals(2, asked.get());
  }

  @Test
  void itMovesToAnotherServerWhenThereIsNoPrimaryHere() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send) {
        peer.fail(request, ErrorCode.NO_PRIMARY);
        return true;
      }
      return false;
    });
    CompletableFuture<OkPayload.Sent> reply = client.send("#team", "anyone?");
    List<String> id = ids(first, 1);
    get(reply);
    assertEquals(id, ids(second, 1));
  }

  @Test
  void nothingFailsWhenAServerShutsDown() {
    ChatClient client = alice(CALM);
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send) {
        peer.fail(request, ErrorCode.SHUTTING_DOWN);
        peer.say(ErrorCode.SHUTTING_DOWN);
        return true;
      }
      return false;
    });
    sendAll(client, "a", "b", "c").forEach(ClientFixture::get);
    assertEquals(List.of("a", "b", "c"), world.texts());
    assertEquals("2", heard.next(Notice.FailedOver.class).to().serverId());
  }

  @Test
  void aServerThatAsksToBeLeftIsLeftOnlyWhenAllIsAnsweredAndNothingIsRepeated() {
    ChatClient client = alice(CALM);
    BlockingQueue<Runnable> open = new LinkedBlockingQueue<>();
    first.script((peer, request) -> {
      if (request instanceof ClientRequest.Send && open.isEmpty()) {
        peer.say(ErrorCode.SHUTTING_DOWN);
        open.add(() -> peer.answer(request));
        return true;
      }
      return false;
    });
    CompletableFuture<OkPayload.Sent> early = client.send("#team", "early");
    second.next(ClientRequest.Hello.class);
    CompletableFuture<OkPayload.Sent> late = client.send("#team", "late");
    assertFalse(early.isDone(), "answered without an answer");
    open.element().run();
    get(early);
    get(late);
    Notice.FailedOver over = heard.next(Notice.FailedOver.class);
    assertEquals("2", over.to().serverId());
    assertEquals(0, over.repeated());
    assertEquals(
        2,
        first.all(ClientRequest.Send.class).size() + second.all(ClientRequest.Send.class).size());
  }

  @Test
  void aServerThatAsksToBeLeftIsUsedWhileThereIsNoOther() {
    second.kill();
    ChatClient client = alice(CALM);
    first.peers().getFirst().say(ErrorCode.SHUTTING_DOWN);
    heard.next(Notice.Lost.class);
    assertEquals(1, get(client.send("#team", "still here")).seq());
    assertEquals(2, get(client.send("#team", "and again")).seq());
  }

  @Test
  void aServerThatKnowsAPrimaryIsPreferred() {
    first.knowsNoPrimary();
    ChatClient client =
        ChatClient.open(
            new ClientSettings(
                List.of(first.address(), second.address()),
                "test",
                new Timing(
                    CALM.replyPatience(),
                    CALM.pingPatience(),
                    CALM.idlePing(),
                    CALM.replyMax(),
                    CALM.connectTimeout(),
                    CALM.stagger(),
                    Duration.ofSeconds(20),
                    CALM.backoffMin(),
                    CALM.backoffMax(),
                    CALM.provenAfter(),
                    CALM.searchNotice(),
                    CALM.repeatFor())),
            heard);
    try (client) {
      assertEquals("2", heard.next(Notice.Connected.class).server().serverId());
    }
  }

  @Test
  void aServerOfAnotherClusterIsPassedOver() {
    alice(CALM);
    second.script((peer, request) -> {
      if (request instanceof ClientRequest.Hello) {
        peer.ok(
            request,
            new OkPayload.Hello(
                1, "others", "2", "PRIMARY", 1, Optional.of("2"), List.of(), false));
        return true;
      }
      return false;
    });
    first.dropAll();
    second.next(ClientRequest.Hello.class);
    assertEquals("1", heard.next(Notice.FailedOver.class).to().serverId());
  }

  @Test
  void aServerWithoutAPrimaryIsBetterThanNone() {
    first.knowsNoPrimary();
    second.kill();
    alice(CALM);
    assertEquals(1, first.peers().size());
  }

  @Test
  void readsAfterAFailoverWaitForWhatWasWrittenBefore() {
    ChatClient client = alice(CALM);
    String index = get(client.send("#team", "mine")).index();
    get(client.history("#team", 10));
    assertEquals(Optional.empty(), first.next(ClientRequest.History.class).header().minIndex());
    first.kill();
    heard.next(Notice.FailedOver.class);
    get(client.history("#team", 10));
    assertEquals(Optional.of(index), second.next(ClientRequest.History.class).header().minIndex());
    get(client.send("#team", "here"));
    get(client.history("#team", 10));
    assertEquals(Optional.empty(), second.next(ClientRequest.History.class).header().minIndex());
  }

  @Test
  void aRequestIsGivenUpInTheEndAndItsOutcomeIsUnknown() {
    ChatClient client =
        alice(timing(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(300)));
    first.script(SWALLOW_WRITES);
    second.script(SWALLOW_WRITES);
    ChatException why = failure(client.send("#team", "lost"));
    assertInstanceOf(ChatGaveUp.class, why);
    assertTrue(why.outcomeUnknown());
  }

  @Test
  void aClosedClientAnswersWhatWasAsked() {
    ChatClient client = alice(CALM);
    first.script(SWALLOW_WRITES);
    CompletableFuture<OkPayload.Sent> reply = client.send("#team", "late");
    first.next(ClientRequest.Send.class);
    client.close();
    assertInstanceOf(ChatGaveUp.class, failure(reply));
    assertFalse(failure(client.send("#team", "too late")).outcomeUnknown());
  }

  @Test
  void theOthersAreLearnedFromAServerThatNoLongerListsTheFirst() {
    ChatClient client = alice(CALM);
    FakeServer third = world.server("3");
    first
        .peers()
        .getFirst()
        .push(new ServerEvent.Cluster(Optional.of("3"), 4, List.of(third.member()), false));
    get(client.history("#team", 1));
    second.kill();
    first.kill();
    get(client.send("#team", "found"));
    assertEquals("3", heard.next(Notice.FailedOver.class).to().serverId());
  }
}
