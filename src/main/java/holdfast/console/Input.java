package holdfast.console;

import java.util.List;
import java.util.Optional;

/// A line that a person typed, understood.
sealed interface Input {
  record Nothing() implements Input {}

  /// For the present conversation.
  record Say(String text) implements Input {}

  /// For the conversation named, which becomes the present one.
  record Tell(String conversation, String text) implements Input {}

  /// An answer to the message with that number in the present conversation.
  record Reply(long seq, String text) implements Input {}

  /// Without a number: one's own newest message.
  record Edit(Optional<Long> seq, String text) implements Input {}

  /// Without numbers: one's own newest message.
  record Delete(List<Long> seqs, boolean forMe) implements Input {}

  record React(long seq, String emoji, boolean remove) implements Input {}

  record Search(Optional<String> conversation, String query) implements Input {}

  /// Goes to the message with that number in the list that the last search gave.
  record Show(int number) implements Input {}

  record GoTo(String conversation) implements Input {}

  /// To the conversation with that number, or the one whose name fits best.
  record Jump(String where) implements Input {}

  record Create(String room, String topic, boolean isPrivate) implements Input {}

  record Join(String room) implements Input {}

  /// Without a name: the present one.
  record Leave(Optional<String> room) implements Input {}

  /// Takes the conversation off the list until something new is said in it.
  record Close() implements Input {}

  record Rooms(String pattern) implements Input {}

  /// Without a text: shows it.
  record Topic(Optional<String> room, String text) implements Input {}

  record Invite(String name, Optional<String> room) implements Input {}

  record Kick(String name, Optional<String> room) implements Input {}

  record Role(String name, String role) implements Input {}

  record Block(String name, boolean blocked) implements Input {}

  record Members(Optional<String> room) implements Input {}

  record Users(String pattern) implements Input {}

  record Whois(String name) implements Input {}

  record History(Optional<String> conversation, int limit) implements Input {}

  /// What came before the oldest message that /history or /more has shown.
  record More() implements Input {}

  record Conversations() implements Input {}

  record Read() implements Input {}

  /// No bell for that conversation, or for it again.
  record Mute(Optional<String> conversation) implements Input {}

  /// No bell at all; without a choice: the other way round.
  record Quiet(Optional<Boolean> on) implements Input {}

  record Log(Optional<String> file) implements Input {}

  record Look(Theme theme) implements Input {}

  /// How lines are edited: the editor itself sees to it.
  record Keys(boolean vi) implements Input {}

  record Numbers() implements Input {}

  record Status() implements Input {}

  record Server() implements Input {}

  record Help(Optional<String> topic) implements Input {}

  record Logout() implements Input {}

  record Quit() implements Input {}

  /// Not understood; `why` is for the person.
  record Wrong(String why) implements Input {}
}
