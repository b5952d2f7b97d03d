package holdfast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The screen on a terminal without a person: what is typed is put there first.
@Timeout(60)
class JLineScreenTest {
  private static final AttributedString RED =
      new AttributedString("red", AttributedStyle.DEFAULT.foreground(203));

  private final CountDownLatch prompted = new CountDownLatch(1);
  private final ByteArrayOutputStream shown =
      new ByteArrayOutputStream() {
        @Override
        public synchronized void write(int b) {
          super.write(b);
          look();
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
          super.write(bytes, from, length);
          look();
        }

        private void look() {
          if (toString(StandardCharsets.UTF_8).contains("password: ")) {
            prompted.countDown();
          }
        }
      };
  private LineDisciplineTerminal terminal;

  @BeforeEach
  void open() throws IOException {
    terminal = new LineDisciplineTerminal("test", "xterm-256color", shown, StandardCharsets.UTF_8);
    terminal.setSize(Size.of(72, 24));
  }

  @AfterEach
  void close() throws IOException {
    terminal.close();
  }

  private void type(String keys) throws IOException {
    terminal.processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
  }

  private String shown() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLineIsReadAsTyped() throws IOException {
    Screen screen = new JLineScreen(terminal, true);
    type("hello, bob!\r");
    assertEquals(Optional.of("hello, bob!"), screen.readLine("> "));
    assertEquals(72, screen.columns());
  }

  @Test
  void aSecretIsNotShown() {
    Screen screen = new JLineScreen(terminal, true);
    // What is typed before the prompt is shown by the terminal itself.
    Thread.ofVirtual()
        .start(() -> {
          try {
            prompted.await();
            type("hunter22\r");
          } catch (InterruptedException | IOException e) {
            throw new AssertionError(e);
          }
        });
    assertEquals(Optional.of("hunter22"), screen.readSecret("password: "));
    assertFalse(shown().contains("hunter"), shown());
    assertTrue(shown().contains("********"), shown());
  }

  @Test
  void aSecretIsNotBroughtBackByTheArrowKeys() throws IOException {
    Screen screen = new JLineScreen(terminal, true);
    type("plain\r");
    screen.readLine("> ");
    type("hunter22\r");
    screen.readSecret("password: ");
    type("\u001bOA\r");
    assertEquals(Optional.of("plain"), screen.readLine("> "));
  }

  @Test
  void ctrlDIsTheEnd() throws IOException {
    Screen screen = new JLineScreen(terminal, true);
    type("\u0004");
    assertEquals(Optional.empty(), screen.readLine("> "));
  }

  @Test
  void coloursAreLeftOutWhereTheyAreNotWanted() {
    new JLineScreen(terminal, true).print(RED);
    assertTrue(shown().contains("\u001b[38;5;203mred"), shown());
    shown.reset();
    new JLineScreen(terminal, false).print(RED);
    assertTrue(shown().contains("red"), shown());
    assertFalse(shown().contains("\u001b[38"), shown());
  }
}
