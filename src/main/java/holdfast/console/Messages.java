package holdfast.console;

import holdfast.wire.OkPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is done about messages that are there already: answered, changed, deleted, found again.
final class Messages {
  /// Columns of a found text where lines are printed.
  private static final int FOUND_WIDTH = 60;

  /// The least on a screen; it is wrapped then.
  private static final int FOUND_WIDTH_MIN = 20;

  private Messages() {}

  static void typed(Draft draft, Input input) {
    switch (input) {
      case Input.Search(var conversation, var query) ->
          draft.wish(new Deed.Search(conversation, query));
      case Input.Show(var number) -> show(draft, number);
      case Input _ -> {
        if (Typing.inConversation(draft)) {
          about(draft, draft.model().present(), input);
        }
      }
    }
  }

  /// In the present conversation.
  private static void about(Draft draft, String here, Input input) {
    switch (input) {
      case Input.Reply(var seq, var text) -> Typing.send(draft, here, text, seq);
      case Input.Edit(var seq, var text) ->
          orNewest(draft, seq)
              .ifPresent(it -> draft.wish(new Deed.Edit(new Place(here, it), text)));
      case Input.Delete(var seqs, var forMe) -> {
        Optional<Long> none = Optional.empty();
        List<Long> which = seqs.isEmpty() ? orNewest(draft, none).stream().toList() : seqs;
        if (!which.isEmpty()) {
          draft.wish(new Deed.Delete(here, which, forMe));
        }
      }
      case Input.React(var seq, var emoji, var remove) ->
          draft.wish(new Deed.React(new Place(here, seq), Emoji.expand(emoji), remove));
      case Input _ -> {}
    }
  }

  private static Optional<Long> orNewest(Draft draft, Optional<Long> seq) {
    Optional<Long> chosen =
        seq.isPresent()
            ? seq
            : draft
                .model()
                .presentPane()
                .sheet()
                .newestOf(draft.model().me())
                .map(Entry.Message::seq);
    if (chosen.isEmpty()) {
      draft.error("Nothing of yours is here. Alt-N shows the numbers of messages.");
    }
    return chosen;
  }

  private static void show(Draft draft, int number) {
    List<Place> found = draft.model().recent().found();
    if (number < 1 || number > found.size()) {
      draft.error("The last search has found no message " + number + ". /search WORDS searches.");
    } else {
      draft.wish(new Deed.Around(found.get(number - 1)));
    }
  }

  static void found(Draft draft, String query, OkPayload.Found found) {
    Dates dates = Dates.from(draft.model());
    List<Place> places = new ArrayList<>();
    List<List<String>> heads = new ArrayList<>();
    for (OkPayload.FoundMessage one : found.messages()) {
      places.add(new Place(one.conversation(), one.message().seq()));
      heads.add(
          List.of(
              Integer.toString(places.size()),
              one.conversation(),
              dates.dayAndTime(one.message().time()),
              one.message().sender()));
    }
    draft.become(draft.model().with(draft.model().recent().found(places)));
    if (places.isEmpty()) {
      draft.info("Nothing has all of these words: " + query);
      return;
    }
    List<String> table = Lists.table(heads);
    int widest = table.stream().mapToInt(Wrapping::width).max().orElse(0);
    boolean unicode = draft.model().settings().unicode();
    for (int i = 0; i < table.size(); i++) {
      String head = Pen.left(table.get(i), widest, unicode);
      String text = Safe.line(found.messages().get(i).message().text());
      draft.rows(List.of(head + "  " + Pen.cut(text, room(draft, widest), unicode)));
    }
    draft.info((found.more() ? "There are older ones. " : "") + "/show 1 goes to the first one.");
  }

  /// Columns for a found text beside what is said of it, so that each has a line of its own.
  private static int room(Draft draft, int before) {
    int columns = Layout.of(draft.model()).text() - Paper.MARK - before - 2;
    return draft.model().plain() ? FOUND_WIDTH : Math.max(FOUND_WIDTH_MIN, columns);
  }

  /// Shows a part of the past, with the message that was wanted.
  static void around(Draft draft, Place place, OkPayload.History came) {
    String name = place.conversation();
    List<Entry.Message> page = Replies.page(came);
    if (draft.model().plain()) {
      page.forEach(
          message -> draft.wish(new Deed.Print(name, message, draft.model().present(), false)));
      return;
    }
    draft.pane(name);
    draft.change(name, p -> p.with(p.sheet().past(page, came.more(), place.seq())).scrolled(0));
    draft.goTo(name);
  }
}
