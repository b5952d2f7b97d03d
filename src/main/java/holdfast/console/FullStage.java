package holdfast.console;

import org.jline.terminal.Terminal;

/// A whole terminal: its lines at the door, all of it then.
record FullStage(Terminal terminal, Screen door, Renderer renderer, Model.Settings settings)
    implements Stage {
  @Override
  public Model model(String me, long now) {
    return Model.begin(me, false, settings, FullScreen.window(terminal), now);
  }

  @Override
  public Face face(String me) {
    return new FullScreen(terminal);
  }

  @Override
  public void close() {
    door.close();
  }
}
