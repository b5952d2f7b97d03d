package peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A connection, signed in, that pipelines: one socket write for all that waits, one thread that
/// reads, replies matched by id without reading them as JSON. As light as the clients made by hand
/// for other systems here. What a server refuses for now is sent again with the same request_id, in
/// its order, as every client must: until then the server takes nothing that came after it.
final class HoldfastWriter implements Peer.Writer {
  /// More than a connection may have in flight (1,024).
  private static final int IN_FLIGHT_MAX = 2_048;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final byte[] OK = ascii("{\"type\":\"OK\",\"id\":");
  private static final byte[] ERROR = ascii("{\"type\":\"ERROR\",\"id\":");
  private static final byte[] HEAD = ascii("{\"type\":\"SEND\",\"id\":");
  private static final byte[] REQUEST_ID = ascii(",\"request_id\":\"m");
  private static final byte[] END = ascii("\"}}\n");
  private static final String RETRY = "\"retry\":true";
  private static final long BACKOFF_MS = 20;

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("holdfast-again").unstarted(task));

  /// A message on its way.
  private record Message(long id, String value, CompletableFuture<Void> reply) {}

  private final LineClient line;
  private final OutputStream out;
  private final InputStream in;
  private final byte[] to;
  private final Thread reader;

  /// What waits for its reply, by frame id modulo the length.
  private final AtomicReferenceArray<Message> waiting =
      new AtomicReferenceArray<>(IN_FLIGHT_MAX);

  // The reader's own: the bytes of frames that are not complete yet, or not looked at.
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int kept;

  // Guarded by this.
  private byte[] pending = new byte[BUFFER_BYTES];
  private int pendingBytes;
  private long lastId;
  private boolean closed;

  /// What was refused for now.
  private List<Message> again = new ArrayList<>();

  HoldfastWriter(LineClient line, String recipient) throws IOException {
    this.line = line;
    this.out = line.socket().getOutputStream();
    this.in = line.socket().getInputStream();
    this.to = ascii("\",\"payload\":{\"to\":\"@" + recipient + "\",\"text\":\"");
    byte[] unread = line.unread();
    System.arraycopy(unread, 0, buffer, 0, unread.length);
    this.kept = unread.length;
    this.reader = Thread.ofPlatform().daemon().name("holdfast-reader").start(this::read);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public CompletableFuture<?> write(long id, String value) throws IOException {
    Message message = new Message(id, value, new CompletableFuture<>());
    synchronized (this) {
      append(message);
      // What the reader's own callbacks write goes out together, once all that has arrived is read.
      if (Thread.currentThread() != reader) {
        flush();
      }
    }
    return message.reply();
  }

  private synchronized void append(Message message) throws IOException {
    if (closed) {
      throw new IOException("closed");
    }
    long frame = ++lastId;
    if (!waiting.compareAndSet((int) (frame % IN_FLIGHT_MAX), null, message)) {
      throw new IOException("too much in flight");
    }
    append(HEAD);
    append(frame);
    append(REQUEST_ID);
    append(message.id());
    append(to);
    appendEscaped(message.value());
    append(END);
  }

  private synchronized void keepForLater(Message message) {
    again.add(message);
    if (again.size() == 1) {
      TIMER.schedule(this::sendAgain, BACKOFF_MS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void sendAgain() {
    List<Message> refused = again;
    again = new ArrayList<>();
    refused.sort(Comparator.comparingLong(Message::id));
    try {
      for (Message message : refused) {
        append(message);
      }
      flush();
    } catch (IOException e) {
      refused.forEach(message -> message.reply().completeExceptionally(e));
    }
  }

  private void append(byte[] bytes) {
    ensure(bytes.length);
    System.arraycopy(bytes, 0, pending, pendingBytes, bytes.length);
    pendingBytes += bytes.length;
  }

  private void append(long number) {
    append(ascii(Long.toString(number)));
  }

  /// As the text of a JSON string; the payload has nothing but quotes to escape.
  private void appendEscaped(String value) {
    ensure(2 * value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"') {
        pending[pendingBytes++] = '\\';
      }
      pending[pendingBytes++] = (byte) c;
    }
  }

  private void ensure(int bytes) {
    if (pendingBytes + bytes > pending.length) {
      pending = Arrays.copyOf(pending, 2 * pending.length + bytes);
    }
  }

  private synchronized void flush() throws IOException {
    if (pendingBytes > 0) {
      int bytes = pendingBytes;
      pendingBytes = 0;
      out.write(pending, 0, bytes);
    }
  }

  private void read() {
    int seen = 0;
    try {
      while (true) {
        int read = in.read(buffer, kept, buffer.length - kept);
        if (read < 0) {
          throw new IOException("closed");
        }
        int end = kept + read;
        int start = 0;
        for (int i = seen; i < end; i++) {
          if (buffer[i] == '\n') {
            onFrame(start, i);
            start = i + 1;
          }
        }
        flush();
        kept = end - start;
        seen = kept;
        System.arraycopy(buffer, start, buffer, 0, kept);
        if (kept == buffer.length) {
          buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  /// Events are left unread.
  private void onFrame(int start, int end) {
    if (startsWith(start, end, OK)) {
      Message message = answered(start + OK.length);
      if (message != null) {
        message.reply().complete(null);
      }
    } else if (startsWith(start, end, ERROR)) {
      Message message = answered(start + ERROR.length);
      if (message != null) {
        String frame = new String(buffer, start, end - start, StandardCharsets.UTF_8);
        if (frame.contains(RETRY)) {
          keepForLater(message);
        } else {
          message.reply().completeExceptionally(new IOException(frame));
        }
      }
    }
  }

  private boolean startsWith(int start, int end, byte[] prefix) {
    return end - start >= prefix.length
        && Arrays.equals(buffer, start, start + prefix.length, prefix, 0, prefix.length);
  }

  private Message answered(int at) {
    long id = 0;
    for (int i = at; buffer[i] >= '0' && buffer[i] <= '9'; i++) {
      id = 10 * id + buffer[i] - '0';
    }
    return waiting.getAndSet((int) (id % IN_FLIGHT_MAX), null);
  }

  private void fail(IOException failure) {
    close();
    for (int i = 0; i < IN_FLIGHT_MAX; i++) {
      Message message = waiting.getAndSet(i, null);
      if (message != null) {
        message.reply().completeExceptionally(failure);
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    line.close();
  }
}
