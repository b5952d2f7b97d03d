package holdfast.protocol;

import static holdfast.protocol.TestServers.credentials;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/// Makes a database with a little of everything in it, to be kept for the tests of later versions:
/// `src/test/resources/holdfast/storage/version-N.db.gz`. Run by hand with that file as its
/// argument, once for each version of the schema, before anything begins the next one.
public final class KeptDatabase {
  private KeptDatabase() {}

  public static void main(String[] arguments) throws Exception {
    Path kept = Path.of(arguments[0]);
    Path folder = Files.createTempDirectory("kept");
    try (TestServers servers = TestServers.start(folder, 1)) {
      talk(servers);
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(kept))) {
      Files.copy(folder.resolve("data/server-1/holdfast.db"), out);
    }
  }

  private static RawClient signUp(TestServers servers, String name) throws IOException {
    RawClient client = servers.client(1);
    client.ok("REGISTER", credentials(name));
    client.ok("LOGIN", credentials(name));
    return client;
  }

  private static void talk(TestServers servers) throws IOException {
    try (RawClient alice = signUp(servers, "alice");
        RawClient bob = signUp(servers, "bob");
        RawClient carol = signUp(servers, "carol")) {
      alice.ok("SEND", "{'to':'@bob','text':'hello bob'}", "'request_id':'a-1'");
      bob.ok("SEND", "{'to':'@alice','text':'hello alice','reply_to':1}", "'request_id':'b-1'");
      alice.ok("SEND", "{'to':'@bob','text':'two lines\\nand a \\ud83d\\ude00'}");
      bob.ok("MARK_READ", "{'conversation':'@alice','seq':3}", "'request_id':'b-2'");
      alice.ok("CREATE_ROOM", "{'room':'#hall','topic':'all of us'}", "'request_id':'a-2'");
      bob.ok("JOIN_ROOM", "{'room':'#hall'}");
      carol.ok("JOIN_ROOM", "{'room':'#hall'}");
      carol.ok("SEND", "{'to':'#hall','text':'anybody here?'}");
      bob.ok("SEND", "{'to':'#hall','text':'I am','reply_to':1}");
      carol.ok("LEAVE_ROOM", "{'room':'#hall'}");
      bob.ok("CREATE_ROOM", "{'room':'#inner','private':true}");
      carol.ok("CREATE_ROOM", "{'room':'#gone','topic':'not for long'}");
      carol.ok("LEAVE_ROOM", "{'room':'#gone'}");
      bob.error("ROOM_EXISTS", "CREATE_ROOM", "{'room':'#hall'}", "'request_id':'b-3'");
      carol.ok("LOGOUT", "{'all':true}");
    }
  }
}
