package holdfast.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.ChatEvent.RoomChange;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Invitations, kicks, roles and topics. Coming and going: `ChatMachineTest`.
final class RoomRulesTest {
  private static final long DEN = 5;

  private final ChatBench chat = new ChatBench();
  private final long owner = chat.account("owner");
  private final long moderator = chat.account("moderator");
  private final long member = chat.account("member");
  private final long stranger = chat.account("stranger");

  private void makeDen() {
    chat.createPrivate(owner, "#den");
    for (long account : List.of(moderator, member)) {
      chat.invite(owner, DEN, account);
      chat.join(account, DEN);
    }
    chat.setRole(owner, DEN, moderator, RoomRole.MODERATOR);
  }

  private static void assertQuietlyDone(Applied applied) {
    assertTrue(applied.outcome() instanceof Outcome.Done, applied::toString);
    assertEquals(List.of(), applied.events());
  }

  private static void assertDone(Applied applied) {
    assertTrue(applied.outcome() instanceof Outcome.Done, applied::toString);
  }

  private Optional<RoomRole> role(long account) {
    return chat.state.member(DEN, account).map(RoomMember::role);
  }

  @Test
  void anInvitationLetsSomebodyJoinOnce() {
    makeDen();
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.join(stranger, DEN)));
    Applied invited = chat.invite(moderator, DEN, stranger);
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(
                chat.lastId(), 0, DEN, RoomChange.INVITED, stranger, moderator)),
        invited.events());
    assertFalse(chat.state.member(DEN, stranger).isPresent(), "inviting is not joining");
    assertDone(chat.join(stranger, DEN));
    assertEquals(Optional.of(RoomRole.MEMBER), role(stranger));
    chat.leave(stranger, DEN);
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.join(stranger, DEN)));
  }

  @Test
  void invitingTwiceOrAMemberIsDoneWithoutAnEvent() {
    makeDen();
    chat.invite(owner, DEN, stranger);
    assertQuietlyDone(chat.invite(moderator, DEN, stranger));
    assertQuietlyDone(chat.invite(moderator, DEN, member));
    assertFalse(chat.state.isInvited(DEN, member));
  }

  @Test
  void onlyModeratorsInviteKickAndSetTheTopic() {
    makeDen();
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.invite(member, DEN, stranger)));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.kick(member, DEN, moderator)));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.setTopic(member, DEN, "mine")));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.invite(stranger, DEN, stranger)));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.kick(stranger, DEN, member)));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.setTopic(stranger, DEN, "x")));
    assertDone(chat.invite(moderator, DEN, stranger));
    assertDone(chat.setTopic(moderator, DEN, "ours"));
    assertDone(chat.kick(moderator, DEN, member));
  }

  @Test
  void whatIsAbsentIsNamedBeforeWhatIsForbidden() {
    makeDen();
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.invite(member, DEN, 99)));
    assertEquals(Refusal.NO_SUCH_USER, ChatBench.refusal(chat.kick(member, 99, 99)));
    assertEquals(
        Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.setRole(member, 99, owner, RoomRole.OWNER)));
    assertEquals(Refusal.NO_SUCH_ROOM, ChatBench.refusal(chat.setTopic(member, 99, "x")));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.kick(member, DEN, stranger)));
  }

  @Test
  void whoIsKickedIsOutAndMustBeInvitedAnew() {
    makeDen();
    Applied kicked = chat.kick(moderator, DEN, member);
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(chat.lastId(), 0, DEN, RoomChange.KICKED, member, moderator)),
        kicked.events());
    assertEquals(
        Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.send(member, ConversationId.room(DEN), "?")));
    assertEquals(Refusal.NOT_A_MEMBER, ChatBench.refusal(chat.kick(moderator, DEN, member)));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.join(member, DEN)));
  }

  @Test
  void nobodyIsKickedByWhoIsNotAboveThem() {
    makeDen();
    chat.invite(owner, DEN, stranger);
    chat.join(stranger, DEN);
    chat.setRole(owner, DEN, stranger, RoomRole.MODERATOR);
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.kick(moderator, DEN, owner)));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.kick(moderator, DEN, stranger)));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.kick(owner, DEN, owner)));
    chat.setRole(owner, DEN, stranger, RoomRole.OWNER);
    assertDone(chat.kick(owner, DEN, stranger));
    assertDone(chat.kick(owner, DEN, moderator));
  }

  @Test
  void kickingSomebodyWhoIsOnlyInvitedTakesTheInvitationBack() {
    makeDen();
    chat.invite(moderator, DEN, stranger);
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.kick(member, DEN, stranger)));
    assertQuietlyDone(chat.kick(moderator, DEN, stranger));
    assertEquals(Refusal.FORBIDDEN, ChatBench.refusal(chat.join(stranger, DEN)));
  }

  @Test
  void onlyOwnersSetRoles() {
    makeDen();
    assertEquals(
        Refusal.FORBIDDEN,
        ChatBench.refusal(chat.setRole(moderator, DEN, member, RoomRole.MODERATOR)));
    assertEquals(
        Refusal.NOT_A_MEMBER,
        ChatBench.refusal(chat.setRole(stranger, DEN, member, RoomRole.MODERATOR)));
    assertEquals(
        Refusal.NOT_A_MEMBER,
        ChatBench.refusal(chat.setRole(owner, DEN, stranger, RoomRole.MODERATOR)));
    Applied applied = chat.setRole(owner, DEN, member, RoomRole.OWNER);
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(
                chat.lastId(), 0, DEN, RoomChange.ROLE, member, owner, "OWNER")),
        applied.events());
    assertQuietlyDone(chat.setRole(owner, DEN, member, RoomRole.OWNER));
    assertDone(chat.setRole(member, DEN, owner, RoomRole.MEMBER));
    assertEquals(Optional.of(RoomRole.MEMBER), role(owner));
  }

  @Test
  void whenTheLastOwnerStepsDownAModeratorFollows() {
    makeDen();
    Applied applied = chat.setRole(owner, DEN, owner, RoomRole.MEMBER);
    long id = chat.lastId();
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(id, 0, DEN, RoomChange.ROLE, owner, owner, "MEMBER"),
            new ChatEvent.RoomChanged(id, 1, DEN, RoomChange.ROLE, moderator, owner, "OWNER")),
        applied.events());
    assertEquals(Optional.of(RoomRole.MEMBER), role(owner));
    assertEquals(Optional.of(RoomRole.OWNER), role(moderator));
  }

  @Test
  void whoIsAloneInARoomOwnsIt() {
    chat.create(owner, "#den");
    assertEquals(
        Refusal.FORBIDDEN, ChatBench.refusal(chat.setRole(owner, DEN, owner, RoomRole.MEMBER)));
    assertEquals(Optional.of(RoomRole.OWNER), role(owner));
  }

  @Test
  void aModeratorComesBeforeMembersWhoHaveBeenThereForLonger() {
    chat.create(owner, "#den");
    chat.join(member, DEN);
    chat.join(moderator, DEN);
    chat.setRole(owner, DEN, moderator, RoomRole.MODERATOR);
    chat.leave(owner, DEN);
    assertEquals(Optional.of(RoomRole.OWNER), role(moderator));
    assertEquals(Optional.of(RoomRole.MEMBER), role(member));
  }

  @Test
  void aTopicIsToldWithTheChange() {
    makeDen();
    Applied applied = chat.setTopic(moderator, DEN, "news");
    assertEquals(
        List.of(
            new ChatEvent.RoomChanged(
                chat.lastId(), 0, DEN, RoomChange.TOPIC, moderator, moderator, "news")),
        applied.events());
    assertEquals("news", chat.state.room(DEN).orElseThrow().topic());
    assertQuietlyDone(chat.setTopic(owner, DEN, "news"));
    assertDone(chat.setTopic(owner, DEN, ""));
    assertEquals("", chat.state.room(DEN).orElseThrow().topic());
  }

  @Test
  void aRoomHasSoManyInvitationsThatNobodyTookUp() {
    ChatBench small = new ChatBench(new ChatLimits(1_000, 10, 10, 5, 5, 1, 1, 1));
    long one = small.account("one");
    long two = small.account("two");
    long three = small.account("three");
    small.create(one, "#a");
    small.invite(one, 4, two);
    assertEquals(Refusal.LIMIT, ChatBench.refusal(small.invite(one, 4, three)));
    small.join(two, 4);
    assertDone(small.invite(one, 4, three));
  }

  @Test
  void everythingIsDoneOnce() {
    makeDen();
    RequestKey request = ChatBench.request(owner, "k", "kick");
    Command kick = new Command.Kick(chat.now(), request, DEN, member);
    Applied first = chat.apply(kick);
    chat.invite(owner, DEN, member);
    chat.join(member, DEN);
    Applied again = chat.apply(kick);
    assertEquals(new Applied(first.outcome(), true, List.of()), again);
    assertTrue(chat.state.member(DEN, member).isPresent());
  }
}
