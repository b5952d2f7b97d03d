package holdfast.console;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// What is said, line by line, in a file of the person's choice. A file that cannot be written is
/// given up.
final class LogFile {
  private Optional<Writer> writer = Optional.empty();

  /// Goes on with another file, or with none; tells the person.
  void open(Optional<String> file, Draft draft) {
    close();
    if (file.isEmpty()) {
      draft.info("Nothing is logged.");
      return;
    }
    try {
      Path path = Path.of(file.get().replaceFirst("^~(?=/)", System.getProperty("user.home")));
      writer =
          Optional.of(
              Files.newBufferedWriter(
                  path,
                  StandardCharsets.UTF_8,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND));
      draft.info("What is said goes to " + path + ". /log off ends that.");
    } catch (IOException | InvalidPathException e) {
      draft.error("Not logged: " + e);
    }
  }

  void write(Deed.Print print, Dates dates) {
    if (writer.isEmpty() || !(print.entry() instanceof Entry.Message message)) {
      return;
    }
    String line =
        dates.day(message.time())
            + " "
            + dates.time(message.time())
            + " "
            + print.conversation()
            + " "
            + Safe.line(message.sender())
            + ": "
            + Safe.text(message.text()).replace("\n", "\n  ")
            + "\n";
    try {
      writer.get().write(line);
      writer.get().flush();
    } catch (IOException e) {
      close();
    }
  }

  void close() {
    try {
      if (writer.isPresent()) {
        writer.get().close();
      }
    } catch (IOException e) {
      // Nothing more can be done for it.
    } finally {
      writer = Optional.empty();
    }
  }
}
