package holdfast.console;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A console at work without servers: what happens goes in, what it wants done is kept.
final class Models {
  static final long NOON = Instant.parse("2026-11-20T12:00:00Z").toEpochMilli();

  private final List<Deed> deeds = new ArrayList<>();
  private Model model;

  private Models(Model model) {
    this.model = model;
  }

  /// Alice at a full screen.
  static Models screen(int columns, int rows) {
    Model.Settings settings = Model.Settings.of(Theme.DARK, false, true, ZoneOffset.UTC);
    return new Models(Model.begin("alice", false, settings, new Model.Window(columns, rows), NOON));
  }

  Model model() {
    return model;
  }

  Models happens(Happening happening) {
    Desk.Step step = Desk.step(model, happening);
    model = step.model();
    deeds.addAll(step.deeds());
    return this;
  }

  Models typed(String... lines) {
    for (String line : lines) {
      happens(new Happening.Typed(line));
    }
    return this;
  }

  Models pressed(Happening.Key key) {
    return happens(new Happening.Pressed(key));
  }

  Models said(String conversation, long seq, String sender, String text) {
    return happens(
        new Happening.Event(message(conversation, seq, sender, text, NOON + seq * 60_000), false));
  }

  static ServerEvent.Message message(
      String conversation, long seq, String sender, String text, long time) {
    return new ServerEvent.Message(
        conversation, seq, sender, text, time, Optional.empty(), Optional.empty(), "c1." + seq);
  }

  Models sent(long key, String to, long seq) {
    return happens(
        new Happening.Sent(
            key, to, new OkPayload.Sent(to, seq, NOON + seq * 60_000, "i1", OptionalInt.empty())));
  }

  /// A page of messages by bob, from one seq to another.
  Models page(String conversation, Optional<Long> before, long from, long to, boolean more) {
    List<OkPayload.HistoryMessage> messages = new ArrayList<>();
    for (long seq = from; seq <= to; seq++) {
      messages.add(
          new OkPayload.HistoryMessage(
              seq,
              "bob",
              "message " + seq,
              NOON + seq * 60_000,
              Optional.empty(),
              Map.of(),
              Optional.empty(),
              false));
    }
    return happens(
        new Happening.HistoryCame(conversation, before, new OkPayload.History(messages, more)));
  }

  Models conversations(OkPayload.Conversation... all) {
    return happens(
        new Happening.ConversationsCame(false, new OkPayload.Conversations(List.of(all), false)));
  }

  static OkPayload.Conversation conversation(String name, long last, long read) {
    return new OkPayload.Conversation(name, last, read, last - read, 0, Optional.empty());
  }

  /// What it wanted done since this was asked before.
  List<Deed> takeDeeds() {
    List<Deed> taken = List.copyOf(deeds);
    deeds.clear();
    return taken;
  }

  <T extends Deed> List<T> take(Class<T> type) {
    return takeDeeds().stream().filter(type::isInstance).map(type::cast).toList();
  }

  Pane pane(String name) {
    return model.pane(name).orElseThrow();
  }

  /// The texts of a conversation's entries.
  List<String> texts(String name) {
    return pane(name).sheet().entries().stream()
        .map(entry ->
            switch (entry) {
              case Entry.Message message -> message.text();
              case Entry.Note note -> note.text();
            })
        .toList();
  }

  /// The picture as text, without what is blank at the lines' ends.
  List<String> picture() {
    return Painter.frame(model).lines().stream()
        .map(line -> line.toString().stripTrailing())
        .toList();
  }
}
