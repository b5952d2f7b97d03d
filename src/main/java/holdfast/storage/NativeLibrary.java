package holdfast.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.core.NativeDB;
import org.sqlite.util.LibraryLoaderUtil;

/// SQLite's native library, which must be a file to be loaded. The driver would copy it from its
/// jar into the temporary folder and remove it when the program ends; one that is killed would
/// leave its copy, a megabyte each time. Here the copy is removed once it is loaded. Besides, what
/// is in the temporary folder may not be executed on some machines; then the database's own folder
/// will do.
///
/// A process must have the library once. Of two copies JNI binds each native method to whichever it
/// comes upon when the method is first called, and the functions of the one are given what the
/// other has opened: the process ends with a segmentation fault, or does not, as the copies' names
/// hash. So nothing is loaded where the driver has been used before.
final class NativeLibrary {
  /// Names the folder to load the library from, for whoever has it in one.
  private static final String FOLDER = "org.sqlite.lib.path";

  /// Where the driver removes what programs have left that were killed.
  private static final String LEFT_IN = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /// Loads the library, unless it is.
  ///
  /// @param file a database, to whose folder it is copied for a moment if the temporary folder will
  ///   not do
  /// @throws IOException it can be loaded from neither, or this is no platform that the driver has
  ///   a library for
  static synchronized void load(Path file) throws IOException {
    if (loaded || System.getProperty(FOLDER) != null) {
      return;
    }
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    load(List.of(temporary, file.toAbsolutePath().getParent()), NativeLibrary::loadFile);
    loaded = true;
  }

  @SuppressWarnings("restricted")
  private static void loadFile(Path copy) {
    System.load(copy.toString());
  }

  /// Loads it with `loader` from the first of `folders` that will do, unless the driver has it.
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // It is what the driver holds while it loads.
  static void load(List<Path> folders, Consumer<Path> loader) throws IOException {
    synchronized (SQLiteJDBCLoader.class) {
      if (isThere()) {
        return;
      }
      Path copy = copyAndLoad(folders, loader);
      System.setProperty(FOLDER, copy.getParent().toString());
      System.setProperty(LEFT_IN, copy.getParent().toString());
      try {
        SQLiteJDBCLoader.initialize();
      } catch (Exception e) {
        throw new IOException("SQLite's native library cannot be used: " + e.getMessage(), e);
      } finally {
        System.clearProperty(FOLDER);
        System.clearProperty(LEFT_IN);
        remove(copy);
      }
    }
  }

  /// Whether a native method of the driver's can be called, which loads nothing by itself.
  private static boolean isThere() throws IOException {
    try {
      new NativeDB("", "", new SQLiteConfig()).libversion();
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    } catch (SQLException e) {
      throw new IOException("SQLite's driver cannot be used: " + e.getMessage(), e);
    }
  }

  /// The copy, in a folder of its own in the first of `folders` from which `loader` can load it.
  static Path copyAndLoad(List<Path> folders, Consumer<Path> loader) throws IOException {
    List<String> reasons = new ArrayList<>();
    for (Path folder : folders) {
      try {
        Path copy = copy(folder);
        try {
          loader.accept(copy);
          return copy;
        } catch (UnsatisfiedLinkError e) {
          remove(copy);
          reasons.add(e.getMessage());
        }
      } catch (IOException e) {
        reasons.add(e.toString());
      }
    }
    throw new IOException(
        "SQLite's native library can be loaded from none of "
            + folders
            + "; name a folder that may be written to and executed from"
            + " (JDK_JAVA_OPTIONS=-Djava.io.tmpdir=DIR): "
            + String.join("; ", reasons));
  }

  private static Path copy(Path folder) throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    try (InputStream library = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IOException("the driver has none for this platform, " + resource);
      }
      Path copy =
          Files.createTempDirectory(folder.toAbsolutePath(), "holdfast-sqlite-").resolve(name);
      try {
        Files.copy(library, copy);
      } catch (IOException e) {
        remove(copy);
        throw e;
      }
      return copy;
    }
  }

  private static void remove(Path copy) throws IOException {
    Files.deleteIfExists(copy);
    Files.deleteIfExists(copy.getParent());
  }
}
