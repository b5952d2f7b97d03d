package holdfast.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.client.HostPort;
import holdfast.console.ConsoleOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParameterException;

/// What `chat` makes of its arguments; no console is started.
final class ChatCommandTest {
  @TempDir Path folder;

  private String config = "";

  @BeforeEach
  void writeConfiguration() throws Exception {
    Path file = folder.resolve("servers.properties");
    Files.writeString(file, "server.1=127.0.0.1:18091:18081\nserver.2=127.0.0.1:18092:18082\n");
    config = "--config=" + file;
  }

  private ChatCommand chat(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "chat";
    all[1] = config;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return (ChatCommand)
        HoldfastCommand.commandLine().parseArgs(all).subcommand().commandSpec().userObject();
  }

  @Test
  void withoutAServerNamedItBeginsWithThoseOfTheFile() throws Exception {
    assertEquals(
        List.of(new HostPort("127.0.0.1", 18_091), new HostPort("127.0.0.1", 18_092)),
        chat().addresses());
  }

  @Test
  void serversNamedComeInPlaceOfTheFile() throws Exception {
    assertEquals(
        List.of(new HostPort("chat.example", 8_091), new HostPort("::1", 8_093)),
        chat("--server", "chat.example:8091", "--server", "[::1]:8093").addresses());
    config = "--config=" + folder.resolve("there-is-none");
    assertEquals(
        List.of(new HostPort("chat.example", 8_091)),
        chat("--server=chat.example:8091").addresses());
  }

  @Test
  void whatIsNoAddressIsBadUse() {
    ChatCommand chat = chat("--server", "chat.example");
    ParameterException refused = assertThrows(ParameterException.class, chat::addresses);
    assertTrue(refused.getMessage().contains("must be like 127.0.0.1:8091"), refused::getMessage);
  }

  @Test
  void whatIsNoThemeIsBadUseAndTheThemesAreNamed() {
    ChatCommand chat = chat("--theme", "purple");
    ParameterException refused = assertThrows(ParameterException.class, chat::options);
    assertEquals("--theme purple: must be dark, light or mono", refused.getMessage());
    assertEquals(Optional.of("MONO"), chat("--theme", "MONO").options().theme());
  }

  @Test
  void whoAndHowItLooksComeFromTheOptions() {
    ConsoleOptions options = chat("--user", "alice", "--theme", "light", "--plain").options();
    assertEquals("alice", options.user());
    assertEquals(Optional.of("light"), options.theme());
    assertTrue(options.plain());
    assertEquals(Optional.empty(), chat().options().theme());
  }
}
