package holdfast.chat;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// 128 bits of SHA-256: names a request or the content of one, without keeping it.
public record Digest(long high, long low) {
  public static final int BYTES = 16;

  /// Never fed: a clone of it costs a fraction of what a look-up among the providers does.
  private static final MessageDigest FRESH = fresh();

  /// The digest of `parts`, each set off by its length so that ("ab","c") and ("a","bc") differ.
  public static Digest of(byte[]... parts) {
    MessageDigest sha = sha256();
    for (byte[] part : parts) {
      sha.update(lengthOf(part));
      sha.update(part);
    }
    return fromBytes(sha.digest());
  }

  /// Reads the first 16 bytes.
  public static Digest fromBytes(byte[] bytes) {
    return new Digest(readLong(bytes, 0), readLong(bytes, 8));
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (high >>> (56 - 8 * i));
      bytes[8 + i] = (byte) (low >>> (56 - 8 * i));
    }
    return bytes;
  }

  /// The number's eight bytes, the highest first.
  static byte[] bytesOf(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (value >>> (56 - 8 * i));
    }
    return bytes;
  }

  /// The text's UTF-16 units, two bytes each: any text, a lone surrogate too, has bytes of its own.
  static byte[] bytesOf(String text) {
    byte[] bytes = new byte[2 * text.length()];
    for (int i = 0; i < text.length(); i++) {
      bytes[2 * i] = (byte) (text.charAt(i) >>> 8);
      bytes[2 * i + 1] = (byte) text.charAt(i);
    }
    return bytes;
  }

  private static byte[] lengthOf(byte[] part) {
    byte[] bytes = new byte[Integer.BYTES];
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[i] = (byte) (part.length >>> (24 - 8 * i));
    }
    return bytes;
  }

  private static long readLong(byte[] bytes, int offset) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }

  static MessageDigest sha256() {
    try {
      return (MessageDigest) FRESH.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's own SHA-256 can be cloned", e);
    }
  }

  private static MessageDigest fresh() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
