package holdfast.cluster;

import holdfast.cluster.TerminalPicture.Ground;
import holdfast.protocol.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// Takes the pictures in docs/screens: the console at work in a real terminal, with real servers,
/// one of which is killed under it. What the pictures show is what it showed.
///
/// Arguments: the jar, and the folder for the pictures.
final class Screenshots implements AutoCloseable {
  private static final String PASSWORD = "correct horse";
  private static final Pattern ON_SERVER = Pattern.compile("on server ([0-9]+)");
  private static final JsonMapper JSON = new JsonMapper();

  private final ServerProcesses servers;
  private final Path pictures;
  private final Map<String, RawClient> others = new LinkedHashMap<>();

  private Screenshots(ServerProcesses servers, Path pictures) {
    this.servers = servers;
    this.pictures = pictures;
  }

  public static void main(String[] arguments) throws Exception {
    System.setProperty("holdfast.jar", Path.of(arguments[0]).toAbsolutePath().toString());
    Path pictures = Files.createDirectories(Path.of(arguments[1]));
    ServerProcesses servers = ServerProcesses.create(5);
    Runtime.getRuntime().addShutdownHook(new Thread(servers::killAll));
    try (servers;
        Screenshots screenshots = new Screenshots(servers, pictures)) {
      servers.startAll();
      servers.awaitPrimary();
      screenshots.take();
      servers.passed();
    }
  }

  private void take() throws Exception {
    try (TerminalSession maya = chat(110, 30)) {
      signUp(maya);
      people(Integer.parseInt(server(maya.screen())));
      conversations(maya);
      failover(maya);
    }
    try (TerminalSession maya = chat(80, 24)) {
      signIn(maya);
      narrow(maya);
    }
    try (TerminalSession maya = chat(140, 34, "--theme", "light")) {
      signIn(maya);
      maya.line("/jump #trip");
      maya.await("two rooms");
      maya.await("5 of 5 up");
      maya.await("ines", screen -> screen.stream().anyMatch(line -> line.endsWith("ines")));
      save(maya, "light", 140, 34, Ground.LIGHT);
    }
  }

  /// The door, where a person is told the rules.
  private void signUp(TerminalSession maya) throws Exception {
    maya.await("name:");
    maya.line("/register maya b");
    maya.await("A name has 1 to 32 letters");
    maya.line("maya");
    maya.await("password:");
    maya.line("secret");
    maya.await("That has 6 characters");
    maya.line(PASSWORD);
    maya.await("once more:");
    save(maya, "sign-up", 110, 14, Ground.DARK);
    maya.line(PASSWORD);
    maya.await("Welcome, maya.");
    maya.await("5 of 5 up");
  }

  private void signIn(TerminalSession maya) throws Exception {
    maya.await("name:");
    maya.line("maya");
    maya.await("password:");
    maya.line(PASSWORD);
    maya.await("Welcome");
    maya.await("5 of 5 up");
  }

  /// The others, each on a server that lives on.
  private void people(int notOn) throws Exception {
    List<Integer> ports = servers.allBut(notOn).stream().map(servers::clientPort).toList();
    for (String name : List.of("ben", "zoe", "tomas", "ines")) {
      RawClient client = RawClient.connect(ports.get(others.size() % ports.size()));
      String account = "{'username':'" + name + "','password':'" + PASSWORD + "'}";
      client.ok("REGISTER", account);
      client.ok("LOGIN", account);
      others.put(name, client);
    }
    room("ben", "#trip", "Lisbon, 14 to 18 May");
    room("zoe", "#release", "3.2 ships on Thursday");
    room("tomas", "#random", "");
  }

  private void room(String owner, String room, String topic) throws Exception {
    others.get(owner).ok("CREATE_ROOM", "{'room':'" + room + "','topic':'" + topic + "'}");
    for (Map.Entry<String, RawClient> other : others.entrySet()) {
      if (!other.getKey().equals(owner)) {
        other.getValue().ok("JOIN_ROOM", "{'room':'" + room + "'}");
      }
    }
  }

  private long say(String who, String to, String text) throws IOException {
    return say(who, to, text, 0);
  }

  private long say(String who, String to, String text, long replyTo) throws IOException {
    Map<String, Object> payload = new LinkedHashMap<>(Map.of("to", to, "text", text));
    if (replyTo > 0) {
      payload.put("reply_to", replyTo);
    }
    return others.get(who).ok("SEND", JSON.writeValueAsString(payload)).path("seq").asLong();
  }

  private void react(String who, String room, long seq, String emoji) throws IOException {
    others
        .get(who)
        .ok("REACT", "{'conversation':'" + room + "','seq':" + seq + ",'emoji':'" + emoji + "'}");
  }

  private void conversations(TerminalSession maya) throws Exception {
    for (String room : List.of("#trip", "#release", "#random")) {
      maya.line("/join " + room);
      maya.await("You are in " + room + ".");
    }
    maya.line("/mute #random");
    maya.line("#trip");
    say("zoe", "@maya", "Are you in tomorrow?");
    say("ben", "#trip", "Flights are up: out on the 14th at 7:40, back on the 18th at 21:15.");
    long brave = say("zoe", "#trip", "7:40 is brave");
    long hotel = say("tomas", "#trip", "I can book the hotel today. Alfama or Baixa?");
    maya.await("Alfama or Baixa?");
    react("ben", "#trip", brave, "😂");
    react("ines", "#trip", brave, "😂");
    maya.line("Alfama, if there is a lift");
    maya.await("✓ ");
    say("zoe", "#trip", "Alfama! The tram stops at the door.", hotel);
    say("ines", "#trip", "@maya do you still have the list of restaurants from last time?");
    maya.await("list of restaurants");
    maya.line(
        "Yes: grilled fish near the market, pastéis de nata everywhere, and the big food"
            + " hall when it rains. Book a table for Friday, they are full by seven. 日本語 is not"
            + " spoken.");
    maya.await("pastéis");
    maya.line("@zoe Yes, from nine. Coffee?");
    maya.await("its place", screen -> screen.stream().anyMatch(l -> l.matches(".*┊✓ .*Coffee\\?")));
    others.get("zoe").ok("MARK_READ", "{'conversation':'@maya','seq':2}");
    maya.await("✓✓");
    long booked = say("tomas", "#trip", "Booked: four nights, two rooms, and there is a lift.");
    react("ben", "#trip", booked, "🎉");
    react("zoe", "#trip", booked, "🎉");
    react("ines", "#trip", booked, "❤️");
    say("ben", "#trip", "Then the trip is on!");
    say("zoe", "#release", "Two reviews are open, the rest is merged.");
    say("tomas", "#release", "@maya the release notes are yours, I think");
    say("ben", "@maya", "Shall I print the tickets?");
    for (int i = 1; i <= 7; i++) {
      say("ines", "#random", "picture " + i + " of the cat");
    }
    maya.line("#trip");
    maya.await("Then the trip is on!");
    maya.type("/react 9 :tad");
    maya.press("Tab");
    maya.await(":tada:");
    maya.press("C-u");
    maya.type("Wonderful, thank you @to");
    maya.press("Tab");
    maya.await("@tomas");
    save(maya, "conversations", 110, 30, Ground.DARK);
    maya.press("C-u");
    maya.line("/search hotel");
    maya.await("/show 1 goes to the first one.");
    maya.line("/search book*");
    maya.await("book", screen -> screen.stream().filter(l -> l.contains("/show 1")).count() > 1);
    save(maya, "search", 110, 30, Ground.DARK);
  }

  /// The server that maya is on dies while she writes.
  private void failover(TerminalSession maya) throws Exception {
    maya.line("/jump zoe");
    maya.await("Coffee?");
    say("zoe", "@maya", "With pleasure. What do you hear of the servers?");
    maya.await("of the servers?");
    int killed = Integer.parseInt(server(maya.screen()));
    maya.line("Wait, I pull the plug of the one I am on.");
    maya.await("I am on.");
    servers.kill(killed);
    maya.line("It is gone now, and I go on typing.");
    maya.line("This one, too, waits for a server for a moment.");
    maya.await("is gone; on server");
    maya.await("4 of 5 up");
    long last = say("zoe", "@maya", "Came through, both, in order.");
    maya.await("Came through");
    others.get("zoe").ok("MARK_READ", "{'conversation':'@maya','seq':" + last + "}");
    maya.await(
        "all read",
        screen -> screen.stream().noneMatch(l -> l.contains("┊✓ ") || l.contains("┊… ")));
    save(maya, "failover", 110, 30, Ground.DARK);
    servers.start(killed);
    maya.await("5 of 5 up");
    maya.line("/quit");
    maya.await("ended with 0");
  }

  private void narrow(TerminalSession maya) throws Exception {
    maya.line("/jump #trip");
    maya.await("Then the trip is on!");
    maya.type("/re");
    maya.press("Tab");
    maya.await("/reply");
    save(maya, "completion", 80, 24, Ground.DARK);
  }

  private static String server(List<String> screen) {
    for (String line : screen) {
      Matcher on = ON_SERVER.matcher(line);
      if (on.find()) {
        return on.group(1);
      }
    }
    throw new AssertionError("on no server:\n" + String.join("\n", screen));
  }

  private TerminalSession chat(int columns, int rows, String... options) throws Exception {
    return TerminalSession.chat(servers, columns, rows, Map.of(), options);
  }

  private void save(TerminalSession terminal, String name, int columns, int rows, Ground ground)
      throws Exception {
    String svg = TerminalPicture.of(terminal.coloured(), columns, rows, "chat", ground);
    Files.writeString(pictures.resolve(name + ".svg"), svg);
    System.out.println("\n== " + name);
    System.out.println(String.join("\n", terminal.screen()));
  }

  @Override
  public void close() throws IOException {
    for (RawClient other : others.values()) {
      other.close();
    }
  }
}
