package holdfast.server;

import holdfast.chat.Applied;
import holdfast.chat.Command;

/// A log entry with what applying it gave.
record AppliedEntry(long id, long index, Command command, Applied applied) {}
