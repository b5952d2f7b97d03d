package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HandshakeCodecTest {
  private static final PeerIdentity IDENTITY = new PeerIdentity(Optional.of("cl"), "key", "boot");

  static List<HandshakeFrame> frames() {
    return List.of(
        new HandshakeFrame.Hello("00ff", "home é", HandshakeCodec.PROTOCOL),
        new HandshakeFrame.Welcome("00ff", "abcd"),
        new HandshakeFrame.Proof("abcd", IDENTITY, HandshakeCodec.COMMANDS),
        new HandshakeFrame.Accepted(IDENTITY),
        new HandshakeFrame.Accepted(new PeerIdentity(Optional.empty(), "key", "boot")),
        new HandshakeFrame.Refused("OTHER_KEY", "why, in a sentence"),
        new HandshakeFrame.Join(
            "abcd", IDENTITY, HandshakeCodec.COMMANDS, "2001:db8::6", 8096, 8086),
        new HandshakeFrame.Joined(
            "c1",
            List.of(
                new Member(new ServerId(1), "a", 1, 2, true, Optional.of("key")),
                new Member(new ServerId(6), "b", 3, 4, false, Optional.empty()))),
        new HandshakeFrame.JoinRefused("REFUSED", "why, in a sentence"));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void everyFrameComesBackAsItWasSent(HandshakeFrame frame) throws FrameException {
    byte[] line = HandshakeCodec.encode(7, frame);
    assertEquals(
        new HandshakeCodec.Received(7, frame),
        HandshakeCodec.decode(Arrays.copyOf(line, line.length - 1)));
  }

  @Test
  void framesLookAsTheProtocolSays() {
    assertEquals(
        """
        {"type":"PEER_HELLO","term":0,"server_id":"7","payload":{"nonce":"00ff",\
        "cluster":"home é","protocol":{"min":1,"max":1}}}
        """,
        text(frames().get(0)));
    assertEquals(
        """
        {"type":"PEER_WELCOME","term":0,"server_id":"7","payload":{"nonce":"00ff",\
        "proof":"abcd"}}
        """,
        text(frames().get(1)));
    assertEquals(
        """
        {"type":"PEER_HELLO","term":0,"server_id":"7","payload":{"proof":"abcd",\
        "cluster_id":"cl","member_key":"key","boot_id":"boot",\
        "command_version":{"min":1,"max":1}}}
        """,
        text(frames().get(2)));
    assertEquals(
        """
        {"type":"PEER_WELCOME","term":0,"server_id":"7","payload":{"accepted":true,\
        "cluster_id":null,"member_key":"key","boot_id":"boot"}}
        """,
        text(frames().get(4)));
    assertEquals(
        """
        {"type":"PEER_WELCOME","term":0,"server_id":"7","payload":{"accepted":false,\
        "code":"OTHER_KEY","reason":"why, in a sentence"}}
        """,
        text(frames().get(5)));
  }

  @Test
  void versionsOverlapWhenOneOfThemIsCommon() {
    HandshakeFrame.Versions oneToTwo = new HandshakeFrame.Versions(1, 2);
    assertTrue(oneToTwo.overlaps(new HandshakeFrame.Versions(2, 3)));
    assertTrue(new HandshakeFrame.Versions(2, 3).overlaps(oneToTwo));
    assertFalse(oneToTwo.overlaps(new HandshakeFrame.Versions(3, 3)));
    assertFalse(new HandshakeFrame.Versions(3, 3).overlaps(oneToTwo));
  }

  private static String text(HandshakeFrame frame) {
    return new String(HandshakeCodec.encode(7, frame), UTF_8);
  }
}
