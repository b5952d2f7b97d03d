package holdfast.console;

import holdfast.wire.ClientCodec;
import holdfast.wire.OkPayload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jline.utils.AttributedString;
import tools.jackson.databind.json.JsonMapper;

/// A script's side of the console. As text: what was asked for on standard output, complaints on
/// standard error. As JSON lines: everything that happens, in the protocol's own frames.
final class ScriptFace implements Face {
  private static final JsonMapper JSON = new JsonMapper();

  private final BufferedReader in;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final boolean follows;
  private final AtomicInteger line = new AtomicInteger();
  private boolean historyAsked;
  private volatile boolean failed;

  /// @param json prints everything that happens as JSON lines
  /// @param follows goes on when the input has ended
  ScriptFace(BufferedReader in, PrintWriter out, PrintWriter err, boolean json, boolean follows) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.json = json;
    this.follows = follows;
  }

  /// At least one line was not understood, refused, or not answered.
  boolean failed() {
    return failed;
  }

  @Override
  public void read(Loop loop) {
    try {
      String next = in.readLine();
      while (next != null && !loop.isOver()) {
        line.incrementAndGet();
        loop.post(new Happening.Typed(next));
        loop.settle(true);
        next = in.readLine();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!follows) {
      loop.post(new Happening.Typed("/quit"));
    }
  }

  @Override
  public void show(Model model) {
    // Nothing is drawn.
  }

  @Override
  public void heard(Happening happening) {
    historyAsked =
        happening instanceof Happening.HistoryCame || happening instanceof Happening.AroundCame;
    if (!json) {
      return;
    }
    switch (happening) {
      case Happening.Event(var event, _) -> frame(ClientCodec.event(event));
      case Happening.Sent sent -> ok("SEND", sent.done());
      case Happening.HistoryCame came -> ok("HISTORY", came.page());
      case Happening.SearchCame came -> ok("SEARCH", came.found());
      case Happening.AroundCame came -> ok("HISTORY", came.page());
      case Happening.ConversationsCame came -> ok("CONVERSATIONS", came.conversations());
      case Happening.UsersCame came -> ok("USERS", came.users());
      case Happening.RoomsCame came -> ok("ROOMS", came.rooms());
      case Happening.MembersCame came -> ok("MEMBERS", came.members());
      case Happening.StatusCame came -> ok("STATUS", came.status());
      case Happening _ -> {}
    }
  }

  private void ok(String request, OkPayload payload) {
    frame(ClientCodec.ok(Optional.of("\"" + request + "\""), payload));
  }

  private void frame(byte[] bytes) {
    out.print(new String(bytes, StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void print(Deed.Print print) {
    switch (print.entry()) {
      case Entry.Message message -> {
        if (historyAsked && !json) {
          Said said = Said.of(print.conversation(), message);
          Renderer.unwrapped().message(said, "", print.present()).forEach(out::println);
          out.flush();
        }
      }
      case Entry.Note(var kind, var text, _) -> note(kind, text);
    }
  }

  private void note(Entry.Kind kind, String text) {
    failed |= kind == Entry.Kind.ERROR;
    if (json) {
      if (kind != Entry.Kind.ROW) {
        said(kind, text);
      }
      return;
    }
    switch (kind) {
      case INFO -> {}
      case ERROR -> {
        err.println("line " + line.get() + ": " + Safe.line(text));
        err.flush();
      }
      case ROW -> {
        out.println(Safe.line(text));
        out.flush();
      }
    }
  }

  private void said(Entry.Kind kind, String text) {
    Map<String, String> payload = new LinkedHashMap<>();
    payload.put("kind", kind == Entry.Kind.ERROR ? "error" : "info");
    payload.put("text", text);
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("type", "NOTE");
    frame.put("payload", payload);
    out.println(JSON.writeValueAsString(frame));
    out.flush();
  }

  /// Where what is said before the sign-in goes.
  Screen complaints() {
    return new Complaints(err);
  }

  private record Complaints(PrintWriter err) implements Screen {
    @Override
    public Optional<String> readLine(String prompt) {
      return Optional.empty();
    }

    @Override
    public Optional<String> readSecret(String prompt) {
      return Optional.empty();
    }

    @Override
    public void print(AttributedString text) {
      err.println(text.toString());
      err.flush();
    }

    @Override
    public int columns() {
      return 0;
    }

    @Override
    public boolean echoes() {
      return false;
    }

    @Override
    public void close() {
      err.flush();
    }
  }

  @Override
  public void close() {
    out.flush();
  }
}
