package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.protocol.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The console in a real terminal, against real servers, one of which is killed under it. Whole
/// screens are compared as text, with times and servers' numbers made alike.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConsoleIT {
  private static final Path PICTURES = Path.of("src/test/resources/holdfast/console");
  private static final String PASSWORD = "correct horse";

  /// Enough for several pages of the servers'.
  private static final int MESSAGES = 250;

  private static final Pattern ON_SERVER = Pattern.compile("on server ([0-9]+)");
  private static ServerProcesses servers;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        TerminalSession.isPossible(),
        "tmux is not installed, so the console is not driven in a real terminal");
    servers = ServerProcesses.create(5);
    servers.startAll();
    servers.awaitPrimary();
  }

  @AfterAll
  static void stop() throws Exception {
    if (servers != null) {
      servers.close();
    }
  }

  private static TerminalSession chat(
      int columns, int rows, Map<String, String> environment, String... options) throws Exception {
    return TerminalSession.chat(servers, columns, rows, environment, options);
  }

  /// Signs up at the door, where a person is told the rules.
  private static void signUp(TerminalSession terminal, String name) throws Exception {
    terminal.await("name:");
    terminal.line("/register no name");
    terminal.await("A name has 1 to 32 letters");
    terminal.await("new name:");
    terminal.line(name);
    terminal.await("A password has 8 to 256 characters");
    terminal.await("password:");
    terminal.line(PASSWORD);
    terminal.await("once more:");
    terminal.line(PASSWORD);
    terminal.await("Welcome, " + name + ".");
  }

  private static int server(List<String> screen) {
    for (String line : screen) {
      Matcher on = ON_SERVER.matcher(line);
      if (on.find()) {
        return Integer.parseInt(on.group(1));
      }
    }
    throw new AssertionError("on no server:\n" + String.join("\n", screen));
  }

  /// A picture that is the same at any time, whoever is primary.
  private static String alike(List<String> screen) {
    return String.join("\n", screen)
            .replaceAll("\\b[0-9]{2}:[0-9]{2}\\b", "12:00")
            .replaceAll("╌* [A-Z][a-z]+day [0-9]+ [A-Z][a-z]+ [0-9]{4} ╌*", "╌ A day ╌")
            .replaceAll(
                "on server [0-9] · primary [0-9] · term [0-9]+ · 5 of 5 up · 2 may fail · [0-9]+ ms",
                "on server 1 · primary 1 · term 1 · 5 of 5 up · 2 may fail · 1 ms")
        + "\n";
  }

  /// With `-Dpictures.rewrite=true` the picture is taken anew; read the difference then.
  private static void assertPicture(String name, TerminalSession terminal) throws Exception {
    Path file = PICTURES.resolve(name + ".txt");
    if (Boolean.getBoolean("pictures.rewrite")) {
      Files.writeString(file, alike(terminal.screen()));
    }
    String expected = Files.readString(file);
    List<String> last = terminal.screen();
    try {
      last = terminal.await("the picture " + file, screen -> alike(screen).equals(expected));
    } catch (AssertionError e) {
      assertEquals(expected, alike(terminal.screen()), e.getMessage());
    }
    assertEquals(expected, alike(last));
  }

  @ParameterizedTest
  @CsvSource({"80, 24, ann, ben, true", "200, 60, cat, dan, true", "80, 24, eve, fay, false"})
  @Order(1)
  void aConversation(int columns, int rows, String one, String two, boolean colour)
      throws Exception {
    Map<String, String> environment = colour ? Map.of() : Map.of("NO_COLOR", "1");
    String room = "#trip-" + one;
    try (TerminalSession first = chat(columns, rows, environment);
        TerminalSession second = chat(columns, rows, environment)) {
      signUp(first, one);
      signUp(second, two);
      first.line("/create " + room + " Where to go in May");
      first.await(room + " is open; you own it.");
      first.type("Hello! :tad\t");
      first.await("Hello! :tada:");
      first.press("Enter");
      first.await("✓");
      second.type("/jo\t");
      second.await("/join");
      second.line(room);
      second.await("Hello!");
      second.line("hi @" + one + ", how about the sea?");
      first.await("how about the sea?");
      // A direct message while the other one looks elsewhere.
      second.type("@" + one.substring(0, 2) + "\t");
      second.await("completion", screen -> screen.getLast().endsWith("> @" + one));
      second.line("don't tell the others");
      first.await("@" + two, screen -> screen.stream().anyMatch(l -> l.contains("@" + two + " ")));
      first.press("M-a");
      first.await("don't tell the others");
      first.line("I won't");
      second.await("I won't");
      first.await("✓✓");
      first.press("M-/");
      first.await("how about the sea?");
      first.line("/jion " + room);
      first.await("There is no /jion. Did you mean /join?");
      first.await("5 of 5 up");
      assertPicture("conversation-" + columns + "x" + rows + (colour ? "" : "-mono"), first);
      boolean coloured = first.coloured().contains("38;5;");
      assertEquals(colour, coloured, first.coloured());
      first.press("C-d");
      first.await("ended with 0");
    }
  }

  @Test
  @Order(2)
  void pagesComeFromTheServersAndTheScreenMayChangeItsSize() throws Exception {
    try (RawClient writer = RawClient.connect(servers.clientPort(2));
        TerminalSession reader = chat(80, 24, Map.of())) {
      writer.ok("REGISTER", "{'username':'gus','password':'" + PASSWORD + "'}");
      writer.ok("LOGIN", "{'username':'gus','password':'" + PASSWORD + "'}");
      writer.ok("CREATE_ROOM", "{'room':'#long'}");
      for (int i = 1; i <= MESSAGES; i++) {
        writer.ok("SEND", "{'to':'#long','text':'message " + i + "'}");
      }
      signUp(reader, "hal");
      reader.line("/join #long");
      reader.await("message " + MESSAGES);
      for (int i = 0; i < MESSAGES && !shows(reader.screen(), "message 1"); i++) {
        List<String> before = reader.screen();
        reader.press("PageUp");
        reader.await("an earlier page", screen -> !screen.equals(before));
      }
      reader.await("message 1", screen -> shows(screen, "message 1"));
      reader.press("M->");
      reader.await("message " + MESSAGES);
      reader.resize(120, 40);
      List<String> larger = reader.await("five rows more", screen -> screen.size() == 40);
      assertTrue(larger.getFirst().contains("#long"), larger.getFirst());
      reader.await("message " + (MESSAGES - 30));
      reader.resize(60, 12);
      reader.await("1:", screen -> screen.size() == 12 && screen.get(1).contains("#long"));
      reader.await("message " + MESSAGES);
      // What was typed before is found again.
      reader.press("C-r");
      reader.type("joi");
      reader.await("/join #long");
      reader.press("C-c", "C-c");
      reader.line("/log " + servers.folder().resolve("chat.log"));
      // Where the line is broken depends on the length of the folder's name.
      reader.await(
          "the log's beginning", screen -> flowing(screen).contains("/log off ends that."));
      reader.line("for the log");
      ServerProcesses.await(
          "the log",
          () ->
              Files.readString(servers.folder().resolve("chat.log"))
                  .endsWith("#long hal: for the log\n"));
      reader.line("/quit");
      reader.await("ended with 0");
    }
  }

  @Test
  @Order(2)
  void messagesAreChangedAndFoundAgain() throws Exception {
    try (TerminalSession writer = chat(80, 24, Map.of());
        TerminalSession reader = chat(80, 24, Map.of())) {
      signUp(writer, "mia");
      signUp(reader, "nic");
      writer.line("/create #lab");
      writer.await("#lab is open; you own it.");
      reader.line("/join #lab");
      reader.await("You are in #lab.");
      writer.line("the hotle is booked");
      reader.await("the hotle is booked");
      writer.line("/edit the hotel is booked");
      reader.await("the hotel is booked (edited)");
      reader.line("/react 1 :tada:");
      writer.await("🎉 nic");
      reader.line("/reply 1 at last");
      writer.await("↳ mia: the hotel is booked");
      writer.await("at last");
      writer.line("a slip");
      reader.await("a slip");
      writer.line("/delete");
      reader.await("(deleted)");
      reader.line("/search hotel");
      reader.await("1  #lab");
      reader.line("/show 1");
      reader.await("older messages");
      reader.press("M->");
      reader.await("(deleted)");
      writer.line("/topic Experiments");
      reader.await("#lab · Experiments");
      // Others are told every three seconds at most, and a hint may be lost: who goes on typing is
      // seen.
      reader.await(
          "mia is typing",
          screen -> {
            writer.type("so");
            writer.press("BSpace", "BSpace");
            return screen.getFirst().contains("mia is typing");
          });
      writer.press("C-c");
      writer.line("/kick nic");
      reader.await("mia put you out of #lab");
      reader.line("/quit");
      reader.await("ended with 0");
    }
  }

  /// The screen as one line.
  private static String flowing(List<String> screen) {
    return screen.stream().map(String::strip).collect(Collectors.joining(" "));
  }

  private static boolean shows(List<String> screen, String text) {
    return screen.stream().anyMatch(line -> line.endsWith("  " + text));
  }

  @Test
  @Order(3)
  void whenItsServerDiesNothingTypedIsLostAndNothingIsSentTwice() throws Exception {
    try (TerminalSession talker = chat(80, 24, Map.of());
        TerminalSession hearer = chat(100, 30, Map.of())) {
      signUp(talker, "ivy");
      signUp(hearer, "jon");
      talker.line("@jon before");
      hearer.await("@ivy");
      hearer.line("@ivy");
      hearer.await("before");
      int killed = server(talker.screen());
      talker.type("half a line");
      servers.kill(killed);
      talker.press("Enter");
      for (int i = 1; i <= 5; i++) {
        talker.line("after " + i);
      }
      talker.await("server " + killed + " is gone; on server");
      List<String> screen =
          talker.await("after 5", s -> sent(s, "half a line") && sent(s, "after 5"));
      assertEquals(1, screen.stream().filter(line -> line.contains(" is gone; ")).count());
      hearer.await("after 5");
      for (String text : List.of("before", "half a line", "after 1", "after 3", "after 5")) {
        long times = hearer.screen().stream().filter(line -> line.endsWith("  " + text)).count();
        assertEquals(1, times, text + " in\n" + String.join("\n", hearer.screen()));
      }
      talker.await("4 of 5 up");
      servers.start(killed);
      talker.await("5 of 5 up");
      talker.press("C-d");
      talker.await("ended with 0");
    }
  }

  private static boolean sent(List<String> screen, String text) {
    return screen.stream().anyMatch(line -> line.contains("✓") && line.endsWith("  " + text));
  }

  @ParameterizedTest
  @CsvSource({"80, 24, kim, dumb", "200, 60, lea, xterm-256color"})
  @Order(4)
  void aPlainTerminalPrintsLines(int columns, int rows, String name, String term) throws Exception {
    String[] options = term.equals("dumb") ? new String[0] : new String[] {"--plain"};
    try (TerminalSession plain = chat(columns, rows, Map.of("TERM", term), options)) {
      signUp(plain, name);
      plain.line("@" + name + " note to self");
      plain.await("@" + name + ">");
      plain.line("/conversations");
      plain.await(name + ": note to self");
      plain.line("/quit");
      plain.await("ended with 0");
      assertFalse(plain.coloured().contains("\u001b["), plain.coloured());
    }
  }

  @Test
  @Order(5)
  void aScriptSaysHowItWent() throws Exception {
    Path password = servers.folder().resolve("password");
    Files.writeString(password, PASSWORD + "\n");
    try (RawClient account = RawClient.connect(servers.clientPort(3))) {
      account.ok("REGISTER", "{'username':'robot','password':'" + PASSWORD + "'}");
    }
    String[] batch = {"--batch", "--user", "robot", "--password-file", password.toString()};
    try (TerminalSession script = chat(80, 24, Map.of(), batch)) {
      script.line("@robot beep");
      script.line("/history @robot");
      script.await("robot: beep");
      script.line("@nobody hello");
      script.await("line 3: Not sent to @nobody: hello");
      script.press("C-d");
      script.await("ended with 4");
    }
    servers.passed();
  }
}
