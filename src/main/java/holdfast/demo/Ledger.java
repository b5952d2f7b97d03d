package holdfast.demo;

import java.util.ArrayList;
import java.util.List;

/// What was acknowledged to whom, in each sender's order: what must be on every disk afterwards.
/// Safe for use by many threads.
public final class Ledger {
  /// A message with its OK. The text is given only once by its sender.
  public record Acknowledged(String sender, String text, long seq) {}

  private final List<Acknowledged> entries = new ArrayList<>();

  /// Records an OK. Each sender records its own in the order of sending.
  public synchronized void add(String sender, String text, long seq) {
    entries.add(new Acknowledged(sender, text, seq));
  }

  public synchronized List<Acknowledged> entries() {
    return List.copyOf(entries);
  }
}
