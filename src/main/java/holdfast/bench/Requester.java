package holdfast.bench;

/// What a pace gives requests to.
interface Requester {
  /// Whether as many requests are in flight as may be.
  boolean isFull();

  /// Requests that have no reply yet.
  int waiting();

  /// Begins one request, which counts from `instant` (System.nanoTime).
  void begin(long instant);
}
