package holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  void aFolderThatWillNotDoIsPassedOver() throws IOException {
    Path copy = NativeLibrary.copyAndLoad(List.of(folder.resolve("none"), folder));
    assertTrue(copy.startsWith(folder), copy.toString());
  }

  @Test
  void whereNoneWillDoAllReasonsAreTold() {
    List<Path> folders = List.of(folder.resolve("none"), folder.resolve("neither"));
    IOException thrown = assertThrows(IOException.class, () -> NativeLibrary.copyAndLoad(folders));
    assertTrue(thrown.getMessage().contains("-Djava.io.tmpdir=DIR"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("NoSuchFileException: " + folders.getLast()));
  }
}
