package holdfast.console;

import java.time.ZoneId;

/// A pipe, or a terminal that can only print lines.
record PlainStage(Screen door, Renderer renderer, ZoneId zone) implements Stage {
  @Override
  public Model model(String me, long now) {
    Model.Settings settings = Model.Settings.of(Theme.MONO, true, true, zone);
    return Model.begin(me, true, settings, new Model.Window(0, 0), now);
  }

  @Override
  public Face face(String me) {
    return new PlainFace(door, renderer, me);
  }

  @Override
  public void close() {
    door.close();
  }
}
