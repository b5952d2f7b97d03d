package holdfast.bench;

/// What a pace gives requests to.
interface Requester {
  /// Whether as many requests are in flight as may be.
  boolean isFull();

  /// Begins one request, which counts from `instant` (System.nanoTime).
  void begin(long instant);
}
