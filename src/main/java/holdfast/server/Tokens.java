package holdfast.server;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Sign-in tokens, valid on every server: `h1.` + base64url(account id, generation, issued, nonce,
/// HMAC-SHA-256 by a key in replicated state). Nothing is stored per token; raising an account's
/// generation voids all of its tokens.
final class Tokens {
  private static final String PREFIX = "h1.";
  private static final int FIELDS_BYTES = 4 * Long.BYTES;
  private static final int MAC_BYTES = 32;

  private final SecureRandom random = new SecureRandom();

  /// What a genuine token says. Whether it still holds is for the account's row and the cluster's
  /// time to say.
  ///
  /// @param issued time of the last command applied when it was made, ms since the epoch
  record Claims(long account, long generation, long issued) {}

  String issue(byte[] key, Claims claims) {
    byte[] fields =
        ByteBuffer.allocate(FIELDS_BYTES)
            .putLong(claims.account())
            .putLong(claims.generation())
            .putLong(claims.issued())
            .putLong(random.nextLong())
            .array();
    byte[] token =
        ByteBuffer.allocate(FIELDS_BYTES + MAC_BYTES).put(fields).put(mac(key, fields)).array();
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /// The claims of a token that was made with `key`; empty for any other text.
  Optional<Claims> verify(byte[] key, String token) {
    if (!token.startsWith(PREFIX)) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length != FIELDS_BYTES + MAC_BYTES) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte[] fields = new byte[FIELDS_BYTES];
    byte[] mac = new byte[MAC_BYTES];
    buffer.get(fields).get(mac);
    if (!MessageDigest.isEqual(mac, mac(key, fields))) {
      return Optional.empty();
    }
    ByteBuffer values = ByteBuffer.wrap(fields);
    return Optional.of(new Claims(values.getLong(), values.getLong(), values.getLong()));
  }

  private static byte[] mac(byte[] key, byte[] fields) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(fields);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
