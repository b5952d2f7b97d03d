package holdfast.simulation;

import holdfast.chat.Outcome;
import holdfast.replication.Role;
import holdfast.replication.ServerId;
import java.util.Optional;

/// Where a server that moved to a higher timeline brings in again what it rescued of the one that
/// it left: one write at a time, in order, through the primary, until it is applied here
/// (SURVIVOR.md rule 9).
final class RescueDesk {
  private static final long AGAIN_US = 400 * Agenda.MS;

  private final World world;
  private final ServerProcess process;
  private Optional<String> asked = Optional.empty();
  private long askedTerm;
  private long askedAt;

  RescueDesk(World world, ServerProcess process) {
    this.world = world;
    this.process = process;
  }

  /// Ends the rows whose writes are applied here, in the transaction that applies them.
  void settle() {
    for (Optional<String> row = process.disk().rescued();
        row.isPresent();
        row = process.disk().rescued()) {
      Optional<Outcome> outcome = process.writes().remembered(world.laws().request(row.get()));
      if (outcome.isEmpty()) {
        return;
      }
      world.trace().line(process.now(), "%s settles %s", process.id(), row.get());
      process.disk().settle(outcome.get() instanceof Outcome.Refused);
    }
  }

  /// Sends the first row on its way, if it is not yet, or again.
  void route() {
    Optional<String> row = process.disk().rescued();
    Optional<ServerId> primary = process.replica().primary();
    if (row.isEmpty() || primary.isEmpty()) {
      return;
    }
    long term = process.replica().term();
    boolean under = row.equals(asked) && askedTerm == term;
    if (under && process.now() - askedAt < AGAIN_US) {
      return;
    }
    asked = row;
    askedTerm = term;
    askedAt = process.now();
    Request request = world.laws().request(row.get());
    if (process.replica().role() == Role.PRIMARY) {
      process.propose(request);
    } else {
      process.tell(
          primary.get(),
          "RESCUED " + request.name(),
          other -> other.rescues().onForward(process.id(), term, request));
    }
  }

  private void onForward(ServerId from, long term, Request request) {
    boolean mine = process.replica().role() == Role.PRIMARY && process.replica().term() == term;
    if (mine && process.writes().remembered(request).isEmpty()) {
      world.trace().line(process.now(), "%s logs %s for %s", process.id(), request.name(), from);
      process.propose(request);
    }
  }
}
