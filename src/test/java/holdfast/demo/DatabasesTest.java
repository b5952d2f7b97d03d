package holdfast.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import holdfast.replication.ServerId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the comparison finds what it is there to find.
final class DatabasesTest {
  private static final long ALICE = 3;
  private static final long APPLIED = 10;

  @TempDir Path folder;

  private final SortedMap<ServerId, Path> files = new TreeMap<>();

  private record Row(long id, long seq, String text) {}

  private void database(int id, Row... rows) throws SQLException {
    database(id, APPLIED, rows);
  }

  private void database(int id, long applied, Row... rows) throws SQLException {
    Path file = folder.resolve(id + ".db");
    files.put(new ServerId(id), file);
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement()) {
      // The columns that the comparison reads, as the storage has them.
      statement.execute("CREATE TABLE state(applied_index INTEGER)");
      statement.execute("INSERT INTO state VALUES (" + applied + ")");
      statement.execute("CREATE TABLE account(id INTEGER PRIMARY KEY, username TEXT)");
      statement.execute("INSERT INTO account VALUES (" + ALICE + ", 'alice')");
      statement.execute(
          "CREATE TABLE message(id INTEGER PRIMARY KEY, low INTEGER, high INTEGER, seq INTEGER,"
              + " sender INTEGER, time INTEGER, text TEXT)");
      try (PreparedStatement insert =
          database.prepareStatement("INSERT INTO message VALUES (?, 3, 4, ?, ?, 1000, ?)")) {
        for (Row row : rows) {
          insert.setLong(1, row.id());
          insert.setLong(2, row.seq());
          insert.setLong(3, ALICE);
          insert.setString(4, row.text());
          insert.execute();
        }
      }
    }
  }

  private List<String> faults(Ledger.Acknowledged... acknowledged) throws SQLException {
    return Databases.compare(files, List.of(acknowledged), Databases.Numbering.KEPT).faults();
  }

  private static Ledger.Acknowledged told(String text, long seq) {
    return new Ledger.Acknowledged("alice", text, seq);
  }

  @Test
  void equalCopiesWithEveryAcknowledgedMessageHaveNoFault() throws SQLException {
    for (int id = 1; id <= 3; id++) {
      database(id, new Row(7, 1, "a"), new Row(9, 2, "b"));
    }
    Databases.Report report =
        Databases.compare(files, List.of(told("a", 1), told("b", 2)), Databases.Numbering.KEPT);
    assertEquals(List.of(), report.faults());
    assertEquals(2, report.messages());
    assertEquals(3, report.digests().size());
    assertEquals(1, report.digests().values().stream().distinct().count());
  }

  @Test
  void aMessageThatWasNotAcknowledgedMayBeThere() throws SQLException {
    database(1, new Row(7, 1, "a"), new Row(9, 2, "b"));
    assertEquals(List.of(), faults(told("a", 1)));
  }

  @Test
  void aLostMessageIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"));
    assertEquals(
        List.of("lost though acknowledged: 'b', seq 2"), faults(told("a", 1), told("b", 2)));
  }

  @Test
  void aDoubledMessageIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"), new Row(8, 2, "a"));
    assertEquals("twice: 'a', seq 1 and 2", faults().getFirst());
  }

  @Test
  void aMessageOutOfItsSendersOrderIsFound() throws SQLException {
    database(1, new Row(7, 1, "b"), new Row(8, 2, "a"));
    assertEquals(
        List.of("out of order: 'b' was acknowledged with seq 1 after 2 and is stored with 1"),
        faults(told("a", 2), told("b", 1)));
  }

  @Test
  void anotherSeqThanAcknowledgedIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"));
    assertEquals(
        List.of("out of order: 'a' was acknowledged with seq 5 after 0 and is stored with 1"),
        faults(told("a", 5)));
  }

  @Test
  void aGapIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"), new Row(8, 3, "b"));
    assertEquals(List.of("a gap: 'b' has seq 3, not 2"), faults());
  }

  @Test
  void aCopyThatLacksAMessageIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"), new Row(8, 2, "b"));
    database(2, new Row(7, 1, "a"));
    assertEquals(
        List.of("servers 1 and 2 differ: 2 and 1 messages, the first 1 in agreement"), faults());
  }

  @Test
  void aCopyWithAnotherIdIsFound() throws SQLException {
    database(1, new Row(7, 1, "a"));
    database(2, new Row(8, 1, "a"));
    Databases.Report report = Databases.compare(files, List.of(), Databases.Numbering.KEPT);
    assertEquals(1, report.faults().size());
    assertNotEquals(report.digests().get(new ServerId(1)), report.digests().get(new ServerId(2)));
  }

  @Test
  void aServerThatIsBehindIsFound() throws SQLException {
    database(1, APPLIED);
    database(2, APPLIED + 1);
    assertEquals(List.of("the servers have not caught up: applied up to [10, 11]"), faults());
  }

  @Test
  void whatIsLostIsToldAfterAllPatience() throws Exception {
    database(1, new Row(7, 1, "a"));
    Databases.Report report = settled(Duration.ofMillis(50), told("a", 1), told("b", 2));
    assertEquals(List.of("lost though acknowledged: 'b', seq 2"), report.faults());
  }

  @Test
  void aCopyThatCatchesUpIsAwaited() throws Exception {
    Row first = new Row(7, 1, "a");
    Row second = new Row(8, 2, "b");
    database(1, first, second);
    database(2, APPLIED - 1, first);
    FutureTask<Databases.Report> report =
        new FutureTask<>(() -> settled(Duration.ofMinutes(1), told("a", 1), told("b", 2)));
    Thread.ofPlatform().start(report);
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + files.get(new ServerId(2)));
        Statement statement = database.createStatement()) {
      statement.execute("INSERT INTO message VALUES (8, 3, 4, 2, " + ALICE + ", 1000, 'b')");
      statement.execute("UPDATE state SET applied_index = " + APPLIED);
    }
    assertEquals(List.of(), report.get().faults());
  }

  private Databases.Report settled(Duration patience, Ledger.Acknowledged... acknowledged)
      throws Exception {
    return Databases.compareSettled(
        files, List.of(acknowledged), Databases.Numbering.KEPT, patience);
  }
}
