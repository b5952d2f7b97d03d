package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chat.Digest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The opaque texts that clients hand back, names, and the digest of a request.
class TokensTest {
  @Test
  void cursorsAndIndexesComeBackAsTheyWereGiven() throws FrameException {
    for (long id : new long[] {0, 1, 35, 36, 1L << 39, Long.MAX_VALUE}) {
      assertEquals(id, IndexToken.parse(IndexToken.text(id)));
      for (int part : new int[] {0, 7, Integer.MAX_VALUE}) {
        assertEquals(new Cursor.Position(id, part), Cursor.parse(Cursor.text(id, part)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c1",
        "c1.",
        "c1..",
        "c1.1",
        "c1.1.",
        "c1..1",
        "c1.1.1.1",
        "c1.01.1",
        "c1.1.01",
        "c1.-1.1",
        "c1.+1.1",
        "c1.A.1",
        "c1.1. 1",
        "c1.1y2p0ij32e8e8.0",
        "c1.1.zik0zk",
        "c1.99999999999999.1",
        "c2.1.1",
        "i1.1",
        "\ud800"
      })
  void whatNoServerGaveOutIsNoCursor(String text) {
    FrameException e = assertThrows(FrameException.class, () -> Cursor.parse(text));
    assertEquals(ErrorCode.BAD_REQUEST, e.code());
    assertTrue(e.getMessage().contains("`cursor`"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "i1", "i1.", "i1.01", "i1.-1", "i1.1.1", "i1.1y2p0ij32e8e8", "c1.1.1"})
  void whatNoServerGaveOutIsNoIndex(String text) {
    FrameException e = assertThrows(FrameException.class, () -> IndexToken.parse(text));
    assertEquals(ErrorCode.BAD_REQUEST, e.code());
    assertTrue(e.getMessage().contains("`min_index`"));
  }

  @Test
  void positionsAreOrderedByCommandThenPart() {
    Cursor.Position early = new Cursor.Position(5, 9);
    assertTrue(early.compareTo(new Cursor.Position(6, 0)) < 0);
    assertTrue(early.compareTo(new Cursor.Position(5, 8)) > 0);
    assertEquals(0, early.compareTo(new Cursor.Position(5, 9)));
  }

  @Test
  void namesAreFoldedAndNothingElseIsTaken() {
    assertEquals(Optional.of("bob"), Names.account("BoB"));
    assertEquals(Optional.of("0a_.-"), Names.account("0a_.-"));
    assertEquals(Optional.of("#r"), Names.room("#R"));
    assertEquals(Optional.of("@bob"), Names.conversation("@BOB"));
    assertEquals(Optional.of("#r"), Names.conversation("#R"));
    assertEquals(Optional.of("a".repeat(32)), Names.account("a".repeat(32)));
    for (String none : List.of("", "_a", ".a", "-a", "a b", "é", "\u212a", "a".repeat(33), "@a")) {
      assertEquals(Optional.empty(), Names.account(none), none);
      assertEquals(Optional.empty(), Names.room("#" + none), none);
      assertEquals(Optional.empty(), Names.conversation("@" + none), none);
    }
    assertEquals(Optional.empty(), Names.conversation("bob"));
  }

  private static Digest digest(String line) throws FrameException {
    return PayloadDigest.of((ClientRequest.Write) ClientCodec.parse(line.getBytes(UTF_8)));
  }

  @Test
  void theSameRequestWrittenAnotherWayHasTheSameDigest() throws FrameException {
    assertEquals(
        digest("{\"type\":\"SEND\",\"id\":1,\"payload\":{\"to\":\"@bob\",\"text\":\"h\\u0069\"}}"),
        digest(
            """
            {"payload":{"reply_to":null,"text":"hi","to":"@BOB"},"ack":"all","type":"SEND"}\
            """));
    assertEquals(
        digest("{\"type\":\"CREATE_ROOM\",\"payload\":{\"room\":\"#r\"}}"),
        digest(
            """
            {"type":"CREATE_ROOM","payload":{"room":"#R","topic":"","private":false}}\
            """));
    // A password is no part of it: whether a repeat's fits is checked against the account's.
    assertEquals(
        digest(
            """
            {"type":"REGISTER","payload":{"username":"bob","password":"password-1"}}\
            """),
        digest(
            """
            {"type":"REGISTER","payload":{"username":"bob","password":"password-2"}}\
            """));
  }

  @Test
  void differentRequestsHaveDifferentDigests() throws FrameException {
    Set<Digest> digests = new HashSet<>();
    List<String> lines =
        List.of(
            "{\"type\":\"SEND\",\"payload\":{\"to\":\"@bob\",\"text\":\"hi\"}}",
            "{\"type\":\"SEND\",\"payload\":{\"to\":\"@bob\",\"text\":\"Hi\"}}",
            "{\"type\":\"SEND\",\"payload\":{\"to\":\"@bo\",\"text\":\"bhi\"}}",
            "{\"type\":\"SEND\",\"payload\":{\"to\":\"@bob\",\"text\":\"hi\",\"reply_to\":1}}",
            "{\"type\":\"SEND\",\"payload\":{\"to\":\"@bob\",\"text\":\"hi1\"}}",
            "{\"type\":\"MARK_READ\",\"payload\":{\"conversation\":\"@bob\",\"seq\":1}}",
            "{\"type\":\"MARK_READ\",\"payload\":{\"conversation\":\"@bob\",\"seq\":2}}",
            "{\"type\":\"JOIN_ROOM\",\"payload\":{\"room\":\"#r\"}}",
            "{\"type\":\"LEAVE_ROOM\",\"payload\":{\"room\":\"#r\"}}",
            "{\"type\":\"CREATE_ROOM\",\"payload\":{\"room\":\"#r\"}}",
            "{\"type\":\"CREATE_ROOM\",\"payload\":{\"room\":\"#r\",\"private\":true}}",
            "{\"type\":\"CREATE_ROOM\",\"payload\":{\"room\":\"#r\",\"topic\":\"t\"}}",
            "{\"type\":\"LOGOUT\",\"payload\":{\"all\":true}}",
            "{\"type\":\"LOGOUT\"}",
            "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"a\",\"password\":\"12345678\"}}",
            "{\"type\":\"REGISTER\",\"payload\":{\"username\":\"b\",\"password\":\"12345678\"}}");
    for (String line : lines) {
      digests.add(digest(line));
    }
    assertEquals(lines.size(), digests.size());
    assertNotEquals(digests, Set.of());
  }
}
