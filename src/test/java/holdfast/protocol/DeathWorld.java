package holdfast.protocol;

import holdfast.protocol.Asking.Ask;
import holdfast.protocol.TestServers.Person;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// People and rooms for one request of each kind, none of which depends on another: they may be
/// asked in any order, and all at once.
///
/// @param owner of all rooms; has said four things in `talk`
/// @param member of `talk`, `toLeave` and `toBeKicked`; blocked by the owner
/// @param changer whose password is to be changed
/// @param leaver who is to log out everywhere
/// @param gone whose account is to be deleted
record DeathWorld(
    Person owner,
    Person member,
    Person changer,
    Person leaver,
    Person gone,
    String newcomer,
    String talk,
    String toJoin,
    String toLeave,
    String toBeKicked,
    String forGuests,
    String toMake) {
  static final String NEW_PASSWORD = "another horse";

  /// Each made by one of the writes: what the owner hears of them.
  static final Map<String, Integer> HEARD_BY_OWNER =
      Map.ofEntries(
          Map.entry("ROOM created", 1),
          Map.entry("ROOM joined", 1),
          Map.entry("ROOM left", 1),
          Map.entry("ROOM invited", 1),
          Map.entry("ROOM kicked", 1),
          Map.entry("ROOM role", 1),
          Map.entry("ROOM topic", 1),
          Map.entry("MESSAGE", 1),
          Map.entry("MESSAGE_EDITED", 1),
          Map.entry("MESSAGE_DELETED", 1),
          Map.entry("REACTION", 1));

  static DeathWorld make(TestServers servers) throws IOException {
    DeathWorld world =
        new DeathWorld(
            servers.person("owner"),
            servers.person("member"),
            servers.person("changer"),
            servers.person("leaver"),
            servers.person("gone"),
            TestServers.freshName("newcomer"),
            "#" + TestServers.freshName("talk"),
            "#" + TestServers.freshName("to-join"),
            "#" + TestServers.freshName("to-leave"),
            "#" + TestServers.freshName("to-be-kicked"),
            "#" + TestServers.freshName("for-guests"),
            "#" + TestServers.freshName("to-make"));
    try (RawClient owner = servers.as(world.owner, 1);
        RawClient member = servers.as(world.member, 2)) {
      for (String room : List.of(world.talk, world.toJoin, world.toLeave, world.toBeKicked)) {
        owner.ok("CREATE_ROOM", in(room));
      }
      owner.ok("CREATE_ROOM", "{'room':'%s','private':true}".formatted(world.forGuests));
      for (String room : List.of(world.talk, world.toLeave, world.toBeKicked)) {
        member.ok("JOIN_ROOM", in(room));
      }
      for (int i = 1; i <= 4; i++) {
        owner.ok("SEND", "{'to':'%s','text':'word %d'}".formatted(world.talk, i));
      }
      owner.ok("BLOCK", "{'username':'%s'}".formatted(world.member.name()));
    }
    return world;
  }

  private static String in(String room) {
    return "{'room':'" + room + "'}";
  }

  private String memberIn(String room, String more) {
    return "{'room':'%s','username':'%s'%s}".formatted(room, member.name(), more);
  }

  private String said(int seq, String more) {
    return "{'conversation':'%s','seq':%d%s}".formatted(talk, seq, more);
  }

  /// Every kind of write once; all are to succeed.
  List<Ask> writes() {
    List<Ask> writes =
        List.of(
            Ask.ofNobody("REGISTER", TestServers.credentials(newcomer), ""),
            Ask.of(owner, "CREATE_ROOM", in(toMake)),
            Ask.of(member, "JOIN_ROOM", in(toJoin)),
            Ask.of(member, "LEAVE_ROOM", in(toLeave)),
            Ask.of(owner, "INVITE", memberIn(forGuests, "")),
            Ask.of(owner, "KICK", memberIn(toBeKicked, "")),
            Ask.of(owner, "SET_ROLE", memberIn(talk, ",'role':'moderator'")),
            Ask.of(owner, "SET_TOPIC", "{'room':'%s','topic':'news'}".formatted(talk)),
            Ask.of(owner, "SEND", "{'to':'%s','text':'one more'}".formatted(talk)),
            Ask.of(owner, "EDIT", said(1, ",'text':'better'")),
            Ask.of(member, "REACT", said(2, ",'emoji':'+'")),
            Ask.of(owner, "DELETE", said(3, "")),
            Ask.of(member, "MARK_READ", said(4, "")),
            Ask.of(member, "BLOCK", "{'username':'%s'}".formatted(owner.name())),
            Ask.of(owner, "UNBLOCK", "{'username':'%s'}".formatted(member.name())),
            Ask.of(member, "SET_PREFERENCE", "{'name':'theme','value':'dark'}"),
            Ask.of(
                changer,
                "SET_PASSWORD",
                "{'old':'%s','new':'%s'}".formatted(TestServers.PASSWORD, NEW_PASSWORD)),
            Ask.of(leaver, "LOGOUT", "{'all':true}"),
            Ask.of(gone, "DELETE_ACCOUNT", "{'password':'%s'}".formatted(TestServers.PASSWORD)));
    return writes.stream().map(ask -> ask.repeatable("the " + ask.type())).toList();
  }

  /// Those of them that one may ask at two servers at once: they end nobody's login.
  List<Ask> writesForTwo() {
    Set<String> endLogins = Set.of("SET_PASSWORD", "LOGOUT", "DELETE_ACCOUNT");
    return writes().stream().filter(ask -> !endLogins.contains(ask.type())).toList();
  }

  /// The same again, once they are done, by people who have signed in since; but for
  /// DELETE_ACCOUNT, which nobody is left to repeat.
  List<Ask> repeats(TestServers servers, int number) throws IOException {
    Person changed = signIn(servers, number, changer, NEW_PASSWORD);
    Person back = signIn(servers, number, leaver, TestServers.PASSWORD);
    List<Ask> repeats = new ArrayList<>();
    for (Ask ask : writes()) {
      switch (ask.type()) {
        case "SET_PASSWORD" -> repeats.add(ask.by(changed));
        case "LOGOUT" -> repeats.add(ask.by(back));
        case "DELETE_ACCOUNT" -> {}
        default -> repeats.add(ask);
      }
    }
    return repeats;
  }

  static Person signIn(TestServers servers, int number, Person person, String password)
      throws IOException {
    try (RawClient client = servers.client(number)) {
      String token =
          client
              .ok("LOGIN", "{'username':'%s','password':'%s'}".formatted(person.name(), password))
              .path("token")
              .asString();
      return new Person(person.name(), token);
    }
  }
}
