package holdfast.bench;

import java.time.Duration;

/// What a closed loop of direct messages is to be.
///
/// @param outstanding messages always on their way
/// @param conversations pairs of a sender and a receiver, about
/// @param connections to each server
public record WriteSettings(
    int outstanding,
    Duration warmup,
    Duration measured,
    Through through,
    int conversations,
    int connections) {}
