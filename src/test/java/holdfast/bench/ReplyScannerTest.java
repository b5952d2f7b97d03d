package holdfast.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyScannerTest {
  private static final String OK =
      "{\"type\":\"OK\",\"id\":%d,\"payload\":{\"conversation\":\"@b\",\"seq\":1}}\n";
  private static final String MESSAGE =
      "{\"type\":\"MESSAGE\",\"payload\":{\"text\":\"{\\\"type\\\":\\\"OK\\\"\"}}\n";

  private final Heard heard = new Heard();

  private static final class Heard implements ReplyScanner.Lines {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void onOk(long number) {
      lines.add("ok " + number);
    }

    @Override
    public void onMessage(byte[] bytes, int start, int end) {
      lines.add("message");
    }

    @Override
    public void onOther(byte[] line) {
      lines.add(new String(line, StandardCharsets.UTF_8));
    }
  }

  private List<String> scan(ReplyScanner scanner, String... parts) throws IOException {
    for (String part : parts) {
      scanner.space().put(part.getBytes(StandardCharsets.UTF_8));
      scanner.scan(heard);
    }
    return heard.lines;
  }

  @Test
  void everyLineOfOneReadIsHandedOnInOrder() throws IOException {
    String error = "{\"type\":\"ERROR\",\"id\":9,\"payload\":{}}";
    assertEquals(
        List.of("ok 0", "message", error, "ok 123456789012"),
        scan(
            new ReplyScanner(1_000),
            OK.formatted(0) + MESSAGE + error + "\n" + OK.formatted(123456789012L)));
  }

  @Test
  void linesMayBeCutAnywhere() throws IOException {
    String all = OK.formatted(41) + MESSAGE + OK.formatted(42);
    for (int cut = 0; cut <= all.length(); cut++) {
      heard.lines.clear();
      assertEquals(
          List.of("ok 41", "message", "ok 42"),
          scan(new ReplyScanner(1_000), all.substring(0, cut), all.substring(cut)),
          "cut at " + cut);
    }
  }

  @Test
  void aByteAtATimeGivesTheSame() throws IOException {
    ReplyScanner scanner = new ReplyScanner(100);
    for (char next : (OK.formatted(5) + MESSAGE + OK.formatted(6)).toCharArray()) {
      scan(scanner, Character.toString(next));
    }
    assertEquals(List.of("ok 5", "message", "ok 6"), heard.lines);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "{\"type\":\"OK\",\"id\":",
        "{\"type\":\"OK\",\"id\":7",
        "{\"type\":\"OK\",\"id\":,\"payload\":{}}",
        "{\"type\":\"OK\",\"id\":-7,\"payload\":{}}",
        "{\"type\":\"OK\",\"id\":7.5,\"payload\":{}}",
        "{\"type\":\"OK\",\"id\":\"7\",\"payload\":{}}",
        "{\"type\":\"OK\",\"id\":1234567890123456789,\"payload\":{}}",
        "{\"type\":\"OK\", \"id\":7,\"payload\":{}}",
        "{\"type\":\"OK\",\"payload\":{\"id\":7}}",
        "{\"type\":\"OKAY\",\"id\":7,\"payload\":{}}",
        "{\"type\":\"MESSAGE_EDITED\",\"payload\":{}}",
        "{\"payload\":{},\"type\":\"OK\",\"id\":7}",
      })
  void whatIsNotExactlyAnOkWithItsNumberIsLeftToBeReadProperly(String line) throws IOException {
    assertEquals(List.of(line), scan(new ReplyScanner(1_000), line + "\n"));
  }

  @Test
  void bytesAboveSevenBitsAreNoNewlines() throws IOException {
    String line = "\u008a\u0a0a\u010a é€😀 \u000b\t";
    assertEquals(
        List.of(line, "ok 1"), scan(new ReplyScanner(1_000), line + "\n" + OK.formatted(1)));
  }

  @Test
  void aLineAsLongAsAllowedIsTakenAndALongerOneNot() throws IOException {
    String longest = "x".repeat(64);
    assertEquals(List.of(longest), scan(new ReplyScanner(64), longest + "\n"));
    ReplyScanner scanner = new ReplyScanner(64);
    assertThrows(IOException.class, () -> scan(scanner, longest + "x"));
  }
}
