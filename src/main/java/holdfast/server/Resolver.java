package holdfast.server;

import holdfast.chat.Command;
import holdfast.chat.RequestKey;
import holdfast.wire.ClientRequest;

/// Turns writes of one subject into commands: looks up what they name, since commands name things
/// by ids that never change (DESIGN, Determinism). Safe for any thread; may block on the read pool and on passwords.
interface Resolver<W extends ClientRequest.Write> {
  /// The command, without a time.
  Command.Write resolve(W write, Login login, RequestKey key) throws RequestRefused, InterruptedException;
}
