package holdfast.demo;

import holdfast.client.ChatClient;
import holdfast.client.ChatException;
import holdfast.client.ChatListener;
import holdfast.client.ClientSettings;
import holdfast.client.HostPort;
import holdfast.client.Notice;
import holdfast.replication.Member;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerAddress;
import holdfast.wire.ServerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// One of the two who chat: a user of the client library, who does nothing about dying servers.
final class Person implements ChatListener, AutoCloseable {
  private static final Duration HEARD_MAX = Duration.ofSeconds(30);
  private static final int HEARD_KEPT_MAX = 1_024;

  private final String name;
  private final Narrator narrator;
  private final Ledger ledger;
  private final ChatClient client;

  /// Texts that came from others, in order.
  private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(HEARD_KEPT_MAX);

  private Person(String name, Member server, Narrator narrator, Ledger ledger) {
    this.name = name;
    this.narrator = narrator;
    this.ledger = ledger;
    this.client =
        ChatClient.open(
            ClientSettings.of(List.of(new HostPort(server.host(), server.clientPort())), "demo"),
            this);
  }

  /// Signs up, through `server`, and in.
  static Person signUp(String name, Member server, Narrator narrator, Ledger ledger)
      throws DrillException {
    Person person = new Person(name, server, narrator, ledger);
    String password = name + " likes dolphins";
    try {
      ChatClient.await(person.client.register(name, password));
      ChatClient.await(person.client.login(name, password));
      return person;
    } catch (ChatException e) {
      person.close();
      throw new DrillException(name + " cannot sign up: " + e.getMessage());
    }
  }

  /// The number of the server this person is on.
  String server() {
    return client.server().map(ServerAddress::serverId).orElse("?");
  }

  /// Says something and returns once the other one has it.
  void tell(Person other, String text) throws DrillException, InterruptedException {
    long begun = System.nanoTime();
    try {
      OkPayload.Sent sent = ChatClient.await(client.send("@" + other.name, text));
      ledger.add(name, text, sent.seq());
    } catch (ChatException e) {
      throw new DrillException(name + " could not say '" + text + "': " + e.getMessage());
    }
    String came = other.heard.poll(HEARD_MAX.toMillis(), TimeUnit.MILLISECONDS);
    if (!text.equals(came)) {
      throw new DrillException(
          name
              + " said '"
              + text
              + "', and "
              + other.name
              + (came == null ? " heard nothing" : " heard '" + came + "'"));
    }
    narrator.chat(name, server(), text, Duration.ofNanos(System.nanoTime() - begun));
  }

  @Override
  public void onEvent(ServerEvent event) {
    if (event instanceof ServerEvent.Message message && !message.sender().equals(name)) {
      heard.add(message.text());
    }
  }

  @Override
  public void onNotice(Notice notice) {
    if (notice instanceof Notice.FailedOver over) {
      narrator.aside(
          String.format(
              Locale.ROOT,
              "%s's client: server %s is gone; on server %s after %.1f s; nothing lost",
              name,
              over.from().serverId(),
              over.to().serverId(),
              over.took().toMillis() / 1000.0));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
