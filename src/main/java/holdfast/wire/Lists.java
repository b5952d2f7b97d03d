package holdfast.wire;

import holdfast.replication.LogEntry;
import holdfast.replication.Member;
import holdfast.replication.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The arrays of peer frames and commands. The readers that take a parser stand on the opening
/// bracket and stop on the closing one.
final class Lists {
  private static final int PORT_MAX = 65_535;

  /// An array of integers, as read.
  record Numbers(List<Long> values) {}

  /// An array of objects, as read.
  record Rows(List<Fields> rows) {}

  private Lists() {}

  static Numbers numbers(JsonParser parser) throws FrameException {
    List<Long> values = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token != JsonToken.VALUE_NUMBER_INT
          || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw FrameException.badRequest("an array of integers has something else in it");
      }
      values.add(parser.getLongValue());
    }
    return new Numbers(values);
  }

  /// The same, but for an array with something else in it what skipping gives: whoever asks for the
  /// field will say what is wrong with it.
  static Object numbersOrOther(JsonParser parser) {
    List<Long> values = new ArrayList<>();
    boolean fits = true;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token == JsonToken.VALUE_NUMBER_INT
          && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        values.add(parser.getLongValue());
      } else {
        fits = false;
        parser.skipChildren();
      }
    }
    return fits ? new Numbers(values) : Fields.Odd.NESTED;
  }

  static Rows rows(JsonParser parser, Fields.Nested nested) throws FrameException {
    List<Fields> rows = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token != JsonToken.START_OBJECT) {
        throw FrameException.badRequest("an array of objects has something else in it");
      }
      Fields row = new Fields();
      row.read(parser, nested);
      rows.add(row);
    }
    return new Rows(rows);
  }

  static List<Long> numbers(Fields fields, String name) throws FrameException {
    return fields.needNested(name, Numbers.class, "an array of integers").values();
  }

  static List<Fields> rows(Fields fields, String name) throws FrameException {
    return fields.needNested(name, Rows.class, "an array of objects").rows();
  }

  static List<Member> members(Fields fields) throws FrameException {
    List<Member> members = new ArrayList<>();
    for (Fields row : rows(fields, "members")) {
      String host = host(row);
      ServerId id = serverId(row.needText("server_id"));
      if (members.stream().anyMatch(member -> member.id().equals(id))) {
        throw FrameException.badRequest("`members` has one twice");
      }
      members.add(
          new Member(
              id,
              host,
              port(row, "client_port"),
              port(row, "peer_port"),
              row.needFlag("voter"),
              row.text("member_key"),
              row.flag("moved")));
    }
    return members;
  }

  static String host(Fields fields) throws FrameException {
    String host = fields.needText("host");
    if (host.isEmpty()) {
      throw FrameException.badRequest("`host` is empty");
    }
    return host;
  }

  /// The ids that are never given again; none in entries of before there were any.
  static List<ServerId> retired(Fields fields, List<Member> members) throws FrameException {
    List<ServerId> retired = new ArrayList<>();
    if (!fields.has("retired")) {
      return retired;
    }
    for (long value : numbers(fields, "retired")) {
      if (value < 1
          || value > ServerId.MAX
          || members.stream().anyMatch(member -> member.id().value() == value)) {
        throw FrameException.badRequest("`retired` has a member in it, or no id");
      }
      retired.add(new ServerId((int) value));
    }
    return retired;
  }

  static List<LogEntry> entries(Fields fields) throws FrameException {
    List<LogEntry> entries = new ArrayList<>();
    for (Fields row : rows(fields, "entries")) {
      entries.add(new LogEntry(row.needCount("index"), row.needCount("term"), command(row)));
    }
    return entries;
  }

  static byte[] command(Fields fields) throws FrameException {
    return fields.needNested("command", byte[].class, "an object");
  }

  static Optional<List<ServerStatus>> servers(Fields fields) throws FrameException {
    if (!fields.has("servers")) {
      return Optional.empty();
    }
    List<ServerStatus> servers = new ArrayList<>();
    for (Fields row : rows(fields, "servers")) {
      servers.add(
          new ServerStatus(
              serverId(row.needText("server_id")).toString(),
              host(row),
              port(row, "client_port"),
              port(row, "peer_port"),
              row.needText("role"),
              row.needCount("term"),
              row.needFlag("up"),
              row.needCount("last_index"),
              row.needCount("commit_index"),
              row.needCount("applied_index"),
              row.needFlag("voter"),
              row.needCount("lag_ms"),
              row.needInt("clients"),
              row.needText("version"),
              vitals(row)));
    }
    return Optional.of(servers);
  }

  /// All of it or none: an older server says nothing of it.
  static Optional<Vitals> vitals(Fields row) throws FrameException {
    if (!row.has("up_since")) {
      return Optional.empty();
    }
    return Optional.of(
        new Vitals(
            row.needCount("up_since"), row.needCount("disk_used"), row.needCount("disk_free")));
  }

  /// A server's id from its one decimal form.
  static ServerId serverId(String text) throws FrameException {
    int value = 0;
    if (text.length() <= Integer.toString(ServerId.MAX).length()) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        value = c >= '0' && c <= '9' ? value * 10 + (c - '0') : ServerId.MAX + 1;
        if (value > ServerId.MAX) {
          break;
        }
      }
    }
    if (value < 1 || value > ServerId.MAX || !Integer.toString(value).equals(text)) {
      throw FrameException.badRequest("`server_id` must be a decimal number as a string");
    }
    return new ServerId(value);
  }

  static int port(Fields row, String name) throws FrameException {
    return (int) row.needInteger(name, 0, PORT_MAX);
  }
}
