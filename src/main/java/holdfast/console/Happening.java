package holdfast.console;

import holdfast.client.Notice;
import holdfast.wire.OkPayload;
import holdfast.wire.ServerEvent;
import java.util.List;
import java.util.Optional;

/// One thing that `Desk` answers to.
sealed interface Happening {
  /// A line was typed, whole.
  record Typed(String line) implements Happening {}

  record Pressed(Key key) implements Happening {}

  /// Alt and a digit: the pane with that number.
  record Picked(int number) implements Happening {}

  /// The line being typed looks like this now.
  record Editing(InputView input) implements Happening {}

  record Resized(int columns, int rows) implements Happening {}

  /// The time, ms.
  record Tick(long now) implements Happening {}

  record Event(ServerEvent event, boolean sentHere) implements Happening {}

  record Told(Notice notice) implements Happening {}

  enum Key {
    PAGE_UP,
    PAGE_DOWN,
    BOTTOM,
    NEXT,
    PREVIOUS,
    NEXT_UNREAD,
    LAST,
    NUMBERS
  }

  /// What became of a deed that asked the servers something; each deed gets one.
  sealed interface Reply extends Happening {}

  record Sent(long key, String to, OkPayload.Sent done) implements Reply {}

  record NotSent(long key, String to, String text, String why) implements Reply {}

  record HistoryCame(String conversation, Optional<Long> before, OkPayload.History page)
      implements Reply {}

  /// Came with what is unread in each.
  ///
  /// @param asked by the person, who wants to see the list
  record ConversationsCame(boolean asked, OkPayload.Conversations conversations) implements Reply {}

  record UsersCame(boolean asked, OkPayload.Users users) implements Reply {}

  record RoomsCame(boolean asked, OkPayload.Rooms rooms) implements Reply {}

  record MembersCame(boolean asked, String room, OkPayload.Members members) implements Reply {}

  record StatusCame(boolean asked, OkPayload.Status status, long tookMs) implements Reply {}

  /// Somebody's account, or nothing.
  record WhoisCame(String name, List<OkPayload.User> found) implements Reply {}

  record AroundCame(Place place, OkPayload.History page) implements Reply {}

  record SearchCame(String query, OkPayload.Found found) implements Reply {}

  /// It is done.
  ///
  /// @param said what to say about it; nothing where an event tells what came of it
  record Done(String said) implements Reply {}

  record PreferencesCame(OkPayload.Preferences preferences) implements Reply {}

  record Created(String room) implements Reply {}

  record Joined(String room) implements Reply {}

  record Left(String room) implements Reply {}

  record MarkedRead(String conversation) implements Reply {}

  /// It was refused, or nobody answered.
  ///
  /// @param what the conversation whose history was asked for; else nothing
  /// @param quiet the person did not ask for it
  record Refused(String what, String why, boolean quiet) implements Reply {}
}
