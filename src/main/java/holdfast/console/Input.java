package holdfast.console;

import java.util.Optional;

/// A line that a person typed, understood.
sealed interface Input {
  record Nothing() implements Input {}

  /// For the present conversation.
  record Say(String text) implements Input {}

  /// For the conversation named, which becomes the present one.
  record Tell(String conversation, String text) implements Input {}

  record GoTo(String conversation) implements Input {}

  record Create(String room, String topic, boolean isPrivate) implements Input {}

  record Join(String room) implements Input {}

  /// Without a name: the present one.
  record Leave(Optional<String> room) implements Input {}

  record Rooms(String pattern) implements Input {}

  record Members(Optional<String> room) implements Input {}

  record Users(String pattern) implements Input {}

  record History(Optional<String> conversation, int limit) implements Input {}

  /// What came before the oldest message that /history or /more has shown.
  record More() implements Input {}

  record Conversations() implements Input {}

  record Read() implements Input {}

  record Status() implements Input {}

  record Server() implements Input {}

  record Help(Optional<String> topic) implements Input {}

  record Logout() implements Input {}

  record Quit() implements Input {}

  /// Not understood; `why` is for the person.
  record Wrong(String why) implements Input {}
}
