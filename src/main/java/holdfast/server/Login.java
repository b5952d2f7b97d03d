package holdfast.server;

/// Who is signed in on a connection.
///
/// @param generation the account's token generation at that time; once it is raised the login is
///   void
record Login(long account, String username, long generation) {}
