package holdfast.console;

import java.util.List;
import java.util.Optional;

/// Something that `Desk` wants done outside the model.
sealed interface Deed {
  /// Asks the servers; `Happening.Reply` comes back, exactly one.
  sealed interface Request extends Deed {}

  /// A request whose reply says no more than that it is done.
  sealed interface Simple extends Request {}

  /// Says something.
  ///
  /// @param replyTo seq of the message it answers; 0: none
  record Send(long key, String to, String text, long replyTo) implements Request {}

  /// Wants a page of messages.
  ///
  /// @param asked by the person: a failure is told
  record History(String conversation, Optional<Long> before, int limit, boolean asked)
      implements Request {}

  /// Wants the messages around one.
  record Around(Place place) implements Request {}

  record Edit(Place place, String text) implements Simple {}

  record Delete(String conversation, List<Long> seqs, boolean forMe) implements Simple {
    public Delete {
      seqs = List.copyOf(seqs);
    }
  }

  record React(Place place, String emoji, boolean remove) implements Simple {}

  record Search(Optional<String> conversation, String query) implements Request {}

  /// Lets the others know that the person is typing.
  record Typing(String conversation) implements Simple {}

  record Conversations(boolean asked) implements Request {}

  record Users(String pattern, boolean asked) implements Request {}

  record Rooms(String pattern, boolean asked) implements Request {}

  record Members(String room, boolean asked) implements Request {}

  record Status(boolean asked) implements Request {}

  record Whois(String name) implements Request {}

  record SetTopic(String room, String topic) implements Simple {}

  record Invite(String room, String name) implements Simple {}

  record Kick(String room, String name) implements Simple {}

  record SetRole(String room, String name, String role) implements Simple {}

  record Block(String name, boolean blocked) implements Simple {}

  /// Wants what the person chose earlier, on any screen.
  record Preferences() implements Request {}

  /// Keeps a choice; without a value: forgets it.
  record Prefer(String name, Optional<String> value) implements Simple {}

  record Create(String room, String topic, boolean isPrivate) implements Request {}

  record Join(String room) implements Request {}

  record Leave(String room) implements Request {}

  /// Marks all as read that the person asks for.
  record MarkRead(String conversation, long seq) implements Request {}

  /// Everything up to there has been on the screen.
  record Shown(String conversation, long seq) implements Deed {}

  /// Tells those that print or log of a new entry.
  ///
  /// @param present the conversation that is looked at
  /// @param sentHere the person's own words, typed on this screen
  record Print(String conversation, Entry entry, String present, boolean sentHere)
      implements Deed {}

  /// Something the person should notice, also when looking elsewhere.
  record Alert(String text) implements Deed {}

  /// Logs what is said to this file from now on; without one: no longer.
  record Log(Optional<String> file) implements Deed {}

  /// The screen may be in disorder.
  record Redraw() implements Deed {}

  /// Signs out; then somebody else may sign in.
  record Logout() implements Deed {}

  record Quit() implements Deed {}
}
