package holdfast.bench;

import java.util.OptionalInt;

/// What a load of direct messages is to be.
///
/// @param outstanding messages always on their way in a closed loop, which every warm-up is
/// @param rate messages a second; empty: a closed loop
/// @param conversations pairs of a sender and a receiver, about
/// @param connections to each server
public record WriteSettings(
    int outstanding,
    OptionalInt rate,
    Timing timing,
    Through through,
    int conversations,
    int connections) {}
