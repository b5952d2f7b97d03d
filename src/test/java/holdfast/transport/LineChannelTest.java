package holdfast.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LineChannelTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int LINE_MAX = 1_000_000;
  private static final long QUEUE_MAX = 2_000_000;

  private final ByteBudget budget = new ByteBudget(3_000_000);
  private IoThreads threads;
  private SocketChannel near;
  private Socket far;

  /// Tells what arrives, and wants no more after "stop".
  private static final class Heard implements LineChannel.Handler {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public boolean onLine(byte[] line) {
      String text = new String(line, UTF_8);
      events.add(text);
      if (text.equals("bug")) {
        throw new IllegalStateException("a bug, on purpose");
      }
      return !text.equals("stop");
    }

    @Override
    public void onTooLarge() {
      events.add("TOO LARGE");
    }

    @Override
    public void onEnd() {
      events.add("END");
    }

    @Override
    public void onClosed(String why) {
      events.add("CLOSED");
    }

    String next() throws InterruptedException {
      return events.take();
    }
  }

  private final Heard heard = new Heard();

  @BeforeEach
  void connect() throws IOException {
    threads = new IoThreads("test-io", 1, Duration.ofHours(1));
    dial();
  }

  /// With small kernel buffers, so that a writer soon has to wait.
  private void dial() throws IOException {
    try (ServerSocket server = Sockets.server()) {
      server.setReceiveBufferSize(4_096);
      near = SocketChannel.open(server.getLocalSocketAddress());
      near.socket().setSendBufferSize(4_096);
      far = server.accept();
    }
  }

  @AfterEach
  void disconnect() {
    threads.close();
    Connection.closeQuietly(near.socket());
    Connection.closeQuietly(far);
  }

  private LineChannel open() throws IOException {
    return threads.open(
        near, new LineChannel.Settings("test", LINE_MAX, QUEUE_MAX, budget), channel -> heard);
  }

  private static byte[] frame(int number, int bytes) {
    return (number + "x".repeat(bytes) + "\n").getBytes(UTF_8);
  }

  private void say(String text) throws IOException {
    far.getOutputStream().write(text.getBytes(UTF_8));
  }

  private CompletableFuture<byte[]> received() {
    return CompletableFuture.supplyAsync(() -> readAll(far));
  }

  private static byte[] readAll(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Sends until the queue takes no more; returns how many frames it took.
  private static int fill(LineChannel channel, byte[] frame) {
    int sent = 0;
    while (channel.send(frame)) {
      channel.flush();
      sent++;
    }
    return sent;
  }

  @Test
  void linesOfManySizesArriveInOrder() throws Exception {
    open();
    for (int bytes = 1; bytes < LINE_MAX; bytes *= 3) {
      say("a".repeat(bytes) + "\n");
      assertEquals("a".repeat(bytes), heard.next());
    }
  }

  @Test
  void aLineThatComesWhileTheChannelIsTakenOverIsRead() throws Exception {
    for (int i = 0; i < 200; i++) {
      say("hello\n");
      open();
      assertEquals("hello", heard.next());
      far.close();
      assertEquals("END", heard.next());
      dial();
    }
  }

  @Test
  void nothingMoreIsReadUntilItIsWantedAgain() throws Exception {
    LineChannel channel = open();
    say("one\nstop\ntwo\nstop\n");
    assertEquals("one", heard.next());
    assertEquals("stop", heard.next());
    say("three\n");
    channel.resume();
    assertEquals("two", heard.next());
    assertEquals("stop", heard.next());
    assertTrue(heard.events.isEmpty());
    channel.resume();
    assertEquals("three", heard.next());
  }

  @Test
  void aLineThatIsTooLongIsTold() throws Exception {
    LineChannel channel = open();
    say("x".repeat(LINE_MAX + 2) + "\n");
    assertEquals("TOO LARGE", heard.next());
    channel.closeAfterFlush("ERROR\n".getBytes(UTF_8), LONG);
    assertArrayEquals("ERROR\n".getBytes(UTF_8), readAll(far));
  }

  @Test
  void theEndOfTheInputIsToldAndAnswersStillLeave() throws Exception {
    LineChannel channel = open();
    say("one\nunfinished");
    far.shutdownOutput();
    assertEquals("one", heard.next());
    assertEquals("END", heard.next());
    assertTrue(channel.send("answer\n".getBytes(UTF_8)));
    channel.closeAfterFlush(LONG);
    assertArrayEquals("answer\n".getBytes(UTF_8), readAll(far));
    assertEquals("CLOSED", heard.next());
  }

  @Test
  void aBrokenConnectionIsClosed() throws Exception {
    LineChannel channel = open();
    far.setSoLinger(true, 0);
    far.close();
    assertEquals("CLOSED", heard.next());
    assertTrue(channel.isClosed());
    assertFalse(channel.send(new byte[1]));
  }

  @Test
  void aBugOfTheHandlerEndsItsConnectionOnly() throws Exception {
    open();
    say("bug\n");
    assertEquals("bug", heard.next());
    assertEquals("CLOSED", heard.next());
    assertArrayEquals(new byte[0], readAll(far));
    dial();
    open();
    say("fine\n");
    assertEquals("fine", heard.next());
  }

  @Test
  void aSilentConnectionIsClosed() throws Exception {
    try (IoThreads impatient = new IoThreads("impatient", 1, Duration.ofMillis(50))) {
      impatient.open(near, new LineChannel.Settings("test", 10, 10, budget), channel -> heard);
      assertEquals("CLOSED", heard.next());
    }
  }

  @Test
  void framesArriveWholeAndInOrder() throws Exception {
    LineChannel channel = open();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    CompletableFuture<byte[]> received = received();
    for (int i = 0; i < 5_000; i++) {
      byte[] frame = frame(i, i % 500 == 0 ? 300_000 : i % 1_000);
      expected.write(frame);
      assertTrue(channel.awaitBelow(QUEUE_MAX - frame.length, LONG));
      assertTrue(channel.send(frame));
      if (i % 7 == 0) {
        channel.flush();
      }
    }
    channel.flushLater();
    assertTrue(channel.awaitBelow(0, LONG));
    channel.closeAfterFlush(LONG);
    assertArrayEquals(expected.toByteArray(), received.get());
  }

  @Test
  void aFrameBeyondTheBoundIsRefusedAndTheOthersStillArrive() throws Exception {
    LineChannel channel = open();
    byte[] frame = frame(0, 100_000);
    int sent = fill(channel, frame);
    channel.closeAfterFlush("bye\n".getBytes(UTF_8), LONG);
    byte[] received = readAll(far);
    assertEquals((long) sent * frame.length + 4, received.length);
    assertEquals("bye\n", new String(received, received.length - 4, 4, UTF_8));
  }

  @Test
  void whatWaitsOnAllConnectionsTogetherIsBounded() throws Exception {
    byte[] frame = frame(0, 100_000);
    LineChannel first = open();
    fill(first, frame);
    Socket firstFar = far;
    dial();
    LineChannel second = open();
    int tookBeside = fill(second, frame);
    assertTrue(budget.used() > 3_000_000, "it is used up");
    assertTrue(budget.used() < 3_200_000, "and not much more");
    assertFalse(second.send(frame));
    firstFar.setSoLinger(true, 0);
    firstFar.close();
    assertEquals("CLOSED", heard.next());
    assertTrue(fill(second, frame) > 0, "there is room again after " + tookBeside);
    second.close();
    assertEquals("CLOSED", heard.next());
    assertEquals(0, budget.used());
  }

  @Test
  void aLittleMayAlwaysWait() throws Exception {
    budget.add(4_000_000);
    LineChannel channel = open();
    assertTrue(channel.send(new byte[60_000]));
    assertFalse(channel.send(new byte[60_000]));
  }

  @Test
  void aSlowReceiverGetsTheFrameBegunAndThenTheLastOne() throws Exception {
    LineChannel channel = open();
    byte[] frame = frame(0, 100_000);
    int sent = fill(channel, frame);
    channel.closeInsteadOfFlush("bye\n".getBytes(UTF_8), LONG);
    byte[] received = readAll(far);
    assertEquals("bye\n", new String(received, received.length - 4, 4, UTF_8));
    assertEquals(0, (received.length - 4) % frame.length, "whole frames");
    assertTrue(received.length < (long) sent * frame.length, "most were thrown away");
  }

  @Test
  void aPacedSenderWaitsForTheReceiver() throws Exception {
    LineChannel channel = open();
    byte[] frame = frame(0, 100_000);
    fill(channel, frame);
    assertFalse(channel.awaitBelow(frame.length, Duration.ofMillis(1)));
    CompletableFuture<byte[]> received = received();
    assertTrue(channel.awaitBelow(frame.length, LONG));
    assertTrue(channel.send(frame));
    channel.flush();
    assertTrue(channel.awaitBelow(0, LONG));
    channel.closeAfterFlush(LONG);
    assertEquals(0, received.get().length % frame.length);
  }

  @Test
  void closingWakesWhoeverWaits() throws Exception {
    LineChannel channel = open();
    byte[] frame = frame(0, 100_000);
    fill(channel, frame);
    Thread.ofVirtual().start(channel::close);
    assertFalse(channel.awaitBelow(0, LONG));
    assertEquals("CLOSED", heard.next());
    assertFalse(channel.send(frame));
  }

  @Test
  void theLastErrorArrivesAlthoughUnreadInputWaits() throws Exception {
    LineChannel channel = open();
    say("stop\n" + "more\n".repeat(400));
    assertEquals("stop", heard.next());
    // Unread input at close makes the kernel reset the connection and drop what is on its way.
    channel.closeAfterFlush("ERROR\n".getBytes(UTF_8), LONG);
    assertFalse(channel.send("late\n".getBytes(UTF_8)));
    say("more\n".repeat(400));
    assertArrayEquals("ERROR\n".getBytes(UTF_8), readAll(far));
    far.shutdownOutput();
    assertEquals("CLOSED", heard.next());
  }

  @Test
  void aReceiverThatNeverReadsIsCutOffAfterTheLimit() throws Exception {
    LineChannel channel = open();
    byte[] frame = frame(0, 100_000);
    long sent = (long) fill(channel, frame) * frame.length;
    channel.closeAfterFlush("ERROR\n".getBytes(UTF_8), Duration.ofMillis(10));
    assertFalse(channel.awaitBelow(0, LONG));
    assertEquals("CLOSED", heard.next());
    // Only what the kernel held already still comes, and then the end.
    assertTrue(readAll(far).length < sent);
  }

  @Test
  void anOtherSideThatKeepsTalkingIsCutOffAfterTheLimit() throws Exception {
    LineChannel channel = open();
    channel.closeAfterFlush(Duration.ofMillis(10));
    assertEquals("CLOSED", heard.next());
  }

  @Test
  void aClosedChannelIsNotTakenOver() throws Exception {
    near.close();
    assertThrows(ClosedChannelException.class, this::open);
  }

  @Test
  void endingTheThreadsClosesEverything() throws Exception {
    open();
    threads.close();
    assertEquals("CLOSED", heard.next());
    assertArrayEquals(new byte[0], readAll(far));
  }

  @Test
  void theOtherSidesAddressIsKnown() throws Exception {
    assertEquals("127.0.0.1:" + far.getLocalPort(), open().remote());
  }
}
