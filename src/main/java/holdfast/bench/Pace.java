package holdfast.bench;

/// When requests begin. Instants are System.nanoTime.
interface Pace {
  /// Nothing begins.
  Pace NOTHING =
      new Pace() {
        @Override
        public void start(long now) {}

        @Override
        public void onNews(Requester connection, long now) {}

        @Override
        public void onTurn(long now) {}
      };

  /// A run begins now.
  void start(long now);

  /// Something came on this connection.
  void onNews(Requester connection, long now);

  /// Everything that came was looked at, or the time has come that `wakeNanos` asked for.
  void onTurn(long now);

  /// How often a turn is wanted though nothing comes, in nanoseconds; 0: never.
  default long wakeNanos() {
    return 0;
  }

  /// Requests whose time had come in the last run, and which could not begin: too many were in
  /// flight.
  default long notBegun() {
    return 0;
  }
}
