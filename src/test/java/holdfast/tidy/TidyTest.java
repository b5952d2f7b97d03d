package holdfast.tidy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which package may use what (docs/DESIGN.md, the layers).
class TidyTest {
  /// What each package may import besides itself and `check`.
  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("check", Set.of()),
              Map.entry("replication", Set.of()),
              Map.entry("chat", Set.of()),
              Map.entry("wire", Set.of("chat", "replication")),
              Map.entry("storage", Set.of("chat", "replication")),
              Map.entry("transport", Set.of("wire")),
              Map.entry("server", Set.of("chat", "replication", "wire", "storage", "transport")),
              Map.entry("client", Set.of("wire", "transport")),
              Map.entry("console", Set.of("client", "wire")),
              Map.entry("operate", Set.of("wire", "replication", "storage", "server")),
              Map.entry("demo", Set.of("operate", "client", "wire", "replication", "server")),
              Map.entry("bench", Set.of("demo", "operate", "wire", "replication", "server")),
              Map.entry(
                  "command",
                  Set.of(
                      "chat",
                      "replication",
                      "wire",
                      "storage",
                      "transport",
                      "server",
                      "client",
                      "console",
                      "operate",
                      "demo",
                      "bench"))));

  private static JavaClasses classes;

  @BeforeAll
  static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("holdfast");
    assertTrue(classes.contain("holdfast.check.Check"));
  }

  @Test
  void everyPackageHasItsPlaceInTheTable() {
    Set<String> unknown = new TreeSet<>();
    for (JavaClass type : classes) {
      String layer = layer(type);
      if (!layer.isEmpty() && !MAY_IMPORT.containsKey(layer)) {
        unknown.add(layer);
      }
    }
    assertEquals(Set.of(), unknown);
  }

  /// The package right below `holdfast`; empty for the main class.
  private static String layer(JavaClass type) {
    String[] parts = type.getPackageName().split("\\.", -1);
    return parts.length < 2 ? "" : parts[1];
  }

  @Test
  void packagesImportOnlyWhatTheTableAllows() {
    for (Map.Entry<String, Set<String>> row : MAY_IMPORT.entrySet()) {
      List<String> forbidden = new ArrayList<>(List.of("holdfast"));
      for (String other : MAY_IMPORT.keySet()) {
        boolean allowed =
            other.equals(row.getKey()) || other.equals("check") || row.getValue().contains(other);
        if (!allowed) {
          forbidden.add("holdfast." + other + "..");
        }
      }
      check(
          noClasses()
              .that()
              .resideInAPackage("holdfast." + row.getKey() + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(forbidden.toArray(String[]::new)));
    }
  }

  @Test
  void theMainClassOnlyPicksACommand() {
    check(
        noClasses()
            .that()
            .resideInAPackage("holdfast")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "holdfast", "holdfast.command..", "picocli.."));
  }

  @Test
  void packagesDoNotDependOnEachOtherInACircle() {
    slices().matching("holdfast.(*)..").should().beFreeOfCycles().check(classes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"holdfast.replication..", "holdfast.chat.."})
  void purePackagesTouchNothingOutside(String pure) {
    check(
        noClasses()
            .that()
            .resideInAPackage(pure)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.io..",
                "java.net..",
                "java.nio..",
                "java.sql..",
                "java.util.concurrent..",
                "java.util.logging..",
                "java.time..",
                "javax..",
                "org.slf4j.."));
    check(
        noClasses()
            .that()
            .resideInAPackage(pure)
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                "java..", "holdfast..", "com.google.errorprone.annotations.."));
    // Threads, clocks and random sources are handed in.
    check(
        noClasses()
            .that()
            .resideInAPackage(pure)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(Thread.class.getName())
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.security.SecureRandom")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.SplittableRandom")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.random.RandomGeneratorFactory")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.UUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis"));
  }

  @Test
  void onlyCommandsEndTheProcess() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("holdfast", "holdfast.command..")
            .should()
            .callMethod(System.class, "exit", int.class));
  }

  /// Some packages of the table may not exist yet, so a rule may find nothing to look at.
  private static void check(ClassesShouldConjunction rule) {
    rule.allowEmptyShould(true).check(classes);
  }
}
