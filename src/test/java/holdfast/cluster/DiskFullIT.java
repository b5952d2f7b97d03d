package holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One server's disk fills up under load. Needs the right to mount a small tmpfs.
final class DiskFullIT {
  private static final String ROOM = "#ledger";
  private static final String SIZE = "size=12m";
  private static final int BALLAST_STEP_BYTES = 64 << 10;

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  @Test
  void aFullDiskOfThePrimaryCostsItsOfficeAndNoMessage() throws Exception {
    try (ServerProcesses servers = ServerProcesses.create(3, ServerProcesses.CALM)) {
      boolean mounted = true;
      for (int number : servers.all()) {
        Files.createDirectories(servers.directory(number));
        mounted &= run("mount", "-t", "tmpfs", "-o", SIZE, "holdfast-it", folder(servers, number));
      }
      try {
        if (mounted) {
          assertRecovery(servers);
        }
      } finally {
        servers.stopAll();
        for (int number : servers.all()) {
          run("umount", folder(servers, number));
        }
      }
      servers.passed();
      assumeTrue(mounted, "mounting a tmpfs is not allowed here");
    }
  }

  private static String folder(ServerProcesses servers, int number) {
    return servers.directory(number).toString();
  }

  private static void assertRecovery(ServerProcesses servers) throws Exception {
    servers.startAll();
    int first = servers.awaitPrimary();
    // All at the one whose disk will fill.
    try (Writers writers =
        Writers.start(3, ROOM, servers.clientPorts(), List.of(servers.clientPort(first)))) {
      int full = servers.awaitPrimary();
      Path ballast = servers.directory(full).resolve("ballast");
      fill(ballast);
      // Whether it hands over, answers DISK_FULL or ends: the writers get their answers.
      writers.awaitMore(50);
      servers.awaitPrimary(servers.allBut(full));
      // It answers reads from what it has, and STATUS.
      servers.status(full);
      Files.delete(ballast);
      assertTrue(servers.isAlive(full), "a server must outlive a full disk");
      writers.awaitMore(10);
      servers.awaitPrimary();
      writers.stop();
      writers.check(servers, servers.all());
      System.out.println("full disk: longest gap " + writers.longestGapMs() + " ms");
    }
  }

  /// Until not one byte more goes in.
  private static void fill(Path ballast) throws Exception {
    try (var out = Files.newOutputStream(ballast)) {
      int step = BALLAST_STEP_BYTES;
      while (step > 0) {
        try {
          out.write(new byte[step]);
        } catch (java.io.IOException e) {
          step /= 2;
        }
      }
    }
  }
}
