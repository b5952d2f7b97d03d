package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.replication.Member;
import holdfast.replication.MemberChange;
import holdfast.replication.ServerId;
import holdfast.wire.ErrorCode;
import holdfast.wire.OkPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MemberRequestsTest {
  private static final ServerId THREE = new ServerId(3);

  private final List<MemberChange> asked = new ArrayList<>();

  private MemberRequests requests(ChangeResult result, boolean hasSecret) {
    return new MemberRequests(
        change -> {
          asked.add(change);
          return CompletableFuture.completedFuture(result);
        },
        hasSecret);
  }

  private RequestRefused refusal(ChangeResult result) {
    return assertThrows(
        RequestRefused.class, () -> requests(result, false).answer(new MemberChange.Remove(THREE)));
  }

  @Test
  void whatIsRefusedIsABadRequestAndWhatIsNotKnownATimeout() {
    RequestRefused refused = refusal(new ChangeResult.Refused("too few"));
    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
    assertEquals("too few", refused.getMessage());
    RequestRefused unknown = refusal(new ChangeResult.Unknown("there is no primary"));
    assertEquals(ErrorCode.TIMEOUT, unknown.code());
    assertEquals("there is no primary", unknown.getMessage());
  }

  @Test
  void anotherMachinesAddressIsForClustersWithASecret() throws Exception {
    MemberChange move = new MemberChange.Move(THREE, "10.0.0.3", 8091, 8081);
    MemberChange replace =
        new MemberChange.Replace(
            THREE, new Member(new ServerId(6), "2001:db8::6", 8091, 8081, false, Optional.empty()));
    for (MemberChange change : List.of(move, replace)) {
      RequestRefused refused =
          assertThrows(
              RequestRefused.class, () -> requests(new ChangeResult.Done(), false).answer(change));
      assertEquals(ErrorCode.BAD_REQUEST, refused.code());
      assertEquals(List.of(), asked, "it is not asked of the primary");
    }
    assertEquals(new OkPayload.Empty(), requests(new ChangeResult.Done(), true).answer(move));
    requests(new ChangeResult.Done(), true).answer(replace);
    assertEquals(List.of(move, replace), asked);
  }
}
