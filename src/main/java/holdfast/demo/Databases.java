package holdfast.demo;

import holdfast.operate.Poll;
import holdfast.replication.ServerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.sqlite.SQLiteConfig;

/// Looks at what the servers have on disk, past the servers: all copies equal, every conversation
/// without gaps, every acknowledged message exactly once and in its sender's order.
final class Databases {
  /// How many faults of one kind are told.
  private static final int TOLD_MAX = 5;

  private static final int BUSY_MILLIS_MAX = 5_000;

  private static final String MESSAGES =
      "SELECT m.id, m.low, m.high, m.seq, m.sender, m.time, m.text, a.username FROM message m"
          + " LEFT JOIN account a ON a.id = m.sender ORDER BY m.id";

  private Databases() {}

  /// What the comparison found.
  ///
  /// @param messages on each server
  /// @param digests of all messages, one a server
  /// @param faults sentences; empty if all is as it must be
  record Report(long messages, Map<ServerId, String> digests, List<String> faults) {}

  /// Whether a message has the `seq` that it was acknowledged with.
  enum Numbering {
    KEPT,
    /// Messages of a timeline that lost have new ones, in the same order.
    GIVEN_ANEW
  }

  private record Message(long low, long high, long seq, String sender, String text) {}

  private static boolean agree(List<Long> applied) {
    return new HashSet<>(applied).size() == 1;
  }

  /// How far each server's disk is, by applied index.
  private static List<Long> appliedIndexes(Map<ServerId, Path> files) throws SQLException {
    List<Long> applied = new ArrayList<>();
    for (Path file : files.values()) {
      try (Connection database = open(file);
          Statement statement = database.createStatement();
          ResultSet row = statement.executeQuery("SELECT applied_index FROM state")) {
        applied.add(row.next() ? row.getLong(1) : 0);
      }
    }
    return applied;
  }

  /// How many messages this server has on disk.
  static long messages(Path file) throws SQLException {
    return rows(List.of(file), "SELECT count(*) FROM message");
  }

  /// How many commands of timelines that lost are on these disks and wait to be logged again.
  static long waiting(Map<ServerId, Path> files) throws SQLException {
    return rows(files.values(), "SELECT count(*) FROM rescued WHERE done = 0");
  }

  /// How many of them could not be.
  static long unreplayable(Map<ServerId, Path> files) throws SQLException {
    return rows(files.values(), "SELECT count(*) FROM unreplayable");
  }

  private static long rows(Collection<Path> files, String query) throws SQLException {
    long rows = 0;
    for (Path file : files) {
      try (Connection database = open(file);
          Statement statement = database.createStatement();
          ResultSet row = statement.executeQuery(query)) {
        rows += row.next() ? row.getLong(1) : 0;
      }
    }
    return rows;
  }

  /// Compares the databases of all servers, to which nobody writes any more, again and again until
  /// nothing is wrong, but no longer than `patience`: a server that is behind catches up, and its
  /// file shows what it has applied a little later. What is lost stays lost.
  static Report compareSettled(
      SortedMap<ServerId, Path> files,
      List<Ledger.Acknowledged> acknowledged,
      Numbering numbering,
      Duration patience)
      throws SQLException, InterruptedException {
    Optional<Report> sound =
        Poll.until(
            patience,
            () ->
                // Quicker to see, and most of the wait.
                agree(appliedIndexes(files))
                    ? Optional.of(compare(files, acknowledged, numbering))
                        .filter(report -> report.faults().isEmpty())
                    : Optional.empty());
    return sound.isPresent() ? sound.get() : compare(files, acknowledged, numbering);
  }

  /// Compares the databases of all servers as they are.
  static Report compare(
      SortedMap<ServerId, Path> files, List<Ledger.Acknowledged> acknowledged, Numbering numbering)
      throws SQLException {
    List<String> faults = new ArrayList<>();
    List<Long> applied = appliedIndexes(files);
    if (!agree(applied)) {
      faults.add("the servers have not caught up: applied up to " + applied);
    }
    Map<ServerId, String> digests = new TreeMap<>();
    ServerId reference = files.firstKey();
    List<Message> first = new ArrayList<>();
    digests.put(reference, read(files.get(reference), first));
    for (Map.Entry<ServerId, Path> file : files.tailMap(reference).entrySet()) {
      List<Message> messages = new ArrayList<>();
      String digest = read(file.getValue(), messages);
      if (!digest.equals(digests.get(reference))) {
        faults.add(difference(reference, first, file.getKey(), messages));
      }
      digests.put(file.getKey(), digest);
    }
    checkSeq(first, faults);
    checkAcknowledged(first, acknowledged, numbering, faults);
    return new Report(first.size(), digests, faults);
  }

  private static Connection open(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS_MAX);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  /// Adds the messages in log order and returns a digest over all their columns.
  private static String read(Path file, List<Message> messages) throws SQLException {
    MessageDigest digest = sha256();
    try (Connection database = open(file);
        Statement statement = database.createStatement();
        ResultSet row = statement.executeQuery(MESSAGES)) {
      while (row.next()) {
        for (int column = 1; column <= 8; column++) {
          digest.update(String.valueOf(row.getString(column)).getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
        }
        messages.add(
            new Message(
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                String.valueOf(row.getString(8)),
                row.getString(7)));
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String difference(
      ServerId one, List<Message> first, ServerId other, List<Message> second) {
    int same = 0;
    while (same < Math.min(first.size(), second.size())
        && first.get(same).equals(second.get(same))) {
      same++;
    }
    return "servers "
        + one
        + " and "
        + other
        + " differ: "
        + first.size()
        + " and "
        + second.size()
        + " messages, the first "
        + same
        + " in agreement";
  }

  private static void checkSeq(List<Message> messages, List<String> faults) {
    Map<List<Long>, Long> last = new HashMap<>();
    int told = 0;
    for (Message message : messages) {
      List<Long> conversation = List.of(message.low(), message.high());
      long expected = last.getOrDefault(conversation, 0L) + 1;
      if (message.seq() != expected && told++ < TOLD_MAX) {
        faults.add(
            "a gap: '" + message.text() + "' has seq " + message.seq() + ", not " + expected);
      }
      last.put(conversation, message.seq());
    }
  }

  private static void checkAcknowledged(
      List<Message> messages,
      List<Ledger.Acknowledged> acknowledged,
      Numbering numbering,
      List<String> faults) {
    Map<List<String>, Long> stored = new HashMap<>();
    int told = 0;
    for (Message message : messages) {
      Long before = stored.put(List.of(message.sender(), message.text()), message.seq());
      if (before != null && told++ < TOLD_MAX) {
        faults.add("twice: '" + message.text() + "', seq " + before + " and " + message.seq());
      }
    }
    Map<String, Long> lastOfSender = new HashMap<>();
    told = 0;
    for (Ledger.Acknowledged message : acknowledged) {
      Long seq = stored.get(List.of(message.sender(), message.text()));
      if (seq == null) {
        if (told++ < TOLD_MAX) {
          faults.add("lost though acknowledged: '" + message.text() + "', seq " + message.seq());
        }
        continue;
      }
      long before = lastOfSender.getOrDefault(message.sender(), 0L);
      boolean renumbered = numbering == Numbering.KEPT && seq != message.seq();
      if ((renumbered || seq <= before) && told++ < TOLD_MAX) {
        faults.add(
            "out of order: '%s' was acknowledged with seq %d after %d and is stored with %d"
                .formatted(message.text(), message.seq(), before, seq));
      }
      lastOfSender.put(message.sender(), seq);
    }
  }
}
