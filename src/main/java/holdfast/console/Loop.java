package holdfast.console;

import holdfast.client.ChatClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// One signed-in console at work. A thread of its own owns the model: it takes what happens, one
/// thing after the other, asks `Desk` what to make of it, does that, and shows the outcome, at most
/// so many times a second however much happens.
final class Loop {
  /// Things that happened and wait; who brings one more waits, too. Replies are not counted: there
  /// are no more of them than requests.
  static final int WAITING_MAX = 4_096;

  /// Between two pictures, ms.
  static final long PICTURE_MS = 25;

  /// Between two ticks, ms.
  private static final long TICK_MS = 1_000;

  /// Things taken between two looks at the clock.
  private static final int BATCH = 256;

  /// How long leaving waits for what is unanswered, ms.
  private static final long LEAVE_MS = 10_000;

  /// How a console ended.
  enum End {
    /// The person left, or the input ended.
    LEFT,
    /// Somebody else may sign in.
    SIGNED_OUT
  }

  private sealed interface Item {
    record Happened(Happening happening) implements Item {}

    /// The line being typed looks like `typed` says.
    record Edited() implements Item {}

    /// @param sends messages, too, must be acknowledged
    record Barrier(boolean sends, CompletableFuture<Void> reached) implements Item {}
  }

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(WAITING_MAX);
  private final CompletableFuture<End> ended = new CompletableFuture<>();
  private final AtomicReference<InputView> typed = new AtomicReference<>(InputView.EMPTY);
  private final AtomicBoolean typedAnew = new AtomicBoolean();
  private final List<Item.Barrier> barriers = new ArrayList<>();
  private final InstantSource clock;
  private final Face face;
  private final Hands hands;
  private final LogFile log;
  private volatile Model model;
  private volatile boolean over;
  private End end = End.LEFT;
  private boolean changed = true;
  private boolean leaving;
  private long leaveBy;
  private long nextPicture = System.nanoTime();
  private long nextTick = System.nanoTime();
  private int asked;

  Loop(Model model, Face face, ChatClient client, InstantSource clock) {
    this.model = model;
    this.face = face;
    this.clock = clock;
    this.hands = new Hands(client, this::answer);
    this.log = new LogFile();
  }

  /// Begins, on a thread of its own.
  void start(String welcome) {
    var _ =
        Thread.ofPlatform()
            .name("console")
            .daemon()
            .start(() -> {
              try {
                take(Desk.begin(model, welcome));
                run();
              } catch (RuntimeException | Error e) {
                over = true;
                face.stop();
                ended.completeExceptionally(e);
              }
            });
  }

  /// The model as it is now.
  Model model() {
    return model;
  }

  boolean isOver() {
    return over;
  }

  /// Something happened. Waits while too much of it is not yet taken.
  void post(Happening happening) {
    while (!over) {
      try {
        if (room.tryAcquire(TICK_MS, TimeUnit.MILLISECONDS)) {
          items.add(new Item.Happened(happening));
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// The line being typed looks like this now. Never waits: only the latest look counts.
  void editing(InputView input) {
    typed.set(input);
    if (typedAnew.compareAndSet(false, true)) {
      items.add(new Item.Edited());
    }
  }

  private void answer(Happening.Reply reply) {
    items.add(new Item.Happened(reply));
  }

  /// Waits until all that was asked so far is answered.
  ///
  /// @param sends messages, too
  void settle(boolean sends) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    items.add(new Item.Barrier(sends, reached));
    var _ = CompletableFuture.anyOf(reached, ended).handle((_, _) -> true).join();
  }

  /// Waits until it has ended.
  End await() {
    return ended.join();
  }

  private void run() {
    while (!over) {
      Optional<Item> first = next();
      if (first.isPresent()) {
        handle(first.get());
        for (int i = 1; i < BATCH && !items.isEmpty(); i++) {
          handle(items.remove());
        }
      }
      long now = System.nanoTime();
      if (now - nextTick >= 0) {
        nextTick = now + TimeUnit.MILLISECONDS.toNanos(TICK_MS);
        step(new Happening.Tick(clock.millis()));
      }
      if (changed && now - nextPicture >= 0) {
        nextPicture = now + TimeUnit.MILLISECONDS.toNanos(PICTURE_MS);
        changed = false;
        face.show(model);
      }
      over = leaving && (model.outbox().unanswered() == 0 || now - leaveBy >= 0);
    }
    if (model.outbox().unanswered() > 0) {
      face.print(
          new Deed.Print(
              "",
              new Entry.Note(Entry.Kind.ERROR, "Not every message was sent.", model.now()),
              model.present(),
              false));
    }
    hands.finish();
    log.close();
    face.stop();
    ended.complete(end);
  }

  /// The next thing that happened, waiting for it until something else is due.
  private Optional<Item> next() {
    long now = System.nanoTime();
    long until = changed ? Math.min(nextPicture, nextTick) : nextTick;
    try {
      return Optional.ofNullable(items.poll(Math.max(0, until - now), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      leave(End.LEFT);
      return Optional.empty();
    }
  }

  private void handle(Item item) {
    switch (item) {
      case Item.Happened(var happening) -> {
        if (happening instanceof Happening.Reply) {
          asked--;
        } else {
          room.release();
        }
        step(happening);
      }
      case Item.Edited() -> {
        typedAnew.set(false);
        step(new Happening.Editing(typed.get()));
      }
      case Item.Barrier barrier -> barriers.add(barrier);
    }
    barriers.removeIf(barrier -> {
      // Who leaves is not asked for another line.
      boolean reached = !leaving && asked == (barrier.sends() ? 0 : model.outbox().unanswered());
      return reached && barrier.reached().complete(null);
    });
  }

  private void step(Happening happening) {
    face.heard(happening);
    take(Desk.step(model, happening));
  }

  private void take(Desk.Step step) {
    changed |= !step.model().equals(model);
    model = step.model();
    for (Deed deed : step.deeds()) {
      perform(deed);
    }
  }

  private void perform(Deed deed) {
    switch (deed) {
      case Deed.Request request -> {
        asked++;
        hands.perform(request);
      }
      case Deed.Shown(var conversation, var seq) -> hands.shown(conversation, seq);
      case Deed.Print print -> {
        face.print(print);
        log.write(print, Dates.from(model));
      }
      case Deed.Alert(var text) -> face.alert(text);
      case Deed.Log(var file) -> {
        Draft draft = new Draft(model);
        log.open(file, draft);
        take(new Desk.Step(draft.model(), draft.deeds()));
      }
      case Deed.Redraw() -> {
        face.redraw();
        changed = true;
      }
      case Deed.Logout() -> leave(End.SIGNED_OUT);
      case Deed.Quit() -> leave(End.LEFT);
    }
  }

  private void leave(End how) {
    if (!leaving) {
      leaving = true;
      end = how;
      leaveBy = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_MS);
      if (model.outbox().unanswered() > 0) {
        Draft draft = new Draft(model);
        draft.info(
            "Waiting until " + Lists.count(model.outbox().unanswered(), "message") + " is sent …");
        take(new Desk.Step(draft.model(), draft.deeds()));
      }
    }
  }
}
