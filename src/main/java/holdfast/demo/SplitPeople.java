package holdfast.demo;

import holdfast.replication.Member;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Those who write while a cluster is split: two who know each other, one on each side, both into
/// their one conversation; and one on each side who signs up there and makes a room there.
final class SplitPeople implements AutoCloseable {
  private final int round;
  private final Ledger ledger;
  private final List<Member> everywhere;
  private final String alice;
  private final String bob;
  private final List<WireSession> sessions = new ArrayList<>();
  private long requests;

  private SplitPeople(int round, List<Member> everywhere, Ledger ledger) {
    this.round = round;
    this.everywhere = List.copyOf(everywhere);
    this.ledger = ledger;
    this.alice = "alice-" + round;
    this.bob = "bob-" + round;
  }

  /// Makes the accounts of the two who know each other.
  static SplitPeople signUp(int round, List<Member> servers, Ledger ledger)
      throws InterruptedException, WireSession.RefusedException {
    SplitPeople people = new SplitPeople(round, servers, ledger);
    for (String name : List.of(people.alice, people.bob)) {
      people.person(name, servers).register();
    }
    people.say(people.signedIn(people.alice, servers), people.alice, "@" + people.bob, "hi");
    return people;
  }

  private static String password(String name) {
    return "password of " + name;
  }

  private WireSession person(String name, List<Member> servers) {
    WireSession session = new WireSession(name, password(name), servers, 0);
    sessions.add(session);
    return session;
  }

  private WireSession signedIn(String name, List<Member> servers) {
    WireSession session = person(name, servers);
    session.hasAccount();
    return session;
  }

  /// Each side writes, one after the other: neither sees what the other writes.
  void write(Member left, Member right, int messages)
      throws InterruptedException, WireSession.RefusedException {
    writeOn(left, "left", alice, bob, messages);
    writeOn(right, "right", bob, alice, messages);
  }

  private void writeOn(Member side, String name, String who, String whom, int messages)
      throws InterruptedException, WireSession.RefusedException {
    WireSession known = signedIn(who, List.of(side));
    for (int number = 1; number <= messages; number++) {
      say(known, who, "@" + whom, "message %d on the %s side".formatted(number, name));
    }
    String stranger = name + "-" + round;
    String room = "#" + stranger;
    WireSession newcomer = person(stranger, List.of(side));
    newcomer.register();
    newcomer.write(
        request(),
        header -> new ClientRequest.CreateRoom(header, room, "made on one side", false),
        OkPayload.Written.class);
    known.write(
        request(), header -> new ClientRequest.JoinRoom(header, room), OkPayload.Written.class);
    for (int number = 1; number <= messages; number++) {
      say(newcomer, stranger, room, "message %d into a new room".formatted(number));
    }
    correctLast(newcomer, stranger, room);
  }

  /// A message is edited on the side where it was made: its number there may become another.
  private void correctLast(WireSession session, String who, String room)
      throws InterruptedException, WireSession.RefusedException {
    String first = "said by mistake in round " + round;
    OkPayload.Sent sent =
        session.write(
            request(),
            header -> new ClientRequest.Send(header, room, first, Optional.empty()),
            OkPayload.Sent.class);
    String text = "corrected in round " + round;
    session.write(
        request(),
        header -> new ClientRequest.Edit(header, room, sent.seq(), text),
        OkPayload.Written.class);
    ledger.add(who, text, sent.seq());
  }

  /// Both go on in their conversation, wherever there is a server.
  void writeTogether() throws InterruptedException, WireSession.RefusedException {
    say(signedIn(alice, everywhere), alice, "@" + bob, "together again");
    say(signedIn(bob, everywhere), bob, "@" + alice, "so we are");
  }

  private void say(WireSession session, String who, String to, String words)
      throws InterruptedException, WireSession.RefusedException {
    String text = words + " (" + round + ")";
    OkPayload.Sent sent =
        session.write(
            request(),
            header -> new ClientRequest.Send(header, to, text, Optional.empty()),
            OkPayload.Sent.class);
    ledger.add(who, text, sent.seq());
  }

  private String request() {
    return "split-%d-%d".formatted(round, ++requests);
  }

  @Override
  public void close() {
    sessions.forEach(WireSession::close);
  }
}
