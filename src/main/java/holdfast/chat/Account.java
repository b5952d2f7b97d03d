package holdfast.chat;

/// Somebody who can sign in, or could once.
///
/// @param id the id of the REGISTER that made it
/// @param username folded to lower case, unique for ever
/// @param passwordHash Argon2id string; empty when deleted
/// @param generation raised when all tokens are voided; a token carries the generation it was made
///   in. Never above the id of the command that raised it
/// @param created time of the REGISTER
/// @param lastSeen when its last connection closed, or `created`
/// @param deleted when the account was deleted; 0: it was not
public record Account(
    long id,
    String username,
    String passwordHash,
    long generation,
    long created,
    long lastSeen,
    long deleted) {
  /// An account that is there.
  public Account(
      long id,
      String username,
      String passwordHash,
      long generation,
      long created,
      long lastSeen) {
    this(id, username, passwordHash, generation, created, lastSeen, 0);
  }

  public boolean isDeleted() {
    return deleted > 0;
  }

  /// Tells this password from the account's earlier and later ones.
  public Digest passwordDigest() {
    return Digest.of(Digest.bytesOf(passwordHash));
  }
}
