package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import java.util.Optional;

/// A conversation as its list shows it.
///
/// @param readSeq at most `lastSeq`
/// @param mentions unread messages of a room that name the account, counted up to a bound
/// @param last the newest message that the account has not hidden from itself; absent if there is
///   none
public record ConversationRow(
    ConversationId conversation,
    long lastSeq,
    long readSeq,
    long mentions,
    Optional<Message> last) {}
