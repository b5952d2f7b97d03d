package holdfast.chat;

import holdfast.check.Check;
import java.util.OptionalLong;

/// What is not forgotten because a member is outside: it has no vote, and may come back with
/// commands of its own, which are then brought in again under their request ids (SURVIVOR.md, 8).
/// From when somebody is outside on until all are in again, and for as long as a request is
/// remembered anyway after that, no request is forgotten but those that were too old at the
/// beginning, or that are more than can be kept; and while somebody is outside no server deletes
/// anything of its log. It follows from the commands applied alone.
///
/// @param id the MEMBERS command by which somebody was outside first; 0: all are in
/// @param since its time, ms, or that of the one before if all were in for a short time only;
///   requests are as old as they were then
/// @param until ms: forgetting goes on from then on, if all are in; 0 while somebody is outside
public record Held(long id, long since, long until) {
  /// All are in, and always were.
  public static final Held NOTHING = new Held(0, 0, 0);

  public Held {
    Check.that(
        id >= 0 && since >= 0 && (id == 0 || until == 0), "held: %d %d %d", id, since, until);
  }

  /// Whether somebody is outside.
  public boolean outside() {
    return id != 0;
  }

  /// The last log index at which all were in; empty: they are now.
  public OptionalLong index() {
    return outside() ? OptionalLong.of(EntryId.indexOf(id) - 1) : OptionalLong.empty();
  }

  /// What is held once the command `id` has said, at `now`, that somebody is outside.
  Held outsideSince(long command, long now) {
    return outside() ? this : new Held(command, isFrozen(now) ? since : now, 0);
  }

  /// What is held once a command has said, at `now`, that all are in.
  Held allInSince(long now, long requestAgeMs) {
    return outside() ? new Held(0, since, now + requestAgeMs) : this;
  }

  /// Whether at `now` nothing gets older.
  boolean isFrozen(long now) {
    return outside() || now < until;
  }

  /// Requests of before this time are forgotten at `now`. Never goes back as `now` goes on.
  long rememberedSince(long now, long requestAgeMs) {
    return (isFrozen(now) ? since : now) - requestAgeMs;
  }
}
