package holdfast.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Notes in a file which JDK the build runs the tests on and with which class path, for scripts.
public final class TestJava {
  private TestJava() {}

  public static void main(String[] arguments) throws IOException {
    Files.write(
        Path.of(arguments[0]),
        List.of(System.getProperty("java.home"), System.getProperty("java.class.path")));
  }
}
