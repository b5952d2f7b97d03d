package holdfast.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Whatever bytes come, a parser returns or throws what it says it throws, and nothing else.
class HostileInputTest {
  private static final int ROUNDS = 5_000;

  @FunctionalInterface
  private interface Parser {
    Object parse(byte[] line) throws Exception;
  }

  /// Pieces that turn valid frames into nearly valid ones.
  private static final List<byte[]> PIECES =
      List.of(
          bytes("{"),
          bytes("}"),
          bytes("["),
          bytes("\""),
          bytes("\\"),
          bytes("\\ud800"),
          bytes("null"),
          bytes("-0"),
          bytes("1e400"),
          bytes("9223372036854775808"),
          bytes("\"id\":5,"),
          bytes("\"payload\":{},"),
          new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
          new byte[] {(byte) 0xf0, (byte) 0x9f},
          new byte[] {0});

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] mutated(byte[] line, SplittableRandom random) {
    byte[] result = line;
    int changes = random.nextInt(1, 4);
    for (int i = 0; i < changes && result.length > 0; i++) {
      int at = random.nextInt(result.length);
      result =
          switch (random.nextInt(5)) {
            case 0 -> {
              byte[] flipped = result.clone();
              flipped[at] ^= (byte) (1 << random.nextInt(8));
              yield flipped;
            }
            case 1 -> Arrays.copyOf(result, at);
            case 2 -> spliced(result, at, at, PIECES.get(random.nextInt(PIECES.size())));
            case 3 -> spliced(result, at, random.nextInt(at, result.length + 1), new byte[0]);
            default -> {
              int end = random.nextInt(at, result.length + 1);
              yield spliced(result, end, end, Arrays.copyOfRange(result, at, end));
            }
          };
    }
    return result;
  }

  private static byte[] spliced(byte[] line, int from, int to, byte[] piece) {
    byte[] result = new byte[from + piece.length + line.length - to];
    System.arraycopy(line, 0, result, 0, from);
    System.arraycopy(piece, 0, result, from, piece.length);
    System.arraycopy(line, to, result, from + piece.length, line.length - to);
    return result;
  }

  private static byte[] random(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }

  /// How many of the lines were taken.
  private static int attack(
      List<byte[]> valid, Parser parser, Class<? extends Exception> allowed, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int taken = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] line =
          random.nextInt(20) == 0
              ? random(random)
              : mutated(valid.get(random.nextInt(valid.size())), random);
      try {
        parser.parse(line);
        taken++;
      } catch (Exception e) {
        if (!allowed.isInstance(e)) {
          fail("seed " + seed + " round " + round + ": " + new String(line, UTF_8), e);
        }
      }
    }
    return taken;
  }

  private static List<byte[]> withoutNewlines(List<byte[]> lines) {
    return lines.stream().map(line -> Arrays.copyOf(line, line.length - 1)).toList();
  }

  @Test
  void requestsNeverBreakTheParser() {
    List<byte[]> valid =
        withoutNewlines(ClientCodecTest.requests().stream().map(ClientCodec::request).toList());
    int taken = attack(valid, ClientCodec::parse, FrameException.class, 1);
    // Some mutations hit only a text, so a parser that refuses everything would show.
    assertTrue(taken > ROUNDS / 100, "taken " + taken);
  }

  @Test
  void whatIsTakenCanBeWrittenAndReadAgain() {
    List<byte[]> valid =
        withoutNewlines(ClientCodecTest.requests().stream().map(ClientCodec::request).toList());
    attack(
        valid,
        line -> {
          ClientRequest request = ClientCodec.parse(line);
          byte[] again = ClientCodec.request(request);
          assertEquals(request, ClientCodec.parse(Arrays.copyOf(again, again.length - 1)));
          return request;
        },
        FrameException.class,
        2);
  }

  @Test
  void serverFramesNeverBreakTheClient() {
    List<byte[]> lines = new ArrayList<>();
    ClientCodecTest.events().forEach(event -> lines.add(ClientCodec.event(event)));
    ClientCodecTest.payloads()
        .forEach(payload -> lines.add(ClientCodec.ok(java.util.Optional.of("1"), payload)));
    List<Class<? extends OkPayload>> kinds = new ArrayList<>();
    ClientCodecTest.payloads().forEach(payload -> kinds.add(payload.getClass()));
    attack(
        withoutNewlines(lines),
        line -> {
          ServerFrame frame = ClientCodec.parseServer(line);
          if (frame instanceof ServerFrame.Ok ok) {
            Class<? extends OkPayload> kind = kinds.get(line.length % kinds.size());
            ClientCodec.payload(kind, ok.payload());
          }
          return frame;
        },
        FrameException.class,
        3);
  }

  @Test
  void peerFramesNeverBreakTheParser() {
    List<byte[]> valid =
        withoutNewlines(
            PeerCodecTest.frames().stream()
                .map(frame -> PeerCodec.encode(new holdfast.replication.ServerId(2), frame))
                .toList());
    int taken = attack(valid, PeerCodec::decode, FrameException.class, 4);
    assertTrue(taken > 0, "taken " + taken);
  }

  @Test
  void handshakesNeverBreakTheParser() {
    List<byte[]> valid =
        withoutNewlines(
            HandshakeCodecTest.frames().stream()
                .map(frame -> HandshakeCodec.encode(2, frame))
                .toList());
    int taken = attack(valid, HandshakeCodec::decode, FrameException.class, 5);
    assertTrue(taken > 0, "taken " + taken);
  }

  @Test
  void commandsNeverBreakTheReader() {
    List<byte[]> valid =
        CommandCodecTest.writes().stream()
            .map(write -> CommandCodec.stamp(CommandCodec.body(write), 1_790_000_000_000L))
            .toList();
    int taken = attack(valid, CommandCodec::decode, UnreadableCommandException.class, 6);
    assertTrue(taken > 0, "taken " + taken);
    attack(valid, CommandCodec::timeOf, UnreadableCommandException.class, 7);
  }
}
