package holdfast.server;

import holdfast.check.Check;

/// What every server of a cluster knows and no stranger does. It is never printed: its text form is
/// the word `secret`.
public record ClusterSecret(String text) {
  /// The shortest secret taken, in characters.
  public static final int LENGTH_MIN = 16;

  /// The longest secret taken, in characters.
  public static final int LENGTH_MAX = 1024;

  public ClusterSecret {
    Check.that(
        text.length() >= LENGTH_MIN && text.length() <= LENGTH_MAX,
        "a secret of %d characters",
        text.length());
  }

  @Override
  public String toString() {
    return "secret";
  }
}
