package holdfast.console;

import java.util.List;
import org.jline.utils.AttributedString;

/// What the console says line by line, as long as nobody is signed in. Safe from any thread.
final class Talk {
  private final Screen screen;
  private final Renderer renderer;

  Talk(Screen screen, Renderer renderer) {
    this.screen = screen;
    this.renderer = renderer;
  }

  void info(String text) {
    print(renderer.info(text));
  }

  void error(String text) {
    print(renderer.error(text));
  }

  private void print(List<AttributedString> lines) {
    lines.forEach(screen::print);
  }
}
