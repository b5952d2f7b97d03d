package holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is stored of a password.
final class PasswordHasherTest {
  private static final String PASSWORD = "correct horse";

  /// 19 MiB, 2 passes, 1 lane: the least that OWASP asks of Argon2id.
  private static final Pattern FORM =
      Pattern.compile("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

  private final PasswordHasher hasher = new PasswordHasher();

  @AfterEach
  void close() {
    hasher.close();
  }

  /// The salt and the hash that `stored` ends with.
  private static List<String> parts(String stored) {
    Matcher form = FORM.matcher(stored);
    assertTrue(form.matches(), stored);
    return List.of(form.group(1), form.group(2));
  }

  @Test
  void aHashNamesArgon2idItsCostsItsSaltAndNotThePassword() throws Exception {
    String stored = hasher.hash(PASSWORD);
    assertEquals(16, Base64.getDecoder().decode(parts(stored).get(0)).length);
    byte[] hash = Base64.getDecoder().decode(parts(stored).get(1));
    assertEquals(32, hash.length);
    assertFalse(stored.contains("horse"), stored);
  }

  @Test
  void theSamePasswordHasAnotherSaltAndAnotherHashEachTime() throws Exception {
    String first = hasher.hash(PASSWORD);
    String second = hasher.hash(PASSWORD);
    assertNotEquals(parts(first).get(0), parts(second).get(0));
    assertNotEquals(parts(first).get(1), parts(second).get(1));
    for (String stored : List.of(first, second)) {
      assertTrue(hasher.verify(PASSWORD, stored));
      assertFalse(hasher.verify(PASSWORD + " ", stored));
    }
  }

  /// Its memory is used again.
  @Test
  void noHashDependsOnThoseBefore() throws Exception {
    String known =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    String stored = hasher.hash(PASSWORD);
    for (int i = 0; i < 3; i++) {
      assertTrue(hasher.verify("password", known));
      assertFalse(hasher.verify("password", stored));
      assertTrue(hasher.verify(PASSWORD, stored));
    }
  }

  /// From the tests of the reference implementation (phc-winner-argon2, `test.c`).
  @Test
  void itIsArgon2idAsOthersMakeItWithTheCostsThatAreStored() throws Exception {
    String known =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assertTrue(hasher.verify("password", known));
    assertFalse(hasher.verify("passwore", known));
    assertFalse(hasher.verify("password", known.replace("t=2", "t=3")));
    assertFalse(hasher.verify("password", known.replace("m=256", "m=512")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", PASSWORD, "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sC"})
  void whatIsNoSuchHashFitsNoPassword(String stored) throws Exception {
    assertFalse(hasher.verify(PASSWORD, stored));
  }
}
