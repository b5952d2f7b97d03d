package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  void aFolderThatWillNotDoIsPassedOver() throws IOException {
    Path noExec = Files.createDirectory(folder.resolve("noexec"));
    Path good = Files.createDirectory(folder.resolve("good"));
    Consumer<Path> loader =
        copy -> {
          assertTrue(Files.exists(copy));
          if (copy.startsWith(noExec)) {
            throw new UnsatisfiedLinkError("failed to map segment from shared object");
          }
        };
    Path copy = NativeLibrary.copyAndLoad(List.of(folder.resolve("none"), noExec, good), loader);
    assertTrue(copy.startsWith(good), copy.toString());
    assertArrayEquals(new String[0], noExec.toFile().list(), "what is left of the copy");
  }

  @Test
  void whereNoneWillDoAllReasonsAreTold() {
    Path none = folder.resolve("none");
    Consumer<Path> loader =
        copy -> {
          throw new UnsatisfiedLinkError("failed to map segment from shared object");
        };
    IOException thrown =
        assertThrows(
            IOException.class, () -> NativeLibrary.copyAndLoad(List.of(none, folder), loader));
    assertTrue(thrown.getMessage().contains("-Djava.io.tmpdir=DIR"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("NoSuchFileException: " + none));
    assertTrue(thrown.getMessage().contains("failed to map segment"));
  }

  @Test
  void whereTheDriverHasLoadedItAlreadyNoOtherIsLoaded() throws Exception {
    DriverManager.getConnection("jdbc:sqlite::memory:").close();
    NativeLibrary.load(List.of(folder), copy -> fail("a second library from " + copy));
  }
}
