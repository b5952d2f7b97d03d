package holdfast.chat;

import java.util.Optional;

/// What makes a repeat recognisable: who asked (the account, or for REGISTER the username) and the
/// client's request_id, and a digest of what was asked (the parsed payload without passwords).
///
/// @param account the acting account's id, or 0 for REGISTER
/// @param username the name to be registered, for REGISTER only
/// @param requestId as the client sent it, 1–64 characters, or made by the server that took the
///   request
/// @param payload digest of the parsed payload
public record RequestKey(
    long account, Optional<String> username, String requestId, Digest payload) {}
