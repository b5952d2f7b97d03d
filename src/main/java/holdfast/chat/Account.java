package holdfast.chat;

/// Somebody who can sign in.
///
/// @param id the id of the REGISTER that made it
/// @param username folded to lower case, unique for ever
/// @param passwordHash Argon2id string
/// @param generation raised when all tokens are voided; a token carries the generation it was made
///   in
/// @param created time of the REGISTER
/// @param lastSeen when its last connection closed, or `created`
public record Account(
    long id, String username, String passwordHash, long generation, long created, long lastSeen) {}
