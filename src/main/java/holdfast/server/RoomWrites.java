package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.RequestKey;
import holdfast.wire.ClientRequest;

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
    };
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
    };
  }
}
