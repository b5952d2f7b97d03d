package holdfast.command;

import holdfast.operate.AdminException;
import holdfast.wire.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/// What a command says to the operator, and what it asks.
record Dialog(CommandSpec spec) {
  void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  /// Whether the next line is `yes`; `purpose` ends the sentence "Type yes to".
  boolean confirmed(String purpose) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.print("Type yes to " + purpose + ": ");
    out.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    return Optional.ofNullable(in.readLine()).map(line -> line.strip().equals("yes")).orElse(false);
  }

  /// The exit status of a wish that the cluster refuses. Throws what is a failure instead.
  int refused(AdminException failure) throws AdminException {
    if (!failure.code().equals(ErrorCode.BAD_REQUEST.name())) {
      throw failure;
    }
    spec.commandLine().getErr().println("holdfast: refused: " + failure.getMessage());
    return HoldfastCommand.REFUSED;
  }
}
