package holdfast.wire;

/// The `type` of a request frame.
enum RequestType {
  HELLO(false),
  PING(false),
  HELP(false),
  QUIT(false),
  STATUS(false),
  REGISTER(false),
  LOGIN(false),
  LOGOUT(true),
  SEND(true),
  EDIT(true),
  DELETE(true),
  REACT(true),
  TYPING(true),
  MARK_READ(true),
  CREATE_ROOM(true),
  JOIN_ROOM(true),
  LEAVE_ROOM(true),
  USERS(true),
  CONVERSATIONS(true),
  HISTORY(true),
  SEARCH(true),
  ROOMS(true),
  MEMBERS(true),
  SYNC(true);

  private final boolean needsLogin;

  RequestType(boolean needsLogin) {
    this.needsLogin = needsLogin;
  }

  boolean needsLogin() {
    return needsLogin;
  }
}
