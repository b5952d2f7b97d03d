package holdfast.storage;

import holdfast.chat.Command;

/// A client's write of a lost timeline that waits to be brought in again.
///
/// @param position its place among those that this server keeps; they are brought in in this order
/// @param oldId what its id was, and that of what it made
/// @param firstPosition where those begin that were kept together with it: ids that it names, and
///   that were lost, are of these or of later ones
public record RescuedCommand(
    long position, long oldId, long firstPosition, Command.Write command) {}
