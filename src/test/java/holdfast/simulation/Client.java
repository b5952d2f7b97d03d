package holdfast.simulation;

import holdfast.chat.Account;
import holdfast.chat.Command;
import holdfast.chat.ConversationId;
import holdfast.chat.Digest;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.chat.RoomRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

/// Somebody who chats: signs up, then writes through any server, a few requests in flight at a time
/// and in order; when a server fails or does not answer, it repeats what is in flight elsewhere,
/// with the same request ids.
final class Client {
  private static final long WIRE_US_MAX = 2 * Agenda.MS;
  private static final long BACKOFF_US_MAX = 60 * Agenda.MS;
  private static final int ROOM_NAMES = 4;

  /// So many that two clients now and then take the same on two sides.
  private static final int SHARED_NAMES = 50;

  private static final List<RoomRole> ROLES = List.of(RoomRole.values());

  /// A connection to one process: what is sent on it arrives in order, until one side is gone.
  final class Connection {
    private final long id;
    private final ServerProcess process;
    private long latestArrival;
    private long latestReply;

    private Connection(long id, ServerProcess process) {
      this.id = id;
      this.process = process;
    }

    /// Unique in the world.
    long id() {
      return id;
    }

    private void toServer(Consumer<ServerProcess> onArrival) {
      latestArrival = Math.max(latestArrival, wireTime());
      world
          .agenda()
          .after(
              latestArrival - world.agenda().now(),
              () -> process.arrive(() -> onArrival.accept(process)));
    }

    /// Nothing more arrives once the client has left the connection.
    void toClient(Consumer<Client> onArrival) {
      latestReply = Math.max(latestReply, wireTime());
      world
          .agenda()
          .after(
              latestReply - world.agenda().now(),
              () -> {
                if (connection.equals(Optional.of(this)) && process.alive()) {
                  onArrival.accept(Client.this);
                }
              });
    }

    private long wireTime() {
      return world.agenda().now() + 50 + random.nextLong(WIRE_US_MAX);
    }
  }

  /// A write in flight.
  private static final class InFlight {
    private final Request request;

    /// No server may have it in its log.
    private boolean surelyNotDone = true;

    InFlight(Request request) {
      this.request = request;
    }
  }

  private final World world;
  private final int number;
  private final RandomGenerator random;
  private final List<InFlight> inFlight = new ArrayList<>();
  private Optional<Connection> connection = Optional.empty();
  private Optional<Long> account = Optional.empty();
  private int made;
  private int connections;
  private boolean stopped;
  private boolean dialling;

  Client(World world, int number, RandomGenerator random) {
    this.world = world;
    this.number = number;
    this.random = random;
  }

  void start() {
    dial();
    think();
  }

  /// Makes no new requests; those in flight go on.
  void stop() {
    stopped = true;
  }

  /// Whether everything it asked for is answered.
  boolean satisfied() {
    return inFlight.isEmpty();
  }

  /// Whether it could sign up.
  boolean registered() {
    return account.isPresent();
  }

  private void think() {
    if (stopped) {
      return;
    }
    boolean mayWrite = account.isPresent() ? inFlight.size() < world.plan().window() : made == 0;
    if (random.nextInt(100) < world.plan().readPercent()) {
      read();
    } else if (mayWrite) {
      write(
          account
              .map(world.plan().survivor() ? this::somethingOfAnyTimeline : this::somethingToSay)
              .orElseGet(this::register));
    }
    world.agenda().after(1 + random.nextLong(2 * world.plan().thinkUs()), this::think);
  }

  private void write(Request request) {
    world.laws().asked(request);
    InFlight added = new InFlight(request);
    inFlight.add(added);
    connection.ifPresent(c -> send(c, added));
  }

  private void send(Connection over, InFlight write) {
    over.toServer(process -> process.writes().onRequest(over, write.request));
    world
        .agenda()
        .after(
            world.plan().patienceUs(),
            () -> {
              if (connection.equals(Optional.of(over)) && inFlight.contains(write)) {
                leave();
              }
            });
  }

  private void read() {
    connection.ifPresent(over -> {
      long floor = world.laws().readFloor();
      over.toServer(process ->
          process
              .reads()
              .onRead(index -> over.toClient(_ -> world.laws().readDone(process, floor, index))));
    });
  }

  void onReply(Connection over, Request request, Reply reply) {
    Optional<InFlight> found = inFlight.stream().filter(w -> w.request.equals(request)).findFirst();
    if (found.isEmpty()) {
      return;
    }
    InFlight write = found.get();
    switch (reply) {
      case Reply.Ok(Outcome outcome) -> {
        inFlight.remove(write);
        world.laws().acknowledged(request, outcome);
        learn(request, outcome);
      }
      case Reply.NotDone() -> {
        // The rest of the connection's writes are refused, too, so leaving it keeps the order.
        if (write.surelyNotDone && account.isPresent() && random.nextInt(4) == 0) {
          inFlight.remove(write);
          world.laws().givenUp(request);
        }
        leaveUnless(over, write);
      }
      case Reply.Unknown() -> {
        write.surelyNotDone = false;
        leaveUnless(over, write);
      }
    }
  }

  /// Leaves the connection once the replies that are on their way with this one have come.
  private void leaveUnless(Connection over, InFlight write) {
    world
        .agenda()
        .after(
            WIRE_US_MAX,
            () -> {
              if (connection.equals(Optional.of(over))) {
                leave(Optional.of(write));
              }
            });
  }

  void onCrash(ServerProcess process) {
    if (connection.isPresent() && connection.get().process == process) {
      leave();
    }
  }

  private void leave() {
    leave(Optional.empty());
  }

  /// Whatever was not answered on this connection may be done.
  private void leave(Optional<InFlight> refused) {
    Connection over = connection.orElseThrow();
    over.toServer(process -> process.writes().onClosed(over));
    connection = Optional.empty();
    for (InFlight write : inFlight) {
      write.surelyNotDone &= refused.isPresent() && refused.get() == write;
    }
    dial();
  }

  private void dial() {
    if (dialling || connection.isPresent()) {
      return;
    }
    dialling = true;
    world
        .agenda()
        .after(
            1 + random.nextLong(BACKOFF_US_MAX),
            () -> {
              dialling = false;
              Server server = world.servers().get(random.nextInt(world.servers().size()));
              if (server.process().isEmpty()) {
                dial();
                return;
              }
              connections++;
              Connection over =
                  new Connection((long) number << 32 | connections, server.process().orElseThrow());
              connection = Optional.of(over);
              world.trace().line(world.agenda().now(), "client %d is on %s", number, server.id());
              List.copyOf(inFlight).forEach(write -> send(over, write));
            });
  }

  // ---- what it says

  private Request register() {
    String username = "user" + number;
    return request(
        0,
        Optional.of(username),
        "register",
        key -> time -> new Command.Register(time, key, username, "hash"));
  }

  private Request somethingToSay(long self) {
    Optional<Long> room = world.directory().anyRoom(random);
    Optional<Directory.Known> message = world.directory().anyMessage(random);
    int choice = random.nextInt(23);
    if (choice == 0) {
      return somethingAboutItself(self);
    }
    if (choice == 1) {
      String name = "#room" + random.nextInt(ROOM_NAMES);
      return request(
          self, "create", key -> time -> new Command.CreateRoom(time, key, name, "", false));
    }
    if (choice <= 3 && room.isPresent()) {
      return request(self, "join", key -> time -> new Command.JoinRoom(time, key, room.get()));
    }
    if (choice == 4 && room.isPresent()) {
      return request(self, "leave", key -> time -> new Command.LeaveRoom(time, key, room.get()));
    }
    if (choice <= 6 && message.isPresent()) {
      return request(
          self,
          "mark",
          key ->
              time ->
                  new Command.MarkRead(
                      time, key, message.get().conversation(), message.get().id()));
    }
    if (choice == 20 && message.isPresent()) {
      String text = "edited " + number + "-" + (made + 1);
      return request(
          self,
          "edit",
          key ->
              time ->
                  new Command.Edit(
                      time, key, message.get().conversation(), message.get().id(), text));
    }
    if (choice == 21 && message.isPresent()) {
      boolean forMe = random.nextBoolean();
      return request(
          self,
          "delete",
          key ->
              time ->
                  new Command.Delete(
                      time, key, message.get().conversation(), List.of(message.get().id()), forMe));
    }
    if (choice == 22 && message.isPresent()) {
      boolean remove = random.nextInt(3) == 0;
      return request(
          self,
          "react",
          key ->
              time ->
                  new Command.React(
                      time, key, message.get().conversation(), message.get().id(), "🐙", remove));
    }
    if (choice <= 8 && message.isPresent()) {
      return send(self, message.get().conversation(), Optional.of(message.get().id()));
    }
    if (choice <= 13 && room.isPresent()) {
      return send(self, ConversationId.room(room.get()), Optional.empty());
    }
    long other = world.directory().anyAccount(random).orElse(self);
    return made % 3 == 0
        ? somethingAboutSomebody(self, other, room.orElse(self))
        : send(self, ConversationId.direct(self, other), Optional.empty());
  }

  /// What names nothing that only one timeline has, since here ids are not translated: but a room's
  /// name may be taken in the next.
  private Request somethingOfAnyTimeline(long self) {
    if (random.nextInt(12) == 0) {
      String name = "#room" + made % SHARED_NAMES;
      return request(
          self, "create", key -> time -> new Command.CreateRoom(time, key, name, "", false));
    }
    long other = world.directory().anyAccount(random).orElse(self);
    return send(self, ConversationId.direct(self, other), Optional.empty());
  }

  /// Which of them it is takes no chance, so that more kinds leave all else as it was.
  private Request somethingAboutSomebody(long self, long other, long room) {
    RoomRole role = ROLES.get(made % ROLES.size());
    String topic = "topic " + made;
    return switch (made / 3 % 6) {
      case 0 -> request(self, "invite", key -> time -> new Command.Invite(time, key, room, other));
      case 1 -> request(self, "kick", key -> time -> new Command.Kick(time, key, room, other));
      case 2 ->
          request(self, "role", key -> time -> new Command.SetRole(time, key, room, other, role));
      case 3 -> request(self, "topic", key -> time -> new Command.SetTopic(time, key, room, topic));
      case 4 -> request(self, "block", key -> time -> new Command.Block(time, key, other));
      default -> request(self, "unblock", key -> time -> new Command.Unblock(time, key, other));
    };
  }

  private Request somethingAboutItself(long self) {
    String value = "value " + made;
    // The password is the one it signed up with, or another by now: both outcomes are met.
    Digest verified = new Account(self, "", "hash", 0, 0, 0).passwordDigest();
    String password = made % 2 == 0 ? "hash" : "another";
    return switch (made % 5) {
      case 0 ->
          request(
              self,
              "prefer",
              key -> time -> new Command.SetPreference(time, key, "p", Optional.of(value)));
      case 1 ->
          request(
              self,
              "password",
              key -> time -> new Command.SetPassword(time, key, password, verified));
      case 2 ->
          made % 4 == 0
              ? request(
                  self, "delete", key -> time -> new Command.DeleteAccount(time, key, verified))
              : request(
                  self,
                  "forget",
                  key -> time -> new Command.SetPreference(time, key, "p", Optional.empty()));
      default -> request(self, "logout", key -> time -> new Command.LogoutAll(time, key));
    };
  }

  private Request send(long self, ConversationId conversation, Optional<Long> replyTo) {
    String text = "said " + number + "-" + (made + 1);
    return request(
        self, "send", key -> time -> new Command.Send(time, key, conversation, text, replyTo));
  }

  private Request request(
      long self, String what, Function<RequestKey, LongFunction<Command>> command) {
    return request(self, Optional.empty(), what, command);
  }

  private Request request(
      long self,
      Optional<String> username,
      String what,
      Function<RequestKey, LongFunction<Command>> command) {
    made++;
    RequestKey key =
        new RequestKey(self, username, what + "-" + number + "-" + made, new Digest(number, made));
    return new Request(number, made, key, command.apply(key));
  }

  private void learn(Request request, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(long id) -> {
        switch (request.at().apply(0)) {
          case Command.Register _ -> {
            account = Optional.of(id);
            world.directory().addAccount(id);
          }
          case Command.CreateRoom _ -> world.directory().addRoom(id);
          default -> {}
        }
      }
      case Outcome.Sent(long id, ConversationId conversation, _, _) ->
          world.directory().addMessage(conversation, id);
      case Outcome.Refused _ -> {}
    }
  }
}
