package holdfast.protocol;

import holdfast.protocol.TestServers.Door;
import holdfast.wire.ClientCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every request with every error of its own that docs/PROTOCOL.md says it can give: who asks for
/// what, and which error that gets, at a primary and at a backup alike. `EveryErrorTest` asks,
/// `tidy/ErrorTableTest` holds the table to the page.
///
/// The world it speaks of:
/// - alice owns #open, #secret, which is private, and #alone, where nobody else is. mona and mike
///   are moderators of #open, bob is a member of it. carol is in no room. #over is closed.
/// - In #open, alice said 1, to which there are twenty kinds of emoji, and bob 2 and 3, of which 3
///   is deleted. In #secret, alice said 1. To bob she said 1, and he 2.
/// - grim blocks alice; before, she said 1 to him, and he 2. gone has deleted the account; before,
///   alice said 1 there.
/// - full has 100 preferences, roomy is in 1,000 rooms. The password of guessed was given wrongly
///   five times within a minute; curious has asked EXISTS forty times in a row.
/// - alice has used the `request_id` "used". nobody is not logged in.
/// - operator has shown the proof, and so have hasty, who asks when the server `<spare>`, which is
///   neither of the two that are asked, has just died; patient, who asks until that is known; and
///   hurried, who asks at the same time as another. One more is fetching a backup of every server.
public final class ErrorTable {
  /// One request that is refused.
  ///
  /// @param extras fields of the frame itself, as `RawClient` takes them
  /// @param only where it is asked; empty: everywhere
  public record Row(
      String type,
      String who,
      String payload,
      String code,
      List<String> extras,
      Optional<Door> only) {
    public Row {
      extras = List.copyOf(extras);
    }
  }

  private static final String ROWS =
      """
      HELLO | nobody | {'client':7} | BAD_REQUEST
      PING | nobody | [] | BAD_REQUEST
      HELP | nobody | [] | BAD_REQUEST
      QUIT | nobody | [] | BAD_REQUEST
      STATUS | nobody | [] | BAD_REQUEST

      EXISTS | nobody | {'username':'#x'} | BAD_REQUEST
      EXISTS | curious | {'username':'alice'} | RATE_LIMITED

      REGISTER | nobody | {'username':'new','password':'1234567'} | BAD_REQUEST
      REGISTER | nobody | {'username':'alice','password':'correct horse'} | USERNAME_TAKEN
      REGISTER | nobody | {'username':'gone','password':'correct horse'} | USERNAME_TAKEN
      REGISTER | nobody | {'username':'bob','password':'not his own'} | USERNAME_TAKEN | 'request_id':'signed-up'

      LOGIN | nobody | {'username':'bob'} | BAD_REQUEST
      LOGIN | nobody | {'username':'bob','password':'x','token':'x'} | BAD_REQUEST
      LOGIN | nobody | {'username':'bob','password':'x','cursor':'x'} | BAD_REQUEST
      LOGIN | nobody | {'username':'bob','password':'not his own'} | BAD_CREDENTIALS
      LOGIN | nobody | {'username':'gone','password':'correct horse'} | BAD_CREDENTIALS
      LOGIN | nobody | {'username':'no-such','password':'correct horse'} | BAD_CREDENTIALS
      LOGIN | nobody | {'token':'no such'} | BAD_CREDENTIALS
      LOGIN | guessed | {'username':'guessed','password':'correct horse'} | RATE_LIMITED

      LOGOUT | alice | {'all':1} | BAD_REQUEST
      LOGOUT | alice | {'all':true} | BAD_REQUEST | 'request_id':'used'

      SET_PASSWORD | alice | {'old':'correct horse','new':'1234567'} | BAD_REQUEST
      SET_PASSWORD | alice | {'old':'correct horse','new':'battery staple'} | BAD_REQUEST | 'request_id':'used'
      SET_PASSWORD | carol | {'old':'not her own','new':'battery staple'} | BAD_CREDENTIALS
      SET_PASSWORD | guessed | {'old':'correct horse','new':'battery staple'} | RATE_LIMITED

      DELETE_ACCOUNT | alice | {} | BAD_REQUEST
      DELETE_ACCOUNT | alice | {'password':7} | BAD_REQUEST
      DELETE_ACCOUNT | alice | {'password':'correct horse'} | BAD_REQUEST | 'request_id':'used'
      DELETE_ACCOUNT | carol | {'password':'not her own'} | BAD_CREDENTIALS
      DELETE_ACCOUNT | guessed | {'password':'correct horse'} | RATE_LIMITED

      SET_PREFERENCE | alice | {'name':'No','value':'x'} | BAD_REQUEST
      SET_PREFERENCE | alice | {'name':'page','value':'9'} | BAD_REQUEST | 'request_id':'used'
      SET_PREFERENCE | full | {'name':'one-more','value':'x'} | LIMIT

      BLOCK | alice | {'username':'@bob'} | BAD_REQUEST
      BLOCK | alice | {'username':'alice'} | BAD_REQUEST
      BLOCK | alice | {'username':'bob'} | BAD_REQUEST | 'request_id':'used'
      BLOCK | alice | {'username':'no-such'} | NO_SUCH_USER
      BLOCK | alice | {'username':'gone'} | NO_SUCH_USER

      UNBLOCK | grim | {} | BAD_REQUEST
      UNBLOCK | alice | {'username':'grim'} | BAD_REQUEST | 'request_id':'used'
      UNBLOCK | grim | {'username':'no-such'} | NO_SUCH_USER

      SEND | alice | {'to':'@bob','text':' '} | BAD_REQUEST
      SEND | alice | {'to':'@bob','text':'x'} | BAD_REQUEST | 'request_id':'used'
      SEND | alice | {'to':'@no-such','text':'x'} | NO_SUCH_USER
      SEND | alice | {'to':'@gone','text':'x'} | NO_SUCH_USER
      SEND | alice | {'to':'#no-such','text':'x'} | NO_SUCH_ROOM
      SEND | alice | {'to':'#over','text':'x'} | NO_SUCH_ROOM
      SEND | alice | {'to':'@bob','text':'x','reply_to':3} | NO_SUCH_MESSAGE
      SEND | alice | {'to':'#open','text':'x','reply_to':4} | NO_SUCH_MESSAGE
      SEND | carol | {'to':'#open','text':'x','reply_to':4} | NO_SUCH_MESSAGE
      SEND | alice | {'to':'@grim','text':'x','reply_to':3} | NO_SUCH_MESSAGE
      SEND | alice | {'to':'@gone','text':'x','reply_to':2} | NO_SUCH_MESSAGE
      SEND | carol | {'to':'#open','text':'x'} | NOT_A_MEMBER
      SEND | carol | {'to':'#secret','text':'x'} | NOT_A_MEMBER
      SEND | carol | {'to':'#secret','text':'x','reply_to':2} | NOT_A_MEMBER
      SEND | alice | {'to':'@grim','text':'x'} | BLOCKED

      EDIT | alice | {'conversation':'@bob','seq':0,'text':'x'} | BAD_REQUEST
      EDIT | alice | {'conversation':'@bob','seq':1,'text':'x'} | BAD_REQUEST | 'request_id':'used'
      EDIT | alice | {'conversation':'@no-such','seq':1,'text':'x'} | NO_SUCH_USER
      EDIT | alice | {'conversation':'@gone','seq':1,'text':'x'} | NO_SUCH_USER
      EDIT | alice | {'conversation':'#no-such','seq':1,'text':'x'} | NO_SUCH_ROOM
      EDIT | alice | {'conversation':'#over','seq':1,'text':'x'} | NO_SUCH_ROOM
      EDIT | alice | {'conversation':'@bob','seq':3,'text':'x'} | NO_SUCH_MESSAGE
      EDIT | bob | {'conversation':'#open','seq':3,'text':'x'} | NO_SUCH_MESSAGE
      EDIT | alice | {'conversation':'@gone','seq':2,'text':'x'} | NO_SUCH_MESSAGE
      EDIT | carol | {'conversation':'#open','seq':1,'text':'x'} | NOT_A_MEMBER
      EDIT | carol | {'conversation':'#secret','seq':2,'text':'x'} | NOT_A_MEMBER
      EDIT | alice | {'conversation':'@grim','seq':1,'text':'x'} | BLOCKED
      EDIT | alice | {'conversation':'@grim','seq':2,'text':'x'} | BLOCKED
      EDIT | alice | {'conversation':'@bob','seq':2,'text':'x'} | FORBIDDEN
      EDIT | alice | {'conversation':'#open','seq':2,'text':'x'} | FORBIDDEN

      DELETE | alice | {'conversation':'@bob','seqs':[]} | BAD_REQUEST
      DELETE | alice | {'conversation':'@bob','seq':1,'for':'him'} | BAD_REQUEST
      DELETE | alice | {'conversation':'@bob','seq':1} | BAD_REQUEST | 'request_id':'used'
      DELETE | alice | {'conversation':'@no-such','seq':1} | NO_SUCH_USER
      DELETE | alice | {'conversation':'#no-such','seq':1} | NO_SUCH_ROOM
      DELETE | alice | {'conversation':'#over','seq':1} | NO_SUCH_ROOM
      DELETE | alice | {'conversation':'@bob','seqs':[1,3]} | NO_SUCH_MESSAGE
      DELETE | alice | {'conversation':'@bob','seq':3,'for':'me'} | NO_SUCH_MESSAGE
      DELETE | carol | {'conversation':'#open','seq':1} | NOT_A_MEMBER
      DELETE | carol | {'conversation':'#open','seq':1,'for':'me'} | NOT_A_MEMBER
      DELETE | carol | {'conversation':'#secret','seq':2} | NOT_A_MEMBER
      DELETE | alice | {'conversation':'@bob','seqs':[1,2]} | FORBIDDEN
      DELETE | bob | {'conversation':'#open','seq':1} | FORBIDDEN

      REACT | alice | {'conversation':'@bob','seq':1,'emoji':'a b'} | BAD_REQUEST
      REACT | alice | {'conversation':'@bob','seq':2,'emoji':'+'} | BAD_REQUEST | 'request_id':'used'
      REACT | alice | {'conversation':'@no-such','seq':1,'emoji':'+'} | NO_SUCH_USER
      REACT | alice | {'conversation':'@gone','seq':1,'emoji':'+'} | NO_SUCH_USER
      REACT | alice | {'conversation':'#no-such','seq':1,'emoji':'+'} | NO_SUCH_ROOM
      REACT | alice | {'conversation':'#over','seq':1,'emoji':'+'} | NO_SUCH_ROOM
      REACT | alice | {'conversation':'@bob','seq':3,'emoji':'+'} | NO_SUCH_MESSAGE
      REACT | alice | {'conversation':'#open','seq':3,'emoji':'+'} | NO_SUCH_MESSAGE
      REACT | carol | {'conversation':'#open','seq':1,'emoji':'+'} | NOT_A_MEMBER
      REACT | carol | {'conversation':'#open','seq':1,'emoji':'+','remove':true} | NOT_A_MEMBER
      REACT | carol | {'conversation':'#secret','seq':2,'emoji':'+'} | NOT_A_MEMBER
      REACT | alice | {'conversation':'@grim','seq':2,'emoji':'+'} | BLOCKED
      REACT | alice | {'conversation':'#open','seq':1,'emoji':'+'} | LIMIT

      TYPING | alice | {'conversation':'bob'} | BAD_REQUEST
      TYPING | alice | {'conversation':'@no-such'} | NO_SUCH_USER
      TYPING | alice | {'conversation':'#no-such'} | NO_SUCH_ROOM
      TYPING | alice | {'conversation':'#over'} | NO_SUCH_ROOM
      TYPING | carol | {'conversation':'#open'} | NOT_A_MEMBER

      MARK_READ | alice | {'conversation':'@bob','seq':-1} | BAD_REQUEST
      MARK_READ | alice | {'conversation':'@bob','seq':2} | BAD_REQUEST | 'request_id':'used'
      MARK_READ | alice | {'conversation':'@no-such','seq':1} | NO_SUCH_USER
      MARK_READ | alice | {'conversation':'#no-such','seq':1} | NO_SUCH_ROOM
      MARK_READ | alice | {'conversation':'#over','seq':1} | NO_SUCH_ROOM
      MARK_READ | carol | {'conversation':'#open','seq':1} | NOT_A_MEMBER
      MARK_READ | carol | {'conversation':'#secret','seq':9} | NOT_A_MEMBER

      CREATE_ROOM | alice | {'room':'new'} | BAD_REQUEST
      CREATE_ROOM | alice | {'room':'#new'} | BAD_REQUEST | 'request_id':'used'
      CREATE_ROOM | carol | {'room':'#open'} | ROOM_EXISTS
      CREATE_ROOM | carol | {'room':'#secret'} | ROOM_EXISTS
      CREATE_ROOM | roomy | {'room':'#open'} | ROOM_EXISTS
      CREATE_ROOM | roomy | {'room':'#new'} | LIMIT

      JOIN_ROOM | alice | {'room':7} | BAD_REQUEST
      JOIN_ROOM | alice | {'room':'#room-0'} | BAD_REQUEST | 'request_id':'used'
      JOIN_ROOM | carol | {'room':'#no-such'} | NO_SUCH_ROOM
      JOIN_ROOM | carol | {'room':'#over'} | NO_SUCH_ROOM
      JOIN_ROOM | carol | {'room':'#secret'} | FORBIDDEN
      JOIN_ROOM | roomy | {'room':'#secret'} | FORBIDDEN
      JOIN_ROOM | roomy | {'room':'#open'} | LIMIT

      LEAVE_ROOM | alice | {} | BAD_REQUEST
      LEAVE_ROOM | alice | {'room':'#open'} | BAD_REQUEST | 'request_id':'used'
      LEAVE_ROOM | alice | {'room':'#no-such'} | NO_SUCH_ROOM
      LEAVE_ROOM | alice | {'room':'#over'} | NO_SUCH_ROOM
      LEAVE_ROOM | carol | {'room':'#open'} | NOT_A_MEMBER

      INVITE | alice | {'room':'#open'} | BAD_REQUEST
      INVITE | alice | {'room':'#secret','username':'bob'} | BAD_REQUEST | 'request_id':'used'
      INVITE | alice | {'room':'#secret','username':'no-such'} | NO_SUCH_USER
      INVITE | alice | {'room':'#secret','username':'gone'} | NO_SUCH_USER
      INVITE | alice | {'room':'#no-such','username':'no-such'} | NO_SUCH_USER
      INVITE | alice | {'room':'#no-such','username':'bob'} | NO_SUCH_ROOM
      INVITE | alice | {'room':'#over','username':'bob'} | NO_SUCH_ROOM
      INVITE | carol | {'room':'#open','username':'bob'} | NOT_A_MEMBER
      INVITE | carol | {'room':'#secret','username':'carol'} | NOT_A_MEMBER
      INVITE | bob | {'room':'#open','username':'carol'} | FORBIDDEN

      KICK | alice | {'username':'bob'} | BAD_REQUEST
      KICK | alice | {'room':'#open','username':'bob'} | BAD_REQUEST | 'request_id':'used'
      KICK | alice | {'room':'#open','username':'no-such'} | NO_SUCH_USER
      KICK | alice | {'room':'#open','username':'gone'} | NO_SUCH_USER
      KICK | alice | {'room':'#no-such','username':'bob'} | NO_SUCH_ROOM
      KICK | alice | {'room':'#over','username':'bob'} | NO_SUCH_ROOM
      KICK | carol | {'room':'#open','username':'bob'} | NOT_A_MEMBER
      KICK | alice | {'room':'#open','username':'carol'} | NOT_A_MEMBER
      KICK | bob | {'room':'#open','username':'mona'} | FORBIDDEN
      KICK | mona | {'room':'#open','username':'mike'} | FORBIDDEN
      KICK | mona | {'room':'#open','username':'alice'} | FORBIDDEN
      KICK | mona | {'room':'#open','username':'mona'} | FORBIDDEN
      KICK | alice | {'room':'#open','username':'alice'} | FORBIDDEN

      SET_ROLE | alice | {'room':'#open','username':'bob','role':'king'} | BAD_REQUEST
      SET_ROLE | alice | {'room':'#open','username':'bob','role':'owner'} | BAD_REQUEST | 'request_id':'used'
      SET_ROLE | alice | {'room':'#open','username':'no-such','role':'owner'} | NO_SUCH_USER
      SET_ROLE | alice | {'room':'#open','username':'gone','role':'owner'} | NO_SUCH_USER
      SET_ROLE | alice | {'room':'#no-such','username':'bob','role':'owner'} | NO_SUCH_ROOM
      SET_ROLE | alice | {'room':'#over','username':'bob','role':'owner'} | NO_SUCH_ROOM
      SET_ROLE | carol | {'room':'#open','username':'bob','role':'owner'} | NOT_A_MEMBER
      SET_ROLE | alice | {'room':'#open','username':'carol','role':'owner'} | NOT_A_MEMBER
      SET_ROLE | bob | {'room':'#open','username':'bob','role':'owner'} | FORBIDDEN
      SET_ROLE | mona | {'room':'#open','username':'bob','role':'moderator'} | FORBIDDEN
      SET_ROLE | alice | {'room':'#alone','username':'alice','role':'member'} | FORBIDDEN

      SET_TOPIC | alice | {'room':'#open'} | BAD_REQUEST
      SET_TOPIC | alice | {'room':'#open','topic':'x'} | BAD_REQUEST | 'request_id':'used'
      SET_TOPIC | alice | {'room':'#no-such','topic':'x'} | NO_SUCH_ROOM
      SET_TOPIC | alice | {'room':'#over','topic':'x'} | NO_SUCH_ROOM
      SET_TOPIC | carol | {'room':'#open','topic':'x'} | NOT_A_MEMBER
      SET_TOPIC | bob | {'room':'#open','topic':'x'} | FORBIDDEN

      USERS | alice | {'limit':201} | BAD_REQUEST
      PREFERENCES | alice | [] | BAD_REQUEST

      CONVERSATIONS | alice | {'after':'bob'} | BAD_REQUEST
      CONVERSATIONS | alice | {'after':'@no-such'} | NO_SUCH_USER
      CONVERSATIONS | alice | {'after':'#no-such'} | NO_SUCH_ROOM
      CONVERSATIONS | alice | {'after':'#over'} | NO_SUCH_ROOM

      HISTORY | alice | {'conversation':'@bob','before':2,'after':1} | BAD_REQUEST
      HISTORY | alice | {'conversation':'@no-such'} | NO_SUCH_USER
      HISTORY | alice | {'conversation':'#no-such'} | NO_SUCH_ROOM
      HISTORY | alice | {'conversation':'#over'} | NO_SUCH_ROOM
      HISTORY | carol | {'conversation':'#open'} | NOT_A_MEMBER
      HISTORY | carol | {'conversation':'#secret'} | NOT_A_MEMBER

      SEARCH | alice | {'query':'?!'} | BAD_REQUEST
      SEARCH | alice | {'query':'x','before':'x'} | BAD_REQUEST
      SEARCH | alice | {'query':'x','conversation':'@no-such'} | NO_SUCH_USER
      SEARCH | alice | {'query':'x','conversation':'#no-such'} | NO_SUCH_ROOM
      SEARCH | alice | {'query':'x','conversation':'#over'} | NO_SUCH_ROOM
      SEARCH | carol | {'query':'x','conversation':'#open'} | NOT_A_MEMBER

      ROOMS | alice | {'pattern':'a b'} | BAD_REQUEST

      MEMBERS | alice | {'room':'@bob'} | BAD_REQUEST
      MEMBERS | alice | {'room':'#no-such'} | NO_SUCH_ROOM
      MEMBERS | alice | {'room':'#over'} | NO_SUCH_ROOM
      MEMBERS | carol | {'room':'#secret'} | NOT_A_MEMBER

      SYNC | alice | {'cursor':'x'} | BAD_REQUEST

      ADMIN | nobody | {'proof':7} | BAD_REQUEST
      ADMIN | nobody | {'proof':'00'} | FORBIDDEN

      ADD_SERVER | alice | {'server_id':'5','host':'127.0.0.1','client_port':7,'peer_port':9} | FORBIDDEN
      ADD_SERVER | operator | {'server_id':'5','client_port':7,'peer_port':9} | BAD_REQUEST
      ADD_SERVER | operator | {'server_id':'5','host':'0.0.0.0','client_port':7,'peer_port':9} | BAD_REQUEST
      ADD_SERVER | operator | {'server_id':'2','host':'127.0.0.1','client_port':7,'peer_port':9} | BAD_REQUEST

      REMOVE_SERVER | alice | {'server_id':'2'} | FORBIDDEN
      REMOVE_SERVER | operator | {'server_id':2} | BAD_REQUEST
      REMOVE_SERVER | operator | {'server_id':'9'} | BAD_REQUEST

      MOVE_SERVER | alice | {'server_id':'2','host':'127.0.0.1','client_port':7,'peer_port':9} | FORBIDDEN
      MOVE_SERVER | operator | {'server_id':'2'} | BAD_REQUEST
      MOVE_SERVER | operator | {'server_id':'9','host':'127.0.0.1','client_port':7,'peer_port':9} | BAD_REQUEST

      REPLACE_SERVER | alice | {'server_id':'2','successor':'5','host':'::1','client_port':7,'peer_port':9} | FORBIDDEN
      REPLACE_SERVER | operator | {'server_id':'2','host':'::1','client_port':7,'peer_port':9} | BAD_REQUEST
      REPLACE_SERVER | operator | {'server_id':'9','successor':'8','host':'::1','client_port':7,'peer_port':9} | BAD_REQUEST

      TRANSFER_PRIMARY | alice | {'server_id':'2'} | FORBIDDEN
      TRANSFER_PRIMARY | operator | {'server_id':'two'} | BAD_REQUEST
      TRANSFER_PRIMARY | operator | {'server_id':'9'} | BAD_REQUEST | PRIMARY
      TRANSFER_PRIMARY | operator | {'server_id':'9'} | NO_PRIMARY | BACKUP
      TRANSFER_PRIMARY | hasty | {'server_id':'<spare>'} | TIMEOUT | PRIMARY
      TRANSFER_PRIMARY | patient | {'server_id':'<spare>'} | BEHIND | PRIMARY

      BACKUP_DATABASE | alice | {} | FORBIDDEN
      BACKUP_DATABASE | operator | {'offset':-1} | BAD_REQUEST
      BACKUP_DATABASE | operator | {'offset':0} | BAD_REQUEST
      BACKUP_DATABASE | operator | {} | BUSY

      CHECK | alice | {} | FORBIDDEN
      CHECK | operator | {'log_index':'1'} | BAD_REQUEST
      CHECK | operator | {'log_index':9007199254740991} | BEHIND
      CHECK | hurried | {} | BUSY

      SURVIVE | alice | {} | FORBIDDEN
      SURVIVE | operator | {} | BAD_REQUEST

      UNREPLAYABLE | alice | {} | FORBIDDEN
      UNREPLAYABLE | operator | {'after':-1} | BAD_REQUEST
      UNREPLAYABLE | operator | {'forget':'all'} | BAD_REQUEST
      """;

  private ErrorTable() {}

  /// All rows; among them, for every request that needs a login, that nobody may ask it.
  public static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    ROWS.lines().filter(line -> !line.isBlank()).map(ErrorTable::row).forEach(rows::add);
    for (String type : ClientCodec.requestTypes()) {
      if (ClientCodec.needsLogin(type)) {
        rows.add(
            new Row(
                type,
                "nobody",
                "{'seq':0}",
                "NOT_LOGGED_IN",
                List.of("'ack':7"),
                Optional.empty()));
      }
    }
    return rows;
  }

  private static Row row(String line) {
    List<String> cells = List.of(line.split(" \\| ", -1));
    String last = cells.size() == 5 ? cells.get(4) : "";
    boolean isDoor = !last.isEmpty() && !last.startsWith("'");
    return new Row(
        cells.get(0),
        cells.get(1),
        cells.get(2),
        cells.get(3),
        last.isEmpty() || isDoor ? List.of() : List.of(last),
        isDoor ? Optional.of(Door.valueOf(last)) : Optional.empty());
  }
}
