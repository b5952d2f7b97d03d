package holdfast.client;

import holdfast.wire.ServerEvent;

/// Hears what a client has to tell, in order, on one thread of the client's. It may block: then
/// events wait (a bounded number of them, after which the client stops reading and the server may
/// call it a slow consumer). It may make requests, but must not wait for their replies for long,
/// because a reply can stand behind events that wait for this listener.
public interface ChatListener {
  /// An event, each exactly once, in order, across all failovers.
  void onEvent(ServerEvent event);

  /// What the client does. When more than 256 of these wait, newer ones are left out.
  void onNotice(Notice notice);
}
