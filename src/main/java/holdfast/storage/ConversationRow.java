package holdfast.storage;

import holdfast.chat.ConversationId;
import holdfast.chat.Message;
import java.util.Optional;

/// A conversation as its list shows it.
///
/// @param readSeq at most `lastSeq`
/// @param last the newest message; absent for a room without messages
public record ConversationRow(
    ConversationId conversation, long lastSeq, long readSeq, Optional<Message> last) {}
