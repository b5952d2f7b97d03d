package holdfast.bench;

import java.util.List;

/// A closed loop of messages to a room: the next one begins when, by the count of deliveries, an
/// earlier one has reached all members. So members are never pushed more than they take.
final class RoomPace implements Pace {
  private final List<? extends Requester> senders;
  private final Tally tally;
  private final int members;
  private final int outstanding;
  private long begun;

  /// @param members connections that each message is pushed to
  /// @param outstanding messages on their way at any time
  RoomPace(List<? extends Requester> senders, Tally tally, int members, int outstanding) {
    this.senders = List.copyOf(senders);
    this.tally = tally;
    this.members = members;
    this.outstanding = outstanding;
  }

  @Override
  public void start(long now) {
    onTurn(now);
  }

  @Override
  public void onNews(Requester connection, long now) {}

  @Override
  public void onTurn(long now) {
    while (begun - tally.deliveriesEver() / members < outstanding) {
      Requester next = senders.get(Math.toIntExact(begun % senders.size()));
      if (next.isFull()) {
        return;
      }
      next.begin(now);
      begun++;
    }
  }
}
