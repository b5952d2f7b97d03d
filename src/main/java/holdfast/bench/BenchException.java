package holdfast.bench;

/// Why a measurement could not be taken, or cannot be believed.
public final class BenchException extends Exception {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }
}
