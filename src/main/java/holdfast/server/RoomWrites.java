package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.RequestKey;
import holdfast.wire.ClientRequest;
import holdfast.wire.Roles;

/// Writes about rooms, as commands.
final class RoomWrites implements Resolver<ClientRequest.RoomWrite> {
  private final Names names;
  private final Directory directory;

  RoomWrites(Names names, Directory directory) {
    this.names = names;
    this.directory = directory;
  }

  /// Whether everything the write names is in memory, so that resolving it does not block.
  boolean isQuick(ClientRequest.RoomWrite write) {
    return switch (write) {
      case ClientRequest.CreateRoom create -> true;
      case ClientRequest.JoinRoom join -> directory.cachedRoomId(join.room()).isPresent();
      case ClientRequest.LeaveRoom leave -> directory.cachedRoomId(leave.room()).isPresent();
      case ClientRequest.Invite invite -> isCached(invite.room(), invite.username());
      case ClientRequest.Kick kick -> isCached(kick.room(), kick.username());
      case ClientRequest.SetRole set -> isCached(set.room(), set.username());
      case ClientRequest.SetTopic set -> directory.cachedRoomId(set.room()).isPresent();
    };
  }

  private boolean isCached(String room, String username) {
    return directory.cachedRoomId(room).isPresent()
        && directory.cachedAccountId(username).isPresent();
  }

  @Override
  public Command.Write resolve(ClientRequest.RoomWrite write, Login login, RequestKey key)
      throws RequestRefused {
    return switch (write) {
      case ClientRequest.CreateRoom create ->
          new Command.CreateRoom(
              Submissions.UNSTAMPED, key, create.room(), create.topic(), create.isPrivate());
      case ClientRequest.JoinRoom join ->
          new Command.JoinRoom(Submissions.UNSTAMPED, key, names.room(join.room()));
      case ClientRequest.LeaveRoom leave ->
          new Command.LeaveRoom(Submissions.UNSTAMPED, key, names.room(leave.room()));
      // Of two names the account's is looked up first: PROTOCOL's order of errors.
      case ClientRequest.Invite invite -> {
        long account = names.account(invite.username());
        yield new Command.Invite(
            Submissions.UNSTAMPED, key, names.room(invite.room()), account);
      }
      case ClientRequest.Kick kick -> {
        long account = names.account(kick.username());
        yield new Command.Kick(Submissions.UNSTAMPED, key, names.room(kick.room()), account);
      }
      case ClientRequest.SetRole set -> {
        long account = names.account(set.username());
        yield new Command.SetRole(
            Submissions.UNSTAMPED,
            key,
            names.room(set.room()),
            account,
            Roles.of(set.role()).orElseThrow());
      }
      case ClientRequest.SetTopic set ->
          new Command.SetTopic(
              Submissions.UNSTAMPED, key, names.room(set.room()), set.topic());
    };
  }
}
