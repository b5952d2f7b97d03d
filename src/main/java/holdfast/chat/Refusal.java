package holdfast.chat;

/// Why a command that reached the log changed nothing. Names equal the protocol's error codes.
public enum Refusal {
  BAD_REQUEST,
  NOT_LOGGED_IN,
  BAD_CREDENTIALS,
  USERNAME_TAKEN,
  NO_SUCH_USER,
  NO_SUCH_ROOM,
  NO_SUCH_MESSAGE,
  ROOM_EXISTS,
  NOT_A_MEMBER,
  BLOCKED,
  FORBIDDEN,
  LIMIT
}
