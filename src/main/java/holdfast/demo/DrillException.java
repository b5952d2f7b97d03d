package holdfast.demo;

/// A drill did not go as it must: no recovery in time, or a refusal that should not be.
public final class DrillException extends Exception {
  private static final long serialVersionUID = 1L;

  DrillException(String message) {
    super(message);
  }
}
