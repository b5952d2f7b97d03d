package holdfast.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// What a reader may count on in every source file: its length, its functions' length, its words.
class SourceRulesTest {
  private static final int FILE_LINES_MAX = 600;
  private static final int FUNCTION_LINES_MAX = 70;
  private static final Path SOURCES = Path.of("src");

  /// Split, so that this file does not break its own rule.
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
      assertTrue(found.size() > 10, "no sources below " + SOURCES.toAbsolutePath());
      return found;
    }
  }

  @Test
  void filesAreShortAndFinished() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path file : files()) {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() > FILE_LINES_MAX) {
        faults.add(file + " has " + lines.size() + " lines");
      }
      for (int i = 0; i < lines.size(); i++) {
        if (UNFINISHED.matcher(lines.get(i)).find()) {
          faults.add(file + ":" + (i + 1) + " is marked as unfinished");
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void functionsFitAScreenAndPublicTypesSayWhatTheyAre() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> faults = new ArrayList<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files()));
      Iterable<? extends CompilationUnitTree> units = task.parse();
      Trees trees = Trees.instance(task);
      for (CompilationUnitTree unit : units) {
        new Rules(unit, trees, faults).scan(unit, null);
      }
    }
    assertEquals(List.of(), faults);
  }

  private static final class Rules extends TreePathScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final Trees trees;
    private final List<String> faults;
    private final boolean product;

    Rules(CompilationUnitTree unit, Trees trees, List<String> faults) {
      this.unit = unit;
      this.trees = trees;
      this.faults = faults;
      product = unit.getSourceFile().getName().contains("main");
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      if (method.getBody() == null) {
        return super.visitMethod(method, null);
      }
      // From the opening brace on: a table of samples in an annotation is not the function.
      SourcePositions positions = trees.getSourcePositions();
      long first = line(positions.getStartPosition(unit, method.getBody()));
      long last = line(positions.getEndPosition(unit, method.getBody()));
      if (last - first + 1 > FUNCTION_LINES_MAX) {
        fault(first, method.getName() + " has " + (last - first + 1) + " lines");
      }
      return super.visitMethod(method, null);
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      TreePath path = getCurrentPath();
      boolean topLevel = path.getParentPath().getLeaf() instanceof CompilationUnitTree;
      boolean isPublic = type.getModifiers().getFlags().contains(Modifier.PUBLIC);
      if (product && topLevel && isPublic && trees.getDocComment(path) == null) {
        long first = line(trees.getSourcePositions().getStartPosition(unit, type));
        fault(first, type.getSimpleName() + " does not say what it is");
      }
      return super.visitClass(type, null);
    }

    private long line(long position) {
      return unit.getLineMap().getLineNumber(position);
    }

    private void fault(long line, String what) {
      faults.add(unit.getSourceFile().getName() + ":" + line + " " + what);
    }
  }
}
