package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatListener;
import holdfast.client.Notice;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.util.concurrent.CompletableFuture;

/// Shows what the client hears while a person types.
final class Listening implements ChatListener {
  private final Talk talk;
  private final CompletableFuture<ServerAddress> connected = new CompletableFuture<>();
  private final CompletableFuture<ChatClient> client = new CompletableFuture<>();
  private volatile boolean signedOut;

  Listening(Talk talk) {
    this.talk = talk;
  }

  /// Completes with the first server found.
  CompletableFuture<ServerAddress> connected() {
    return connected;
  }

  /// The client to which it listens; events wait until it is given.
  void listensTo(ChatClient listened) {
    client.complete(listened);
  }

  /// The login was lost since this was asked before.
  boolean takeSignedOut() {
    boolean was = signedOut;
    signedOut = false;
    return was;
  }

  @Override
  public void onNotice(Notice notice) {
    switch (notice) {
      case Notice.Connected(var server) -> connected.complete(server);
      case Notice.LoggedOut _ -> signedOut = true;
      case Notice.Connecting _,
          Notice.Lost _,
          Notice.FailedOver _,
          Notice.Reset _,
          Notice.SlowConsumer _ -> {}
    }
    Words.notice(notice).ifPresent(talk::info);
  }

  @Override
  public void onEvent(ServerEvent event) {
    switch (event) {
      case ServerEvent.Message message -> {
        boolean sentHere =
            message.requestId().isPresent() && client.join().isOwn(message.requestId().get());
        if (!sentHere) {
          talk.heard(message);
        }
      }
      case ServerEvent.Room room -> Words.room(room, talk.me()).ifPresent(talk::info);
      case ServerEvent.Read _,
          ServerEvent.Presence _,
          ServerEvent.Cluster _,
          ServerEvent.MessageEdited _,
          ServerEvent.MessageDeleted _,
          ServerEvent.Reaction _,
          ServerEvent.Typing _ -> {}
    }
  }
}
