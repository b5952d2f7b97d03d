package holdfast.bench;

/// A load that is about to be measured.
///
/// @param warmup the pace until what counts begins
/// @param unit what is done, in the plural
record Load(Driver driver, Tally tally, Pace warmup, Pace pace, String unit) {
  /// Without a warm-up of another kind.
  Load(Driver driver, Tally tally, Pace pace, String unit) {
    this(driver, tally, pace, pace, unit);
  }
}
