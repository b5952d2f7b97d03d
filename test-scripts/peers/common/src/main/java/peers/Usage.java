package peers;

/// What was used up to an instant: seconds by the clock, and of processor time: by all servers, by
/// the driver, by the whole machine.
record Usage(double seconds, double servers, double driver, double machine) {
  Usage minus(Usage earlier) {
    return new Usage(
        seconds - earlier.seconds,
        servers - earlier.servers,
        driver - earlier.driver,
        machine - earlier.machine);
  }

  /// By neither servers nor driver: kernel threads, and whatever else ran and so disturbed.
  double others() {
    return machine - servers - driver;
  }
}
