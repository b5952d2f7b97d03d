package holdfast.command;

import holdfast.replication.ServerId;
import holdfast.server.ServerConfig;
import holdfast.storage.StoreException;
import holdfast.storage.StoredChat;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Prints what a server's database file, or a backup, holds.
@Command(
    name = "dump",
    description = "Print a server's accounts, rooms, conversations and messages from its database.",
    footer = {
      "",
      "The server may run or not; its file is only read, and it does not notice. Messages come in",
      "the order in which they were sent. With --json each line is one JSON object.",
      "Exit status: 0 printed, 4 the file is none of a server's or damaged, 1 anything else.",
      "Examples: admin dump --server 2        admin dump --file monday.backup --json",
      "          admin dump --server 2 --conversation '@alice @bob'"
    },
    mixinStandardHelpOptions = true)
final class AdminDumpCommand implements Callable<Integer> {
  /// Where the database is.
  static final class Source {
    @Option(
        names = "--server",
        paramLabel = "N",
        converter = ServerIdConverter.class,
        description = "The server of the file whose data directory is on this machine.")
    private Optional<ServerId> server = Optional.empty();

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "A database file: holdfast.db of a server, or a backup.")
    private Optional<Path> file = Optional.empty();
  }

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source source = new Source();

  @Option(
      names = "--conversation",
      paramLabel = "NAME",
      description = "Only its messages: '#room', or '@one @other' as the list shows it.")
  private Optional<String> conversation = Optional.empty();

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Mixin private CommonOptions options = new CommonOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Path database;
    if (source.file.isPresent()) {
      database = source.file.get();
    } else {
      ServerConfig config = options.load();
      ServerId id = source.server.orElseThrow();
      config.server(id);
      database = config.directory(id).resolve("holdfast.db");
    }
    PrintWriter out = spec.commandLine().getOut();
    print(database, json ? new DumpFormat.Json(out) : new DumpFormat.Text(out));
    out.flush();
    return out.checkError() ? HoldfastCommand.FAILED : 0;
  }

  private void print(Path database, DumpFormat format) throws StoreException {
    try (StoredChat chat = StoredChat.open(database)) {
      if (conversation.isEmpty()) {
        format.summary(chat.summary());
        chat.accounts(format::account);
        chat.rooms(format::room);
        chat.conversations(format::conversation);
      }
      chat.messages(conversation, format::message);
    }
  }
}
