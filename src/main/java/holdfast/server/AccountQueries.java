package holdfast.server;

import holdfast.chat.Account;
import holdfast.storage.Page;
import holdfast.storage.Reads;
import holdfast.wire.ClientRequest;
import holdfast.wire.OkPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Answers reads about accounts from this server's copy. Safe for any thread; blocks on the read
/// pool. A refusal that rests on something being absent is the caller's to confirm.
final class AccountQueries {
  private final Reads reads;
  private final Presence presence;

  AccountQueries(Reads reads, Presence presence) {
    this.reads = reads;
    this.presence = presence;
  }

  OkPayload answer(ClientRequest.AccountRead read, Login login) {
    return switch (read) {
      case ClientRequest.Users users -> users(users, login);
      case ClientRequest.Preferences preferences ->
          new OkPayload.Preferences(reads.preferences(login.account()));
    };
  }

  /// A deleted account's name is taken, too.
  OkPayload.Existence exists(ClientRequest.Exists request) {
    return new OkPayload.Existence(reads.accountNamed(request.username()).isPresent());
  }

  private OkPayload users(ClientRequest.Users request, Login login) {
    Set<Long> blocked = new TreeSet<>(reads.blocked(login.account()));
    Page<Account> page = reads.users(request.pattern(), request.after(), request.limit());
    List<OkPayload.User> users = new ArrayList<>();
    for (Account account : page.items()) {
      users.add(
          new OkPayload.User(
              account.username(), presence.isOnline(account.id()), account.lastSeen(), blocked.contains(account.id())));
    }
    return new OkPayload.Users(users, page.more());
  }
}
