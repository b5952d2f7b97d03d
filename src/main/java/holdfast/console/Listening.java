package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatListener;
import holdfast.client.Notice;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Brings what a client hears to the loop; before there is one, notices are printed.
final class Listening implements ChatListener {
  private final Talk talk;
  private final CompletableFuture<ServerAddress> connected = new CompletableFuture<>();
  private final CompletableFuture<Loop> loop = new CompletableFuture<>();
  private final CompletableFuture<ChatClient> client = new CompletableFuture<>();

  Listening(Talk talk) {
    this.talk = talk;
  }

  /// Completes with the first server found.
  CompletableFuture<ServerAddress> connected() {
    return connected;
  }

  /// The client to which it listens.
  void listensTo(ChatClient listened) {
    client.complete(listened);
  }

  /// From now on everything goes there; events have waited for it.
  void bringsTo(Loop taker) {
    loop.complete(taker);
  }

  @Override
  public void onNotice(Notice notice) {
    if (notice instanceof Notice.Connected(var server)) {
      connected.complete(server);
    }
    Optional<Loop> taker = Optional.ofNullable(loop.getNow(null));
    taker.ifPresentOrElse(
        there -> there.post(new Happening.Told(notice)),
        () -> Words.notice(notice).ifPresent(talk::info));
  }

  @Override
  public void onEvent(ServerEvent event) {
    boolean sentHere =
        event instanceof ServerEvent.Message message
            && message.requestId().isPresent()
            && client.join().isOwn(message.requestId().get());
    loop.join().post(new Happening.Event(event, sentHere));
  }
}
