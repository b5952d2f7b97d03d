package holdfast.simulation;

import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.Patch;
import com.github.difflib.patch.PatchFailedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A deliberate mistake: one source file as a patch makes it, compiled in memory, and the whole
/// simulation loaded once more around it.
final class Mutant {
  static final Path FOLDER = Path.of("src/test/resources/mutants");

  private static final String PATCH = ".patch";
  private static final String PATH_PREFIX = "--- a/";

  private final String name;
  private final LongFunction<String> judge;

  private Mutant(String name, LongFunction<String> judge) {
    this.name = name;
    this.judge = judge;
  }

  /// The patch's file name, without its ending.
  String name() {
    return name;
  }

  /// What `seed` found wrong with it, or "".
  String judge(long seed) {
    return judge.apply(seed);
  }

  /// Every mutant's name, in order.
  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(PATCH))
          .map(file -> file.substring(0, file.length() - PATCH.length()))
          .sorted()
          .toList();
    }
  }

  /// Applies the patch, which must fit the sources as they are, and compiles it.
  static Mutant load(String name) throws IOException {
    List<String> diff = Files.readAllLines(FOLDER.resolve(name + PATCH));
    Path file =
        Path.of(
            diff.stream()
                .filter(line -> line.startsWith(PATH_PREFIX))
                .findFirst()
                .orElseThrow(() -> new IOException(name + " names no file"))
                .substring(PATH_PREFIX.length()));
    Patch<String> patch = UnifiedDiffUtils.parseUnifiedDiff(diff);
    String source;
    try {
      source = String.join("\n", patch.applyFuzzy(Files.readAllLines(file), 0));
    } catch (PatchFailedException e) {
      throw new IOException(name + " does not fit " + file + " any more; make it anew", e);
    }
    Loader loader = new Loader(compile(name, file, source));
    try {
      Object judge = loader.loadClass(SeedJudge.class.getName()).getConstructor().newInstance();
      @SuppressWarnings("unchecked")
      LongFunction<String> typed = (LongFunction<String>) judge;
      return new Mutant(name, typed);
    } catch (ReflectiveOperationException e) {
      throw new IOException(name + " cannot be loaded", e);
    }
  }

  private static Map<String, byte[]> compile(String name, Path file, String source)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (MemoryFiles files =
        new MemoryFiles(compiler.getStandardFileManager(problems, null, null))) {
      boolean compiled =
          compiler
              .getTask(
                  null,
                  files,
                  problems,
                  List.of("-proc:none", "-nowarn"),
                  null,
                  List.of(new MemorySource(file, source)))
              .call();
      if (!compiled) {
        throw new IOException(name + " does not compile: " + problems.getDiagnostics());
      }
      return files.classes();
    }
  }

  private static final class MemorySource extends SimpleJavaFileObject {
    private final String source;

    MemorySource(Path file, String source) {
      super(URI.create("string:///" + file.getFileName()), Kind.SOURCE);
      this.source = source;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return source;
    }
  }

  /// Keeps what the compiler writes.
  private static final class MemoryFiles extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

    MemoryFiles(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      written.put(className, bytes);
      return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return bytes;
        }
      };
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      written.forEach((className, bytes) -> classes.put(className, bytes.toByteArray()));
      return classes;
    }
  }

  /// Defines every class of the project itself: the changed ones as compiled, the others from the
  /// same files as ever.
  private static final class Loader extends ClassLoader {
    private static final String OURS = "holdfast.";

    private final Map<String, byte[]> changed;

    Loader(Map<String, byte[]> changed) {
      super(Mutant.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String className, boolean resolve) throws ClassNotFoundException {
      if (!className.startsWith(OURS)) {
        return super.loadClass(className, resolve);
      }
      synchronized (getClassLoadingLock(className)) {
        Class<?> loaded = findLoadedClass(className);
        return loaded != null ? loaded : define(className);
      }
    }

    private Class<?> define(String className) throws ClassNotFoundException {
      byte[] bytes = changed.get(className);
      if (bytes == null) {
        String file = className.replace('.', '/') + ".class";
        try (InputStream in = getParent().getResourceAsStream(file)) {
          if (in == null) {
            throw new ClassNotFoundException(className);
          }
          bytes = in.readAllBytes();
        } catch (IOException e) {
          throw new ClassNotFoundException(className, e);
        }
      }
      return defineClass(className, bytes, 0, bytes.length);
    }
  }
}
