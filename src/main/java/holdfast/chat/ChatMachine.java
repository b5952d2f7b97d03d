package holdfast.chat;

import holdfast.check.Check;
import java.util.List;
import java.util.Optional;

/// The replicated chat: applies commands in log order to a `ChatState`, each once, and says what
/// came of them. The same commands give the same rows, outcomes and events on every server: nothing
/// here knows a clock, a random source or the order of a map.
///
/// It holds one thing beside the state, the table of remembered requests, which is rebuilt from the
/// state's newest rows. If a transaction in which commands were applied is rolled back, the machine
/// must be made anew from what the state then holds.
public final class ChatMachine {
  private final ChatState state;
  private final ChatRules rules;
  private final RequestTable requests;
  private final long requestAgeMs;

  /// Of the last command applied.
  private long timeline;

  /// Starts from whatever `state` holds. `limits` must be the same on every server.
  public ChatMachine(ChatState state, ChatLimits limits) {
    this.state = state;
    this.rules = new ChatRules(state, limits);
    this.requestAgeMs = limits.requestAgeMs();
    this.timeline = state.timelines().latest();
    this.requests = new RequestTable(limits);
    requests.hold(state.held());
    long since = state.held().rememberedSince(state.time(), requestAgeMs);
    requests.fill(into -> state.newestRequests(since, limits.requestsKeptTotal(), into));
  }

  /// Applies the next command of the log, whose id is `id`.
  public Applied apply(long id, Command command) {
    Check.that(id > 0, "command id %d", id);
    if (EntryId.timelineOf(id) != timeline) {
      state.addTimeline(id);
      timeline = EntryId.timelineOf(id);
    }
    return switch (command) {
      case Command.Noop() -> done(id);
      case Command.Found(long time, String clusterId, byte[] tokenKey) -> {
        advanceTime(time);
        state.setFounding(clusterId, tokenKey);
        yield done(id);
      }
      case Command.Members(long time, boolean outside) -> {
        hold(id, advanceTime(time), outside);
        yield done(id);
      }
      case Command.Seen(long time, List<Long> accounts) -> {
        rules.seen(accounts, advanceTime(time));
        yield done(id);
      }
      case Command.Write write -> applyWrite(id, advanceTime(write.time()), write);
    };
  }

  /// What is known of this request, judged at the time of the last command: for a server that is
  /// about to propose a write and may answer a repeat at once. Empty promises nothing: the same
  /// request may stand in the log, not applied yet.
  public Optional<Remembered> remembered(RequestKey key) {
    return remembered(RememberedRequest.keyOf(key), key.payload(), state.time());
  }

  /// Whether somebody is outside, and so many requests were made since then that soon the oldest of
  /// them would have to be forgotten: whoever comes back could then bring in once more what is here
  /// already. No more writes may be taken until all are in again.
  public boolean isMemoryFull() {
    return requests.isHeldFull();
  }

  private void hold(long id, long now, boolean outside) {
    Held before = state.held();
    Held held = outside ? before.outsideSince(id, now) : before.allInSince(now, requestAgeMs);
    if (!held.equals(before)) {
      state.setHeld(held);
      requests.hold(held);
    }
  }

  private Optional<Remembered> remembered(Digest key, Digest payload, long now) {
    return requests
        .find(key, payload, now)
        .map(hit ->
            hit.samePayload()
                ? new Remembered.First(firstOutcome(hit.id()))
                : new Remembered.OtherContent());
  }

  private Applied applyWrite(long id, long time, Command.Write write) {
    RememberedRequest request = RememberedRequest.of(id, time, write.request());
    Optional<Remembered> before = remembered(request.key(), request.payload(), time);
    if (before.isPresent()) {
      return switch (before.get()) {
        case Remembered.First(Outcome first) -> new Applied(first, true, List.of());
        case Remembered.OtherContent() ->
            new Applied(
                new Outcome.Refused(
                    id,
                    Refusal.BAD_REQUEST,
                    "this request_id was used for a request with other content; take a new one"),
                false,
                List.of());
      };
    }
    ChatChange change = new ChatChange(id, time);
    Outcome outcome = rules.write(change, write);
    // A stored message is its own memory: request id and digests stand in its row.
    if (!(outcome instanceof Outcome.Sent)) {
      state.addRequest(request, outcome);
    }
    requests.add(request);
    state.onRemembered(request);
    return new Applied(outcome, false, change.events());
  }

  /// What the command `id` returned when it was applied.
  private Outcome firstOutcome(long id) {
    Optional<Message> message = state.message(id);
    if (message.isPresent()) {
      Message sent = message.get();
      return new Outcome.Sent(id, sent.conversation(), sent.seq(), sent.time());
    }
    Optional<Outcome> outcome = state.requestOutcome(id);
    Check.that(outcome.isPresent(), "request %d is remembered but has no row", id);
    return outcome.get();
  }

  /// Moves the state's time to a command's; it never goes back, whatever the commands say.
  private long advanceTime(long commandTime) {
    long before = state.time();
    long now = Math.max(before, commandTime);
    if (now > before) {
      state.setTime(now);
    }
    return now;
  }

  private static Applied done(long id) {
    return new Applied(new Outcome.Done(id), false, List.of());
  }

  /// What is known of a request that came before.
  public sealed interface Remembered {
    /// It was the same request; this was its outcome.
    record First(Outcome outcome) implements Remembered {}

    /// The same request_id came with other content.
    record OtherContent() implements Remembered {}
  }
}
