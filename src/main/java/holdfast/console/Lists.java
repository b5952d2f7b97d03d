package holdfast.console;

import holdfast.wire.OkPayload;
import holdfast.wire.ServerStatus;
import holdfast.wire.TermText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/// Lists of accounts, rooms, conversations and servers, as rows of text in columns.
final class Lists {
  private static final String MORE = "… and more";

  private Lists() {}

  static List<String> users(OkPayload.Users users, LongFunction<String> time) {
    List<List<String>> rows = new ArrayList<>();
    for (OkPayload.User user : users.users()) {
      String seen = user.lastSeen() == 0 ? "" : "last seen " + time.apply(user.lastSeen());
      rows.add(List.of("@" + user.username(), user.online() ? "online" : seen));
    }
    return listed(rows, users.more(), "No such account.");
  }

  static List<String> rooms(OkPayload.Rooms rooms) {
    List<List<String>> rows = new ArrayList<>();
    for (OkPayload.RoomInfo room : rooms.rooms()) {
      rows.add(
          List.of(
              room.room(),
              count(room.members(), "member"),
              (room.member() ? "yours" : "") + (room.isPrivate() ? " private" : ""),
              room.topic()));
    }
    return listed(rows, rooms.more(), "No such room. /create #NAME opens one.");
  }

  static List<String> members(OkPayload.Members members) {
    List<List<String>> rows = new ArrayList<>();
    for (OkPayload.MemberInfo member : members.members()) {
      rows.add(
          List.of(
              "@" + member.username(),
              member.role().equals("member") ? "" : member.role(),
              member.online() ? "online" : ""));
    }
    return listed(rows, members.more(), "Nobody.");
  }

  static List<String> conversations(OkPayload.Conversations conversations) {
    List<List<String>> rows = new ArrayList<>();
    for (OkPayload.Conversation c : conversations.conversations()) {
      rows.add(
          List.of(
              c.conversation(),
              c.unread() == 0 ? "" : c.unread() + " unread",
              c.last().map(last -> last.sender() + ": " + last.text()).orElse("")));
    }
    return listed(rows, conversations.more(), "No conversations yet. @NAME TEXT begins one.");
  }

  /// `3 unread in 2 conversations: @bob 2, #team 1`
  static String unread(OkPayload.LoggedIn login, OkPayload.Conversations conversations) {
    if (login.unreadMessages() == 0) {
      return "Nothing unread.";
    }
    List<String> each =
        conversations.conversations().stream()
            .filter(c -> c.unread() > 0)
            .map(c -> c.conversation() + " " + c.unread())
            .toList();
    String sum =
        login.unreadMessages() + " unread in " + count(login.unreadConversations(), "conversation");
    boolean all = each.size() >= login.unreadConversations();
    return each.isEmpty() ? sum + "." : sum + ": " + String.join(", ", each) + (all ? "." : ", …");
  }

  static List<String> status(OkPayload.Status status) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("server", "address", "role", "applied", "behind", "clients"));
    for (ServerStatus server : status.servers()) {
      rows.add(
          List.of(
              server.serverId(),
              server.host() + ":" + server.clientPort(),
              server.up() ? server.role() + (server.voter() ? "" : " (learner)") : "down",
              Long.toString(server.appliedIndex()),
              server.up() ? server.lagMs() + " ms" : "",
              server.up() ? Integer.toString(server.clients()) : ""));
    }
    List<String> lines = new ArrayList<>(table(rows));
    lines.add(
        status.primary().map(id -> "Server " + id + " is primary").orElse("There is no primary")
            + " in term "
            + TermText.of(status.term())
            + "; "
            + count(status.failuresTolerated(), "more server")
            + " may fail"
            + status.why().map(why -> ": " + why).orElse(".")
            + (status.solo() ? " It is on its own." : ""));
    return lines;
  }

  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static List<String> listed(List<List<String>> rows, boolean more, String ifNone) {
    if (rows.isEmpty()) {
      return List.of(ifNone);
    }
    List<String> lines = new ArrayList<>(table(rows));
    if (more) {
      lines.add(MORE);
    }
    return lines;
  }

  /// Columns as wide as their widest cell, two spaces apart. What others wrote is made safe first,
  /// so that it is as wide as it looks.
  static List<String> table(List<List<String>> rows) {
    List<List<String>> safe =
        rows.stream().map(row -> row.stream().map(Safe::line).toList()).toList();
    List<String> lines = new ArrayList<>();
    for (List<String> row : safe) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int widest = safe.stream().mapToInt(r -> Wrapping.width(r.get(at))).max().orElse(0);
        String cell = row.get(column);
        line.append(cell);
        if (widest > 0) {
          line.append(" ".repeat(widest - Wrapping.width(cell) + 2));
        }
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
