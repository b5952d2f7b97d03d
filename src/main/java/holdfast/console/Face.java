package holdfast.console;

/// What a person, or a program, has before it: takes what is typed, shows what the loop says. All
/// but `read` and `window` is called by the loop's thread only.
interface Face extends AutoCloseable {
  /// Takes what is typed, and brings it to the loop, until the input ends or the loop does. Runs on
  /// the thread that started the console.
  void read(Loop loop);

  /// The model is new, or has changed.
  void show(Model model);

  /// An entry is new.
  default void print(Deed.Print print) {}

  /// Everything that happens, for those that pass it on.
  default void heard(Happening happening) {}

  /// Draws attention.
  default void alert(String text) {}

  /// Draws everything anew.
  default void redraw() {}

  /// The loop ends: `read` shall return soon.
  default void stop() {}

  @Override
  void close();
}
