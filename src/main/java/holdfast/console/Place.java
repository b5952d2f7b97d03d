package holdfast.console;

/// Where a message stands.
record Place(String conversation, long seq) {}
