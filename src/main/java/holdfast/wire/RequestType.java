package holdfast.wire;

/// The `type` of a request frame.
enum RequestType {
  HELLO(false),
  PING(false),
  HELP(false),
  QUIT(false),
  STATUS(false),
  EXISTS(false),
  REGISTER(false),
  LOGIN(false),
  LOGOUT(true),
  SET_PASSWORD(true),
  DELETE_ACCOUNT(true),
  SET_PREFERENCE(true),
  BLOCK(true),
  UNBLOCK(true),
  SEND(true),
  EDIT(true),
  DELETE(true),
  REACT(true),
  TYPING(true),
  MARK_READ(true),
  CREATE_ROOM(true),
  JOIN_ROOM(true),
  LEAVE_ROOM(true),
  INVITE(true),
  KICK(true),
  SET_ROLE(true),
  SET_TOPIC(true),
  USERS(true),
  PREFERENCES(true),
  CONVERSATIONS(true),
  HISTORY(true),
  SEARCH(true),
  ROOMS(true),
  MEMBERS(true),
  SYNC(true),
  ADMIN(false),
  ADD_SERVER(false),
  REMOVE_SERVER(false),
  MOVE_SERVER(false),
  REPLACE_SERVER(false),
  TRANSFER_PRIMARY(false),
  BACKUP_DATABASE(false),
  CHECK(false),
  SURVIVE(false),
  UNREPLAYABLE(false);

  private final boolean needsLogin;

  RequestType(boolean needsLogin) {
    this.needsLogin = needsLogin;
  }

  boolean needsLogin() {
    return needsLogin;
  }
}
