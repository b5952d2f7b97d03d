package holdfast.client;

import holdfast.wire.Ack;
import holdfast.wire.ClientCodec;
import holdfast.wire.ClientRequest;
import holdfast.wire.ErrorCode;
import holdfast.wire.FrameException;
import holdfast.wire.OkPayload;
import holdfast.wire.ReadLevel;
import holdfast.wire.RequestHeader;
import holdfast.wire.ServerFrame;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// A request that its caller waits for. Made by the caller's thread, then owned by the client's
/// loop.
final class Pending<T extends OkPayload> {
  /// What a request means for those around it.
  enum Kind {
    READ,
    /// Carries a request_id; takes effect in the order it was made.
    WRITE,
    /// Those behind it wait for its reply.
    LOGIN,
    LOGOUT
  }

  enum State {
    /// To be sent, for the first time or again.
    WAITING,
    SENT,
    /// Answered with an error that allows a repeat.
    FAILED
  }

  /// Bits of a frame's `id` that count the attempts; the rest is the request's number.
  private static final int ATTEMPT_BITS = 12;

  private static final long ATTEMPT_MASK = (1L << ATTEMPT_BITS) - 1;

  final long number;
  final Kind kind;
  final Class<T> type;
  final CompletableFuture<T> future = new CompletableFuture<>();

  /// When it is given up, ns.
  final long deadline;

  State state = State.WAITING;

  /// Sent again after a server was lost: for the user the loss is over when all of these are
  /// answered.
  boolean repeated;

  private final Optional<String> requestId;
  private final Function<RequestHeader, ClientRequest> request;
  private final byte[] first;
  private long attempts;

  /// @param number from 1, never given twice by one client
  Pending(
      long number,
      Kind kind,
      Optional<String> requestId,
      Function<RequestHeader, ClientRequest> request,
      Class<T> type,
      long deadline) {
    this.number = number;
    this.kind = kind;
    this.requestId = requestId;
    this.request = request;
    this.type = type;
    this.deadline = deadline;
    this.first = line(1, Optional.empty());
  }

  /// The request's number, out of a frame's `id`; 0 for the client's own requests, whose ids are
  /// below 4,096.
  static long numberOf(long id) {
    return id >> ATTEMPT_BITS;
  }

  /// The `id` of the latest attempt. Each has its own, so that a late answer to an earlier one is
  /// known as such.
  long id() {
    return id(attempts);
  }

  private long id(long attempt) {
    return (number << ATTEMPT_BITS) | (attempt & ATTEMPT_MASK);
  }

  /// Bytes of its frame, without the newline.
  int frameBytes() {
    return first.length - 1;
  }

  boolean wasSent() {
    return attempts > 0;
  }

  /// Sent more than once, so that an error to the last attempt says nothing about the ones before.
  boolean wasRepeated() {
    return attempts > 1;
  }

  /// The request itself, without what its frame says about it.
  ClientRequest request() {
    return request.apply(RequestHeader.PLAIN);
  }

  /// The line of the next attempt, which is the latest from then on.
  byte[] nextLine(Optional<String> minIndex) {
    attempts++;
    return attempts == 1 && minIndex.isEmpty() ? first : line(attempts, minIndex);
  }

  private byte[] line(long attempt, Optional<String> minIndex) {
    return ClientCodec.request(
        request.apply(
            new RequestHeader(
                Optional.of(Long.toString(id(attempt))),
                requestId,
                minIndex,
                Ack.MAJORITY,
                ReadLevel.LOCAL)));
  }

  /// How a request ended; `tell` lets its caller know.
  ///
  /// @param isUnknown nobody knows whether it was done
  record Outcome(Optional<OkPayload> payload, boolean isUnknown, Runnable completion) {
    /// On a thread of its own, since the caller's code may take its time.
    void tell() {
      Thread.ofVirtual().name("client-reply").start(completion);
    }
  }

  Outcome accept(JsonNode payload) {
    try {
      return done(ClientCodec.payload(type, payload));
    } catch (FrameException e) {
      return giveUp("the server's reply cannot be read: " + e.getMessage());
    }
  }

  /// Done, and there is nothing to tell.
  Outcome acceptNothing() {
    return done(type.cast(new OkPayload.Empty()));
  }

  private Outcome done(T value) {
    return new Outcome(Optional.of(value), false, () -> future.complete(value));
  }

  Outcome refuse(ServerFrame.Error error, boolean unknown) {
    ErrorCode code = error.code().orElse(ErrorCode.INTERNAL);
    return failed(new ChatError(code, error.message(), unknown));
  }

  Outcome giveUp(String why) {
    return failed(new ChatGaveUp(why, wasSent()));
  }

  private Outcome failed(ChatException why) {
    return new Outcome(
        Optional.empty(), why.outcomeUnknown(), () -> future.completeExceptionally(why));
  }
}
