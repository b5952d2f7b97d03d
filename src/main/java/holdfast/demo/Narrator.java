package holdfast.demo;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// Writes for people who watch: plain lines, coloured on a terminal. Safe for use by many threads.
public final class Narrator {
  private static final String RESET = "\u001b[0m";
  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String RED = "\u001b[31m";
  private static final String GREEN = "\u001b[32m";
  private static final String CYAN = "\u001b[36m";

  private final PrintWriter out;
  private final boolean coloured;
  private boolean muted;

  public Narrator(PrintWriter out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
  }

  /// In colours if a person watches and has not asked for none (no-color.org).
  public static Narrator onTerminal(PrintWriter out) {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    String asked = System.getenv().getOrDefault("NO_COLOR", "");
    return new Narrator(out, terminal && asked.isEmpty());
  }

  /// Opens a part of the story.
  void chapter(String title) {
    print("");
    print(paint(BOLD, title));
  }

  /// A plain line.
  public void say(String line) {
    print("  " + line);
  }

  void aside(String line) {
    print("  " + paint(DIM, line));
  }

  void good(String line) {
    print("  " + paint(GREEN, line));
  }

  void bad(String line) {
    print("  " + paint(RED, line));
  }

  /// Something said, by whom, on which server, and how long until the other one had it.
  void chat(String who, String server, String text, Duration took) {
    print(
        String.format(
            Locale.ROOT,
            "    %s %-66s %s",
            paint(CYAN, String.format(Locale.ROOT, "%-5s on server %s:", who, server)),
            text,
            paint(DIM, "delivered in " + took.toMillis() + " ms")));
  }

  private String paint(String colour, String text) {
    return coloured ? colour + text + RESET : text;
  }

  private synchronized void print(String line) {
    if (!muted) {
      out.println(line);
      out.flush();
    }
  }

  /// Nothing more: what follows an interruption is not part of the story.
  synchronized void mute() {
    muted = true;
  }

  /// Like 1,234,567.
  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
