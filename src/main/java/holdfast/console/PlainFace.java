package holdfast.console;

import java.util.List;
import java.util.Optional;
import org.jline.utils.AttributedString;

/// Lines in, lines out: for pipes, dumb terminals and screen readers. On a pipe each line is done
/// before the next one is read.
final class PlainFace implements Face {
  private final Screen screen;
  private final Renderer renderer;
  private final String me;

  PlainFace(Screen screen, Renderer renderer, String me) {
    this.screen = screen;
    this.renderer = renderer;
    this.me = me;
  }

  @Override
  public void read(Loop loop) {
    loop.settle(true);
    while (!loop.isOver()) {
      Optional<String> line = screen.readLine((me + " " + loop.model().present()).strip() + "> ");
      loop.post(new Happening.Typed(line.orElse("/quit")));
      if (line.isEmpty()) {
        return;
      }
      // Who types need not wait for what is sent: a failure is told when it comes.
      loop.settle(!screen.echoes());
    }
  }

  @Override
  public void show(Model model) {
    // Lines were printed as they came.
  }

  @Override
  public void print(Deed.Print print) {
    List<AttributedString> lines =
        switch (print.entry()) {
          case Entry.Message _ when print.sentHere() && screen.echoes() -> List.of();
          case Entry.Message message ->
              renderer.message(Said.of(print.conversation(), message), me, print.present());
          case Entry.Note(var kind, var text, _) ->
              switch (kind) {
                case INFO -> renderer.info(text);
                case ERROR -> renderer.error(text);
                case ROW -> renderer.row(text);
              };
        };
    lines.forEach(screen::print);
  }

  @Override
  public void close() {
    // The screen is used on.
  }
}
