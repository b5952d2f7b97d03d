package holdfast.storage;

import holdfast.chat.Command;

/// A client's write of a lost timeline that could not be brought in again, kept for people to look
/// at.
///
/// @param position its place among those that this server keeps
/// @param oldId what its id was
/// @param command with the time at which it was made
/// @param reason a sentence
public record Unreplayable(long position, long oldId, Command.Write command, String reason) {}
