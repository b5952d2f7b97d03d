package holdfast.console;

import holdfast.wire.ServerEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jline.utils.AttributedString;

/// What is on the screen: who talks, which conversation is the present one. Printing is safe from
/// any thread.
final class Talk {
  private final Screen screen;
  private final Renderer renderer;
  private volatile String me = "";
  private volatile String present = "";
  private volatile Optional<BiConsumer<String, Long>> onShown = Optional.empty();

  Talk(Screen screen, Renderer renderer) {
    this.screen = screen;
    this.renderer = renderer;
  }

  /// The account signed in, or nothing.
  String me() {
    return me;
  }

  /// The present conversation, or nothing.
  String present() {
    return present;
  }

  /// Somebody signed in; `shown` is told of each message in the present conversation.
  void begin(String username, BiConsumer<String, Long> shown) {
    me = username;
    present = "";
    onShown = Optional.of(shown);
  }

  void goTo(String conversation) {
    present = conversation;
  }

  void leave(String conversation) {
    if (present.equals(conversation)) {
      present = "";
    }
  }

  String prompt() {
    return (me + " " + present).strip() + "> ";
  }

  void heard(ServerEvent.Message message) {
    show(Said.of(message));
    shown(message.conversation(), message.seq());
  }

  void show(Said said) {
    print(renderer.message(said, me, present));
  }

  /// The message with that number has been shown.
  void shown(String conversation, long seq) {
    if (conversation.equals(present)) {
      onShown.ifPresent(told -> told.accept(conversation, seq));
    }
  }

  void info(String text) {
    print(renderer.info(text));
  }

  void error(String text) {
    print(renderer.error(text));
  }

  void rows(List<String> rows) {
    rows.forEach(row -> print(renderer.row(row)));
  }

  String time(long millis) {
    return renderer.time(millis);
  }

  private void print(List<AttributedString> lines) {
    lines.forEach(screen::print);
  }
}
