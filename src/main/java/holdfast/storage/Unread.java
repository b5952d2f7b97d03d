package holdfast.storage;

/// How many messages an account has not read, in how many conversations.
public record Unread(long messages, long conversations) {}
