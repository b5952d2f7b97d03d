package holdfast.simulation;

import holdfast.chat.Command;
import holdfast.chat.RequestKey;
import java.util.function.LongFunction;

/// A client's write: the `number`th that `client` made. `at` makes the command of it, with the
/// primary's time.
record Request(int client, int number, RequestKey key, LongFunction<Command> at) {
  String name() {
    return key.requestId();
  }
}
