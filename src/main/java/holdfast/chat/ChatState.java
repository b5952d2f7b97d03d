package holdfast.chat;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The chat tables as the rules see and change them, on the replica thread, in log order.
/// Everything read here reflects every change made before, committed to disk or not. The server's
/// is SQLite's; the simulation's is in memory. Rows of marks, mentions, room events, changes of
/// messages and requests are only ever appended; those of messages, too, save that EDIT and DELETE
/// change a row, and append why (DESIGN section 3).
public interface ChatState {
  /// Time of the last command applied that carried one; 0 at first.
  long time();

  void setTime(long time);

  void setFounding(String clusterId, byte[] tokenKey);

  /// The timelines of the commands applied.
  Timelines timelines();

  /// The command `id`, which is being applied, is the first of its timeline.
  void addTimeline(long id);

  /// What is kept for members that are outside.
  Held held();

  void setHeld(Held held);

  Optional<Account> account(long id);

  Optional<Account> accountNamed(String username);

  void addAccount(Account account);

  void setGeneration(long account, long generation);

  void setLastSeen(long account, long time);

  void setPassword(long account, String passwordHash);

  /// The account is deleted at `time`; its password, preferences, blocks and the invitations it got
  /// are gone. Its name and what it wrote stay.
  void deleteAccount(long account, long time);

  /// Whether `account` takes no direct messages from `blocked`. Asked for each of them.
  boolean isBlocked(long account, long blocked);

  /// How many accounts `account` blocks.
  int blockCount(long account);

  void addBlock(long account, long blocked);

  void removeBlock(long account, long blocked);

  Optional<String> preference(long account, String name);

  int preferenceCount(long account);

  /// Adds or changes a preference.
  void setPreference(long account, String name, String value);

  void removePreference(long account, String name);

  Optional<Room> room(long id);

  /// The open room of that name (with `#`).
  Optional<Room> roomNamed(String name);

  void addRoom(Room room);

  /// The room, which has no members, is closed; nobody is invited to it any more.
  void closeRoom(long room);

  void setTopic(long room, String topic);

  /// Whether `account`, which is no member, may join a private room.
  boolean isInvited(long room, long account);

  int invitationCount(long room);

  void addInvitation(long room, long account);

  void removeInvitation(long room, long account);

  Optional<RoomMember> member(long room, long account);

  void addMember(RoomMember member);

  void removeMember(long room, long account);

  void setRole(long room, long account, RoomRole role);

  /// How many members the room has.
  int memberCount(long room);

  /// How many of them are owners.
  int ownerCount(long room);

  /// Who follows when the last owner goes: the longest-standing moderator, else member, other than
  /// `leaving`.
  Optional<RoomMember> successor(long room, long leaving);

  /// The rooms `account` is in, ascending.
  List<Long> roomsOf(long account);

  Optional<Message> message(long id);

  /// The conversation's last seq; 0 when it is empty.
  long lastSeq(ConversationId conversation);

  void addMessage(Message message);

  /// Appends that a message of the room names its member `account`.
  void addMention(long message, long account, ConversationId room, long seq);

  /// The message has `text` since `edited`.
  void editMessage(long message, String text, long edited);

  /// Only a tombstone is left of the message: no text, no reactions.
  void deleteMessage(long message);

  /// Appends what became of a message, for those who were away.
  void addChange(MessageChange change);

  /// Whether `account` has hidden the message with that seq from itself.
  boolean isHidden(long account, ConversationId conversation, long seq);

  /// How many messages of the conversation `account` has hidden from itself.
  int hiddenCount(long account, ConversationId conversation);

  /// The reactions to a message, the oldest first.
  List<Reaction> reactions(long message);

  void addReaction(Reaction reaction);

  void removeReaction(Reaction reaction);

  /// How far `account` has read: the largest of its marks, its own messages and where it joined; 0
  /// at first.
  long readSeq(long account, ConversationId conversation);

  /// Appends that `account` has read up to `seq`, by the command `id`.
  void addMark(long id, long account, ConversationId conversation, long seq);

  /// Appends a room's change, for those who were away.
  void addRoomEvent(ChatEvent.RoomChanged event);

  /// Appends the memory of a request other than a stored message: done, or refused.
  void addRequest(RememberedRequest request, Outcome outcome);

  /// The outcome kept by `addRequest` for the command `id`.
  Optional<Outcome> requestOutcome(long id);

  /// The request, whose row or message has just been added, is remembered, the newest of all; from
  /// now on `newestRequests` has it. What is kept for that beyond the rows is the state's own
  /// business, and must not be told from them.
  void onRemembered(RememberedRequest request);

  /// Gives `into` the newest `limit` requests, less those with a time below `since`, oldest first,
  /// stored messages among them.
  void newestRequests(long since, int limit, Consumer<RememberedRequest> into);
}
