package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.protocol.ErrorTable;
import holdfast.protocol.ErrorTable.Row;
import holdfast.wire.ClientCodec;
import holdfast.wire.ErrorCode;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the table of errors that is asked over the wire to docs/PROTOCOL.md: no request, and no
/// error that the page says a request can give, is left out.
final class ErrorTableTest {
  private static final Page PAGE = Page.of("docs/PROTOCOL.md");

  /// What the page names for a request and the table does not ask, and why.
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("DELETE_ACCOUNT NO_SUCH_USER", "what others get"),
          Map.entry("BLOCK BLOCKED", "what the one who is blocked gets"),
          Map.entry("BLOCK LIMIT", "a thousand accounts: chat/AccountRulesTest"),
          Map.entry("INVITE LIMIT", "a thousand accounts: chat/RoomRulesTest"),
          Map.entry("DELETE LIMIT", "ten thousand messages: chat/MessageRulesTest"));

  private static Set<String> asked() {
    TreeSet<String> asked = new TreeSet<>();
    for (Row row : ErrorTable.rows()) {
      asked.add(row.type() + " " + row.code());
    }
    return asked;
  }

  private static Set<String> missing(Collection<String> wanted, Collection<String> there) {
    TreeSet<String> missing = new TreeSet<>(wanted);
    missing.removeAll(there);
    return missing;
  }

  @Test
  void everyRequestIsAskedWithSomethingWrong() {
    TreeSet<String> wanted = new TreeSet<>();
    ClientCodec.requestTypes().forEach(type -> wanted.add(type + " BAD_REQUEST"));
    assertEquals(Set.of(), missing(wanted, asked()));
  }

  @Test
  void everyRowIsOfARequestAndAnErrorAndStandsThereOnce() {
    List<String> codes = List.of(ErrorCode.values()).stream().map(ErrorCode::name).toList();
    Set<String> seen = new TreeSet<>();
    for (Row row : ErrorTable.rows()) {
      assertTrue(ClientCodec.requestTypes().contains(row.type()), row::toString);
      assertTrue(codes.contains(row.code()), row::toString);
      assertTrue(seen.add(row.toString()), row::toString);
    }
  }

  @Test
  void everyErrorThatThePageNamesForARequestIsAsked() {
    Set<String> named = named();
    assertEquals(ELSEWHERE.keySet(), missing(named, asked()));
  }

  /// What the table of requests says: in the notes, and by the fields that a request has.
  private static Set<String> named() {
    Map<String, Set<String>> byField = new TreeMap<>();
    for (String field : List.of("conversation", "to")) {
      byField.put(field, Set.of("NO_SUCH_USER", "NO_SUCH_ROOM", "NOT_A_MEMBER"));
    }
    byField.put("username", Set.of("NO_SUCH_USER"));
    byField.put("room", Set.of("NO_SUCH_ROOM"));
    for (String field : List.of("seq", "seqs", "reply_to")) {
      byField.put(field, Set.of("NO_SUCH_MESSAGE"));
    }
    String operators = String.join("\n", PAGE.section("### Operators").lines().subList(0, 3));
    TreeSet<String> named = new TreeSet<>();
    for (List<String> row : PAGE.section("### Requests").table()) {
      String type = row.get(0);
      String notes = row.get(4);
      TreeSet<String> codes = new TreeSet<>();
      if (ClientCodec.needsLogin(type)) {
        codes.add("NOT_LOGGED_IN");
        for (String field : Page.codes(row.get(2))) {
          codes.addAll(byField.getOrDefault(field, Set.of()));
        }
      }
      if (hasWord(operators, type)) {
        codes.add("FORBIDDEN");
      }
      if (notes.startsWith("moderators") || notes.startsWith("owners")) {
        Collections.addAll(codes, "NOT_A_MEMBER", "FORBIDDEN");
      }
      for (ErrorCode code : ErrorCode.values()) {
        if (hasWord(notes, code.name())) {
          codes.add(code.name());
        }
      }
      codes.forEach(code -> named.add(type + " " + code));
    }
    // The room that is to be is not there yet, and beyond the last message means the last.
    named.removeAll(Set.of("CREATE_ROOM NO_SUCH_ROOM", "MARK_READ NO_SUCH_MESSAGE"));
    return named;
  }

  private static boolean hasWord(String text, String word) {
    return Pattern.compile("(?<![A-Z_])" + word + "(?![A-Z_])").matcher(text).find();
  }
}
