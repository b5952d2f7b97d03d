package holdfast.chat;

import holdfast.chat.ChatEvent.RoomChange;
import java.util.Optional;

/// The rules of rooms: who is in them, and who may do what there.
final class RoomRules {
  private final ChatState state;
  private final ChatLimits limits;

  RoomRules(ChatState state, ChatLimits limits) {
    this.state = state;
    this.limits = limits;
  }

  Outcome create(ChatChange change, long creator, Command.CreateRoom create) {
    if (state.roomNamed(create.room()).isPresent()) {
      return change.refused(
          Refusal.ROOM_EXISTS, create.room() + " exists; join it or choose another name");
    }
    if (isInTooMany(creator)) {
      return tooManyRooms(change);
    }
    long room = change.id();
    state.addRoom(new Room(room, create.room(), create.topic(), create.isPrivate(), false));
    state.addMember(new RoomMember(room, creator, RoomRole.OWNER, change.id()));
    changed(change, room, RoomChange.CREATED, creator, creator);
    return change.done();
  }

  /// An invitation is used up by it.
  Outcome join(ChatChange change, long account, long roomId) {
    Optional<Room> room = open(roomId);
    if (room.isEmpty()) {
      return noSuchRoom(change);
    }
    if (state.member(roomId, account).isPresent()) {
      return change.done();
    }
    boolean invited = state.isInvited(roomId, account);
    if (room.get().isPrivate() && !invited) {
      return change.refused(
          Refusal.FORBIDDEN, room.get().name() + " is private; ask to be invited");
    }
    if (state.memberCount(roomId) >= limits.roomMembersMax()) {
      return change.refused(
          Refusal.LIMIT, room.get().name() + " is full; wait until somebody leaves");
    }
    if (isInTooMany(account)) {
      return tooManyRooms(change);
    }
    if (invited) {
      state.removeInvitation(roomId, account);
    }
    state.addMember(new RoomMember(roomId, account, RoomRole.MEMBER, change.id()));
    ConversationId conversation = ConversationId.room(roomId);
    long last = state.lastSeq(conversation);
    if (last > state.readSeq(account, conversation)) {
      state.addMark(change.id(), account, conversation, last);
    }
    changed(change, roomId, RoomChange.JOINED, account, account);
    return change.done();
  }

  Outcome leave(ChatChange change, long account, long room) {
    if (open(room).isEmpty()) {
      return noSuchRoom(change);
    }
    Optional<RoomMember> leaver = state.member(room, account);
    if (leaver.isEmpty()) {
      return notAMember(change);
    }
    depart(change, leaver.get());
    return change.done();
  }

  /// An account that goes leaves all its rooms, in the order of their ids.
  void leaveAll(ChatChange change, long account) {
    for (long room : state.roomsOf(account)) {
      depart(change, state.member(room, account).orElseThrow());
    }
  }

  /// Somebody leaves, of its own accord. The last owner is followed by another member; the last
  /// member leaves a closed room.
  private void depart(ChatChange change, RoomMember leaver) {
    long room = leaver.room();
    long account = leaver.account();
    Optional<RoomMember> successor = successorOf(leaver);
    state.removeMember(room, account);
    changed(change, room, RoomChange.LEFT, account, account);
    successor.ifPresent(next -> giveRole(change, next, RoomRole.OWNER, account));
    if (state.memberCount(room) == 0) {
      state.closeRoom(room);
      changed(change, room, RoomChange.CLOSED, account, account);
    }
  }

  /// Who follows if `member` is an owner no more: nobody as long as there is another owner.
  private Optional<RoomMember> successorOf(RoomMember member) {
    return isLastOwner(member)
        ? state.successor(member.room(), member.account())
        : Optional.empty();
  }

  private boolean isLastOwner(RoomMember member) {
    return member.role() == RoomRole.OWNER && state.ownerCount(member.room()) == 1;
  }

  /// Lets `account` join; with a public room it is but a hint to it.
  Outcome invite(ChatChange change, long actor, Command.Invite invite) {
    long room = invite.room();
    long account = invite.account();
    Optional<Outcome> barred = barred(change, actor, room, account);
    if (barred.isPresent()) {
      return barred.get();
    }
    if (!may(actor, room, RoomRole.MODERATOR)) {
      return moderatorsOnly(change);
    }
    if (state.member(room, account).isPresent() || state.isInvited(room, account)) {
      return change.done();
    }
    if (state.invitationCount(room) >= limits.invitationsMax()) {
      return change.refused(
          Refusal.LIMIT,
          "%d people are invited to that room and have not joined, which is the limit"
              .formatted(limits.invitationsMax()));
    }
    state.addInvitation(room, account);
    changed(change, room, RoomChange.INVITED, account, actor);
    return change.done();
  }

  /// Puts a member of a lower role out; owners, anybody but themselves. Of who is only invited, the
  /// invitation is taken back.
  Outcome kick(ChatChange change, long actor, Command.Kick kick) {
    long room = kick.room();
    long account = kick.account();
    Optional<Outcome> barred = barred(change, actor, room, account);
    if (barred.isPresent()) {
      return barred.get();
    }
    Optional<RoomMember> target = state.member(room, account);
    boolean invited = state.isInvited(room, account);
    if (target.isEmpty() && !invited) {
      return targetNotAMember(change);
    }
    RoomRole own = state.member(room, actor).orElseThrow().role();
    if (own.compareTo(RoomRole.MODERATOR) < 0) {
      return moderatorsOnly(change);
    }
    if (account == actor) {
      return change.refused(Refusal.FORBIDDEN, "nobody kicks themselves; leave the room instead");
    }
    if (invited) {
      state.removeInvitation(room, account);
      return change.done();
    }
    if (own != RoomRole.OWNER && target.get().role().compareTo(own) >= 0) {
      return change.refused(
          Refusal.FORBIDDEN, "a moderator cannot kick moderators and owners; ask an owner");
    }
    state.removeMember(room, account);
    changed(change, room, RoomChange.KICKED, account, actor);
    return change.done();
  }

  /// There is always an owner: the last one can step down only if somebody can follow.
  Outcome setRole(ChatChange change, long actor, Command.SetRole set) {
    long room = set.room();
    Optional<Outcome> barred = barred(change, actor, room, set.account());
    if (barred.isPresent()) {
      return barred.get();
    }
    Optional<RoomMember> target = state.member(room, set.account());
    if (target.isEmpty()) {
      return targetNotAMember(change);
    }
    if (!may(actor, room, RoomRole.OWNER)) {
      return change.refused(Refusal.FORBIDDEN, "only an owner of the room can do that");
    }
    if (target.get().role() == set.role()) {
      return change.done();
    }
    Optional<RoomMember> successor = successorOf(target.get());
    if (isLastOwner(target.get()) && successor.isEmpty()) {
      return change.refused(
          Refusal.FORBIDDEN, "a room has an owner, and nobody else is here to follow you");
    }
    giveRole(change, target.get(), set.role(), actor);
    successor.ifPresent(next -> giveRole(change, next, RoomRole.OWNER, actor));
    return change.done();
  }

  Outcome setTopic(ChatChange change, long actor, Command.SetTopic set) {
    Optional<Room> room = open(set.room());
    if (room.isEmpty()) {
      return noSuchRoom(change);
    }
    if (state.member(set.room(), actor).isEmpty()) {
      return notAMember(change);
    }
    if (!may(actor, set.room(), RoomRole.MODERATOR)) {
      return moderatorsOnly(change);
    }
    if (!room.get().topic().equals(set.topic())) {
      state.setTopic(set.room(), set.topic());
      changed(change, set.room(), RoomChange.TOPIC, actor, actor, set.topic());
    }
    return change.done();
  }

  /// Why `actor` can do nothing in `room` about `account`, or empty.
  private Optional<Outcome> barred(ChatChange change, long actor, long room, long account) {
    if (state.account(account).filter(found -> !found.isDeleted()).isEmpty()) {
      return Optional.of(AccountRules.noSuchUser(change));
    }
    return barred(change, actor, room);
  }

  /// Why `actor` can do nothing in `room`, not even read, or empty.
  Optional<Outcome> barred(ChatChange change, long actor, long room) {
    if (open(room).isEmpty()) {
      return Optional.of(noSuchRoom(change));
    }
    return state.member(room, actor).isPresent()
        ? Optional.empty()
        : Optional.of(notAMember(change));
  }

  private Optional<Room> open(long room) {
    return state.room(room).filter(found -> !found.closed());
  }

  private boolean may(long actor, long room, RoomRole least) {
    return state.member(room, actor).filter(m -> m.role().compareTo(least) >= 0).isPresent();
  }

  private boolean isInTooMany(long account) {
    return state.roomsOf(account).size() >= limits.roomsPerAccountMax();
  }

  private void giveRole(ChatChange change, RoomMember member, RoomRole role, long by) {
    state.setRole(member.room(), member.account(), role);
    changed(change, member.room(), RoomChange.ROLE, member.account(), by, role.name());
  }

  private void changed(ChatChange change, long room, RoomChange what, long account, long by) {
    changed(change, room, what, account, by, "");
  }

  private void changed(
      ChatChange change, long room, RoomChange what, long account, long by, String detail) {
    state.addRoomEvent(
        change.emit(part ->
            new ChatEvent.RoomChanged(change.id(), part, room, what, account, by, detail)));
  }

  private Outcome tooManyRooms(ChatChange change) {
    return change.refused(
        Refusal.LIMIT,
        "you are in "
            + limits.roomsPerAccountMax()
            + " rooms, which is the limit; leave one first");
  }

  private static Outcome noSuchRoom(ChatChange change) {
    return change.refused(Refusal.NO_SUCH_ROOM, "that room is closed; check the name");
  }

  private static Outcome notAMember(ChatChange change) {
    return change.refused(Refusal.NOT_A_MEMBER, "you are not a member of that room; join it first");
  }

  private static Outcome targetNotAMember(ChatChange change) {
    return change.refused(Refusal.NOT_A_MEMBER, "that account is not a member of the room");
  }

  private static Outcome moderatorsOnly(ChatChange change) {
    return change.refused(
        Refusal.FORBIDDEN, "only a moderator or an owner of the room can do that");
  }
}
