package holdfast.bench;

import java.time.Duration;

/// How long a load runs.
///
/// @param warmup before what counts
public record Timing(Duration warmup, Duration measured) {}
