package holdfast.wire;

import holdfast.chat.Digest;
import java.nio.charset.StandardCharsets;

/// The digest of what a write asks for, by which a repeat is told from another request under the
/// same request_id. Made of the parsed payload, so that the order of fields, defaults written out
/// and the case of names make no difference; passwords are left out.
public final class PayloadDigest {
  private static final byte[] ABSENT = {};

  private PayloadDigest() {}

  public static Digest of(ClientRequest.Write request) {
    byte[] type = utf8(ClientCodec.type(request));
    return switch (request) {
      case ClientRequest.Register r -> Digest.of(type, utf8(r.username()));
      case ClientRequest.Logout r -> Digest.of(type, flag(r.all()));
      case ClientRequest.SetPassword _, ClientRequest.DeleteAccount _ -> Digest.of(type);
      case ClientRequest.SetPreference r ->
          Digest.of(
              type,
              utf8(r.name()),
              flag(r.value().isPresent()),
              r.value().map(PayloadDigest::utf8).orElse(ABSENT));
      case ClientRequest.Block r -> Digest.of(type, utf8(r.username()));
      case ClientRequest.Unblock r -> Digest.of(type, utf8(r.username()));
      case ClientRequest.Send r ->
          Digest.of(
              type,
              utf8(r.to()),
              utf8(r.text()),
              r.replyTo().map(PayloadDigest::number).orElse(ABSENT));
      case ClientRequest.Edit r ->
          Digest.of(type, utf8(r.conversation()), number(r.seq()), utf8(r.text()));
      case ClientRequest.Delete r ->
          Digest.of(type, utf8(r.conversation()), utf8(r.seqs().toString()), flag(r.forMe()));
      case ClientRequest.React r ->
          Digest.of(
              type, utf8(r.conversation()), number(r.seq()), utf8(r.emoji()), flag(r.remove()));
      case ClientRequest.MarkRead r -> Digest.of(type, utf8(r.conversation()), number(r.seq()));
      case ClientRequest.CreateRoom r ->
          Digest.of(type, utf8(r.room()), utf8(r.topic()), flag(r.isPrivate()));
      case ClientRequest.JoinRoom r -> Digest.of(type, utf8(r.room()));
      case ClientRequest.LeaveRoom r -> Digest.of(type, utf8(r.room()));
      case ClientRequest.Invite r -> Digest.of(type, utf8(r.room()), utf8(r.username()));
      case ClientRequest.Kick r -> Digest.of(type, utf8(r.room()), utf8(r.username()));
      case ClientRequest.SetRole r ->
          Digest.of(type, utf8(r.room()), utf8(r.username()), utf8(r.role()));
      case ClientRequest.SetTopic r -> Digest.of(type, utf8(r.room()), utf8(r.topic()));
    };
  }

  private static byte[] flag(boolean value) {
    return utf8(value ? "true" : "false");
  }

  private static byte[] number(long value) {
    return utf8(Long.toString(value));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
