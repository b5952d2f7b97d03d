package holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @Test
  void namesAndAddressesOfBothKindsAreRead() {
    assertEquals(Optional.of(new HostPort("chat.example", 80)), HostPort.parse("chat.example:80"));
    assertEquals(Optional.of(new HostPort("::1", 8091)), HostPort.parse("[::1]:8091"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        ":1",
        "host:",
        "host:0",
        "host:65536",
        "::1:8091",
        "h:+1",
        "h:99999999999"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertEquals(Optional.empty(), HostPort.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:8091", "[fe80::1]:1"})
  void anAddressIsWrittenAsItIsRead(String text) {
    assertEquals(text, HostPort.parse(text).orElseThrow().toString());
  }
}
