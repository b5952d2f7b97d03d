package holdfast.client;

import holdfast.wire.ServerFrame;

/// What a client's loop is told by other threads.
sealed interface Signal {
  record Submitted(Pending<?> pending) implements Signal {}

  record Opened(Link link) implements Signal {}

  record NotOpened(Target target) implements Signal {}

  record Heard(Link link, ServerFrame frame) implements Signal {}

  record Ended(Link link, String why) implements Signal {}

  record Closed() implements Signal {}
}
