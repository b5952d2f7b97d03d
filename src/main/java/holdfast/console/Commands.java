package holdfast.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The console's commands as people read about them.
final class Commands {
  /// A suggestion is made for a word that is at most this many slips away from a command.
  private static final int SLIPS_MAX = 2;

  /// @param others names it is known by, too
  /// @param usage with its arguments
  /// @param details more lines for `/help NAME`, examples among them
  record Entry(
      String name, List<String> others, String usage, String summary, List<String> details) {
    Entry alsoKnownAs(String... names) {
      return new Entry(name, List.of(names), usage, summary, details);
    }
  }

  static final List<Entry> ALL =
      List.of(
          entry(
                  "msg",
                  "/msg NAME TEXT",
                  "writes to a person or #room; short: @NAME TEXT, #ROOM TEXT",
                  "Example: @bob lunch at noon?",
                  "Alt-Enter begins another line of the same message.")
              .alsoKnownAs("query", "m"),
          entry(
              "reply",
              "/reply NUMBER TEXT",
              "answers a message of the present conversation",
              "Alt-N shows the numbers of messages. Example: /reply 17 Yes, at noon."),
          entry(
              "edit",
              "/edit [NUMBER] TEXT",
              "gives your newest message, or the one with that number, another text"),
          entry(
              "delete",
              "/delete [NUMBER …]",
              "deletes your newest message, or those with these numbers, for everyone",
              "In a room its moderators may delete the messages of others, too."),
          entry("hide", "/hide NUMBER …", "takes messages off your own side only"),
          entry(
              "react",
              "/react NUMBER EMOJI",
              "puts an emoji to a message",
              "Example: /react 17 :+1:, and /unreact 17 :+1: takes it away."),
          entry("unreact", "/unreact NUMBER EMOJI", "takes your emoji away from a message"),
          entry(
              "search",
              "/search [NAME] WORDS",
              "finds messages with all of these words, everywhere or in one conversation",
              "beach* finds beaches, too; \"at noon\" finds these words together.",
              "/show 1 goes to the first one found. Example: /search #trip hotel"),
          entry("show", "/show NUMBER", "goes to a message that /search has found"),
          entry(
                  "room",
                  "/room #ROOM",
                  "makes it the present conversation; short: #ROOM, @NAME",
                  "Plain text goes to the present conversation; the prompt shows which it is.",
                  "Its last messages are shown and count as read.")
              .alsoKnownAs("open"),
          entry(
                  "jump",
                  "/jump NAME or NUMBER",
                  "goes to a conversation of the list",
                  "A part of the name is enough: /jump pla goes to #plans.",
                  "Alt-1 to Alt-9 go to the first nine, Alt-A to the next unread one,",
                  "Ctrl-N and Ctrl-P to the next and the one before, Alt-/ back.")
              .alsoKnownAs("buffer", "b"),
          entry(
              "create",
              "/create #ROOM [TOPIC]",
              "opens a room; you own it",
              "With --private before the name only people who are invited can join.",
              "Example: /create #plans Where to go in May"),
          entry("join", "/join #ROOM", "joins a room").alsoKnownAs("j"),
          entry("leave", "/leave [#ROOM]", "leaves a room").alsoKnownAs("part"),
          entry(
              "close", "/close", "takes the conversation off the list until it is heard of again"),
          entry("rooms", "/rooms [PATTERN]", "lists rooms; a pattern is like te*")
              .alsoKnownAs("list"),
          entry(
              "topic",
              "/topic [#ROOM] [TEXT]",
              "shows, or sets, what a room is about",
              "Example: /topic Where to go in June"),
          entry(
              "invite",
              "/invite NAME [#ROOM]",
              "lets somebody join a private room, or points somebody to a public one"),
          entry("kick", "/kick NAME [#ROOM]", "puts somebody out of a room"),
          entry(
              "role",
              "/role NAME owner|moderator|member",
              "gives a member of the present room another role"),
          entry(
              "block",
              "/block NAME",
              "takes no more direct messages from somebody",
              "What both of you say in rooms is not touched. /unblock NAME ends it."),
          entry("unblock", "/unblock NAME", "takes direct messages from somebody again"),
          entry("members", "/members [#ROOM]", "lists who is in a room")
              .alsoKnownAs("who", "names"),
          entry("users", "/users [PATTERN]", "lists accounts; a pattern is like al*"),
          entry("whois", "/whois NAME", "tells whether somebody is online, or was last seen"),
          entry(
              "history",
              "/history [NAME] [COUNT]",
              "shows the last messages of a conversation",
              "COUNT is 1 to 200, 20 if left out. /more, or PageUp, shows what came before."),
          entry("more", "/more", "shows what came before; so does PageUp"),
          entry("conversations", "/conversations", "lists conversations with what is unread"),
          entry("read", "/read", "marks the present conversation as read"),
          entry(
              "mute",
              "/mute [NAME]",
              "no bell for a conversation; once more: again",
              "It still counts what is unread. The servers remember it."),
          entry("dnd", "/dnd [on|off]", "do not disturb: no bell, no notification"),
          entry(
              "log",
              "/log FILE, /log off",
              "writes what is said to a file from now on, at its end",
              "Example: /log ~/chat.log"),
          entry(
              "theme",
              "/theme dark|light|mono",
              "chooses colours, or none",
              "The servers remember it; --theme and NO_COLOR come first."),
          entry(
              "keys",
              "/keys emacs|vi",
              "edits lines like one or the other",
              "The servers remember it."),
          entry("numbers", "/numbers", "shows messages' numbers instead of times; so does Alt-N"),
          entry("status", "/status", "shows the servers, and how many more may fail"),
          entry("server", "/server", "shows which server you are on"),
          entry(
                  "help",
                  "/help [COMMAND]",
                  "explains",
                  "Example: /help create. /help keys lists what keys do.")
              .alsoKnownAs("h", "?"),
          entry("logout", "/logout", "signs out; then sign in again, as someone else maybe"),
          entry("quit", "/quit", "leaves; so does Ctrl-D").alsoKnownAs("exit", "q"));

  /// What /help keys prints besides.
  private static final List<String> KEYS =
      List.of(
          "Alt-1 … Alt-9      the conversation with that number",
          "Alt-A              the next unread one; those that name you first",
          "Ctrl-N, Ctrl-P     the next conversation, the one before",
          "Alt-/              back to where you were",
          "PageUp, PageDown   older messages, newer ones; Alt-End: the newest",
          "Tab                completes commands, @people, #rooms, :emoji:",
          "Ctrl-R             searches what you typed before",
          "Alt-Enter          another line of the same message; with vi keys: Escape, o",
          "Alt-N              numbers instead of times",
          "Ctrl-L             draws the screen anew",
          "Ctrl-C             gives up the line; Ctrl-D, on an empty one, leaves");

  private Commands() {}

  private static Entry entry(String name, String usage, String summary, String... details) {
    return new Entry(name, List.of(), usage, summary, List.of(details));
  }

  /// The command of that name, or known by it, too.
  static Optional<Entry> find(String name) {
    return ALL.stream()
        .filter(entry -> entry.name().equals(name) || entry.others().contains(name))
        .findFirst();
  }

  /// The command that was probably meant.
  static Optional<Entry> closest(String word) {
    Optional<Entry> best = Optional.empty();
    int fewest = SLIPS_MAX + 1;
    for (Entry entry : ALL) {
      int slips = entry.name().startsWith(word) ? 0 : slips(word, entry.name());
      if (slips < fewest && slips < entry.name().length() - 1) {
        fewest = slips;
        best = Optional.of(entry);
      }
    }
    return best;
  }

  /// What /help prints.
  static List<String> help() {
    List<String> lines = new ArrayList<>();
    int widest = ALL.stream().mapToInt(entry -> entry.usage().length()).max().orElse(0);
    for (Entry entry : ALL) {
      lines.add(entry.usage() + " ".repeat(widest + 2 - entry.usage().length()) + entry.summary());
    }
    lines.add("Anything else is said in the present conversation. A text that begins with / is");
    lines.add("written with two: //like this. /help keys lists what keys do.");
    return lines;
  }

  /// What /help prints about one command.
  static List<String> help(String topic) {
    String name = topic.startsWith("/") ? topic.substring(1) : topic;
    Optional<Entry> entry = find(name);
    if (entry.isEmpty()) {
      return List.of(unknown(name));
    }
    List<String> lines = new ArrayList<>();
    lines.add(entry.get().usage() + "  " + entry.get().summary());
    lines.addAll(entry.get().details());
    if (!entry.get().others().isEmpty()) {
      lines.add("Also: /" + String.join(", /", entry.get().others()));
    }
    if (name.equals("keys")) {
      lines.addAll(KEYS);
    }
    return lines;
  }

  static String unknown(String word) {
    return closest(word)
        .map(entry -> "There is no /" + word + ". Did you mean /" + entry.name() + "?")
        .orElse("There is no /" + word + ". /help lists the commands.");
  }

  /// Letters to insert, drop, change or swap with a neighbour to get from one word to the other.
  static int slips(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[from.length()][to.length()];
  }
}
