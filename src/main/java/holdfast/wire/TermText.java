package holdfast.wire;

import holdfast.replication.Timeline;

/// A frame's `term` as people read it, for clients, which do not know what it is made of.
public final class TermText {
  private TermText() {}

  /// In the first timeline its number; in others the timeline before it, like 1.3:7.
  public static String of(long term) {
    return Timeline.termText(term);
  }
}
