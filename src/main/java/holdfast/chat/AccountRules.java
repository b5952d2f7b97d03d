package holdfast.chat;

import java.util.List;
import java.util.Optional;

/// The rules of accounts: who they are, what they prefer, and from whom they want to hear nothing.
final class AccountRules {
  private final ChatState state;
  private final ChatLimits limits;
  private final RoomRules rooms;

  AccountRules(ChatState state, ChatLimits limits, RoomRules rooms) {
    this.state = state;
    this.limits = limits;
    this.rooms = rooms;
  }

  /// The accounts were last seen at `time`.
  void seen(List<Long> accounts, long time) {
    for (long account : accounts) {
      if (living(account).isPresent()) {
        state.setLastSeen(account, time);
      }
    }
  }

  /// A name is never given twice, not even that of a deleted account.
  Outcome register(ChatChange change, Command.Register register) {
    if (state.accountNamed(register.username()).isPresent()) {
      return change.refused(
          Refusal.USERNAME_TAKEN, register.username() + " is taken; choose another name");
    }
    state.addAccount(
        new Account(
            change.id(),
            register.username(),
            register.passwordHash(),
            0,
            change.time(),
            change.time()));
    return change.done();
  }

  Outcome logoutAll(ChatChange change, long account) {
    voidTokens(change, account, state.account(account).orElseThrow().generation() + 1, false);
    return change.done();
  }

  /// The new generation is the command's id, so that whoever knows the outcome can make a token of
  /// it.
  Outcome setPassword(ChatChange change, long account, Command.SetPassword set) {
    if (!fits(account, set.verified())) {
      return otherPassword(change);
    }
    state.setPassword(account, set.passwordHash());
    voidTokens(change, account, change.id(), false);
    return change.done();
  }

  Outcome deleteAccount(ChatChange change, long account, Command.DeleteAccount delete) {
    if (!fits(account, delete.verified())) {
      return otherPassword(change);
    }
    rooms.leaveAll(change, account);
    state.deleteAccount(account, change.time());
    voidTokens(change, account, change.id(), true);
    return change.done();
  }

  private boolean fits(long account, Digest verified) {
    return state.account(account).orElseThrow().passwordDigest().equals(verified);
  }

  private static Outcome otherPassword(ChatChange change) {
    return change.refused(
        Refusal.BAD_CREDENTIALS, "the password was changed meanwhile; give the present one");
  }

  private void voidTokens(ChatChange change, long account, long generation, boolean deleted) {
    state.setGeneration(account, generation);
    change.emit(
        part -> new ChatEvent.TokensVoided(change.id(), part, account, generation, deleted));
  }

  Outcome setPreference(ChatChange change, long account, Command.SetPreference set) {
    boolean isThere = state.preference(account, set.name()).isPresent();
    if (set.value().isEmpty()) {
      if (isThere) {
        state.removePreference(account, set.name());
      }
      return change.done();
    }
    if (!isThere && state.preferenceCount(account) >= limits.preferencesMax()) {
      return change.refused(
          Refusal.LIMIT,
          "you have "
              + limits.preferencesMax()
              + " preferences, which is the limit; remove one first");
    }
    state.setPreference(account, set.name(), set.value().get());
    return change.done();
  }

  Outcome block(ChatChange change, long account, long blocked) {
    if (account == blocked) {
      return change.refused(Refusal.BAD_REQUEST, "nobody can block themselves");
    }
    if (living(blocked).isEmpty()) {
      return noSuchUser(change);
    }
    if (state.isBlocked(account, blocked)) {
      return change.done();
    }
    if (state.blockCount(account) >= limits.blocksMax()) {
      return change.refused(
          Refusal.LIMIT,
          "you block " + limits.blocksMax() + " accounts, which is the limit; unblock one first");
    }
    state.addBlock(account, blocked);
    return change.done();
  }

  /// A deleted account can be unblocked, too.
  Outcome unblock(ChatChange change, long account, long blocked) {
    if (state.account(blocked).isEmpty()) {
      return noSuchUser(change);
    }
    if (state.isBlocked(account, blocked)) {
      state.removeBlock(account, blocked);
    }
    return change.done();
  }

  private Optional<Account> living(long account) {
    return state.account(account).filter(found -> !found.isDeleted());
  }

  static Outcome noSuchUser(ChatChange change) {
    return change.refused(Refusal.NO_SUCH_USER, "that account is gone; check the name");
  }
}
