package holdfast.simulation;

import holdfast.chat.ConversationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What clients have been told exists: accounts, rooms and messages by their ids. All of it is
/// committed, so it is the same for everyone.
final class Directory {
  /// A message that somebody was told is stored.
  record Known(ConversationId conversation, long id) {}

  private final List<Long> accounts = new ArrayList<>();
  private final List<Long> rooms = new ArrayList<>();
  private final List<Known> messages = new ArrayList<>();

  void addAccount(long id) {
    accounts.add(id);
  }

  void addRoom(long id) {
    rooms.add(id);
  }

  void addMessage(ConversationId conversation, long id) {
    messages.add(new Known(conversation, id));
  }

  Optional<Long> anyAccount(RandomGenerator random) {
    return any(accounts, random);
  }

  Optional<Long> anyRoom(RandomGenerator random) {
    return any(rooms, random);
  }

  Optional<Known> anyMessage(RandomGenerator random) {
    return any(messages, random);
  }

  private static <T> Optional<T> any(List<T> list, RandomGenerator random) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(random.nextInt(list.size())));
  }
}
