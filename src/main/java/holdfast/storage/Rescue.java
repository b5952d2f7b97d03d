package holdfast.storage;

import holdfast.chat.ChatMachine;
import holdfast.chat.Command;
import holdfast.chat.Outcome;
import holdfast.chat.RequestKey;
import holdfast.chat.Translation;
import holdfast.chat.WriteReader;
import holdfast.check.Check;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The clients' writes that this server alone had when it passed over to a later timeline, in the
/// order in which they are to be brought in again, one at a time; and those that could not be. They
/// are this server's own: no snapshot brings or takes them. For the replica thread; what changes is
/// part of the store's open transaction, so that a write is settled exactly if it is applied.
public final class Rescue {
  /// What `translated` being empty means, in a sentence for `unreplayable`.
  public static final String NAMES_WHAT_IS_NOT_THERE =
      "what it is about (its account, its room or a message) could not be brought in itself";

  /// Values of `done`: to be brought in; brought in and applied, kept for what it made as long as
  /// others wait; could not be, for good.
  static final int WAITING = 0;

  static final int SETTLED = 1;
  private static final int GIVEN_UP = 2;

  private final WriteReader writes;
  private final StateRow state;
  private final Query next;
  private final Query maker;
  private final Query finish;
  private final Query addUnreplayable;
  private final Query unreplayable;
  private final Query forget;
  private long committedWaiting;
  private long waiting;
  private long committedUnreplayable;
  private long unreplayableCount;

  Rescue(Sqlite main, StateRow state, WriteReader writes) {
    this.writes = writes;
    this.state = state;
    String columns = "SELECT position, old_id, first, command FROM rescued WHERE ";
    next = main.prepare(columns + "done = 0 ORDER BY position LIMIT 1");
    maker = main.prepare(columns + "old_id = ? AND position >= ? ORDER BY position LIMIT 1");
    finish = main.prepare("UPDATE rescued SET done = ? WHERE position = ? AND done = 0");
    addUnreplayable =
        main.prepare(
            "INSERT INTO unreplayable(position, old_id, command, reason)"
                + " SELECT position, old_id, command, ? FROM rescued WHERE position = ?");
    unreplayable =
        main.prepare(
            "SELECT position, old_id, command, reason FROM unreplayable WHERE position > ?"
                + " ORDER BY position LIMIT ?");
    forget = main.prepare("DELETE FROM unreplayable WHERE position <= ?");
    waiting = main.number("SELECT count(*) FROM rescued WHERE done = 0");
    committedWaiting = waiting;
    unreplayableCount = main.number("SELECT count(*) FROM unreplayable");
    committedUnreplayable = unreplayableCount;
    if (waiting == 0) {
      // Nothing names any more what they made.
      main.run("DELETE FROM rescued");
    }
  }

  /// How many writes wait.
  public long waiting() {
    return waiting;
  }

  /// The write that is to be brought in next: the first that is neither settled nor unreplayable.
  public Optional<RescuedCommand> next() {
    return waiting == 0 ? Optional.empty() : next.first(this::rescued);
  }

  /// The write as it is to be submitted now, with its own request id and digest: what it names that
  /// is of a lost timeline is named as what the rescued write made which had made it then. Ask once
  /// all before it are settled. Empty: there is no such thing; see `NAMES_WHAT_IS_NOT_THERE`.
  public Optional<Command.Write> translated(RescuedCommand rescued, ChatMachine machine) {
    return Translation.of(rescued.command(), id -> presentId(id, rescued, machine));
  }

  /// What `naming` calls `id`. The write that made it is among those kept together with that one,
  /// if it was lost then; among later ones, if it was lost only when these were kept; or it is not
  /// lost. That its timeline is one of this history proves nothing: of an entry that was never
  /// committed, and another at the same index that was, the ids are equal.
  private Optional<Long> presentId(long id, RescuedCommand naming, ChatMachine machine) {
    Optional<RescuedCommand> made = maker.with(id, naming.firstPosition()).first(this::rescued);
    if (made.isEmpty()) {
      return state.timelines().isLost(id) ? Optional.empty() : Optional.of(id);
    }
    return presentKey(made.get(), machine).flatMap(machine::remembered).flatMap(Rescue::made);
  }

  /// A maker's account was made before it, so this comes to an end.
  private Optional<RequestKey> presentKey(RescuedCommand made, ChatMachine machine) {
    return Translation.of(
        made.command().request(),
        id -> id < made.oldId() ? presentId(id, made, machine) : Optional.empty());
  }

  private static Optional<Long> made(ChatMachine.Remembered remembered) {
    return switch (remembered) {
      case ChatMachine.Remembered.First(Outcome outcome) ->
          switch (outcome) {
            case Outcome.Done(long id) -> Optional.of(id);
            case Outcome.Sent sent -> Optional.of(sent.id());
            case Outcome.Refused _ -> Optional.empty();
          };
      case ChatMachine.Remembered.OtherContent() -> Optional.empty();
    };
  }

  /// The write at `position` is applied in the open transaction, in this server's present timeline:
  /// done, now or before.
  public void settled(long position) {
    finish(position, SETTLED);
  }

  /// The write at `position` was refused, in an entry applied in the open transaction, or cannot be
  /// submitted. `reason` is a sentence.
  public void unreplayable(long position, String reason) {
    finish(position, GIVEN_UP);
    addUnreplayable.set(1, reason).set(2, position).update();
    unreplayableCount++;
  }

  private void finish(long position, int how) {
    Check.that(finish.with(how, position).update() == 1, "nothing waits at %d", position);
    waiting--;
  }

  /// Those that could not be brought in, from the one after position `after` (0: the first) on.
  public List<Unreplayable> unreplayable(long after, int max) {
    return unreplayable
        .with(after, max)
        .list(row ->
            new Unreplayable(
                row.getLong(1),
                row.getLong(2),
                writes.writeOf(row.getBytes(3)).orElseThrow(),
                row.getString(4)));
  }

  /// Throws away those that could not be brought in, up to and with this position: somebody has
  /// seen them.
  public void forget(long position) {
    unreplayableCount -= forget.with(position).update();
  }

  /// How many could not be brought in.
  public long unreplayableCount() {
    return unreplayableCount;
  }

  private RescuedCommand rescued(ResultSet row) throws SQLException {
    return new RescuedCommand(
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        writes.writeOf(row.getBytes(4)).orElseThrow());
  }

  void committed() {
    committedWaiting = waiting;
    committedUnreplayable = unreplayableCount;
  }

  void rolledBack() {
    waiting = committedWaiting;
    unreplayableCount = committedUnreplayable;
  }
}
