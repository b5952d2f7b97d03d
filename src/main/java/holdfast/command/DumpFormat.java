package holdfast.command;

import holdfast.console.Safe;
import holdfast.storage.StoredChat;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// How a dump is written.
sealed interface DumpFormat {
  void summary(StoredChat.Summary summary);

  void account(StoredChat.AccountRow account);

  void room(StoredChat.StoredRoom room);

  void conversation(StoredChat.ConversationSummary conversation);

  void message(StoredChat.StoredMessage message);

  /// For people.
  record Text(PrintWriter out) implements DumpFormat {
    @Override
    public void summary(StoredChat.Summary summary) {
      out.printf(
          "cluster %s, everything up to log index %d (%s)%n",
          summary.clusterId(), summary.appliedIndex(), Times.utc(summary.time()));
    }

    @Override
    public void account(StoredChat.AccountRow account) {
      out.printf(
          "account %s, registered %s, last seen %s%n",
          account.username(), Times.utc(account.created()), Times.utc(account.lastSeen()));
    }

    @Override
    public void room(StoredChat.StoredRoom room) {
      String members =
          room.members().stream()
              .map(member ->
                  member.username() + " (" + member.role().name().toLowerCase(Locale.ROOT) + ")")
              .collect(Collectors.joining(", "));
      out.printf(
          "room %s%s%s, topic \"%s\": %s%n",
          room.name(),
          room.isPrivate() ? ", private" : "",
          room.closed() ? ", closed" : "",
          Safe.line(room.topic()),
          members.isEmpty() ? "nobody" : members);
    }

    @Override
    public void conversation(StoredChat.ConversationSummary conversation) {
      out.printf(
          "conversation %s: %d messages, the last one of %s%n",
          conversation.name(), conversation.messages(), Times.utc(conversation.lastTime()));
    }

    @Override
    public void message(StoredChat.StoredMessage message) {
      out.printf(
          "%s  %s  %d%s  %s: %s%n",
          Times.utc(message.time()),
          message.conversation(),
          message.seq(),
          message.replyTo().map(seq -> " (to " + seq + ")").orElse(""),
          message.sender(),
          Safe.text(message.text()).replace("\n", "\n    "));
    }
  }

  /// For programs.
  record Json(PrintWriter out) implements DumpFormat {
    private static final JsonMapper MAPPER = new JsonMapper();

    @Override
    public void summary(StoredChat.Summary summary) {
      Map<String, Object> fields = fields("server");
      fields.put("cluster_id", summary.clusterId());
      fields.put("applied_index", summary.appliedIndex());
      fields.put("time", summary.time());
      line(fields);
    }

    @Override
    public void account(StoredChat.AccountRow account) {
      Map<String, Object> fields = fields("account");
      fields.put("username", account.username());
      fields.put("created", account.created());
      fields.put("last_seen", account.lastSeen());
      line(fields);
    }

    @Override
    public void room(StoredChat.StoredRoom room) {
      Map<String, Object> fields = fields("room");
      fields.put("room", room.name());
      fields.put("topic", room.topic());
      fields.put("private", room.isPrivate());
      fields.put("closed", room.closed());
      fields.put("members", room.members().stream().map(Json::member).toList());
      line(fields);
    }

    private static Map<String, String> member(StoredChat.StoredMember member) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("username", member.username());
      fields.put("role", member.role().name().toLowerCase(Locale.ROOT));
      return fields;
    }

    @Override
    public void conversation(StoredChat.ConversationSummary conversation) {
      Map<String, Object> fields = fields("conversation");
      fields.put("conversation", conversation.name());
      fields.put("messages", conversation.messages());
      fields.put("last_seq", conversation.lastSeq());
      fields.put("last_time", conversation.lastTime());
      line(fields);
    }

    @Override
    public void message(StoredChat.StoredMessage message) {
      Map<String, Object> fields = fields("message");
      fields.put("conversation", message.conversation());
      fields.put("seq", message.seq());
      fields.put("sender", message.sender());
      fields.put("time", message.time());
      message.replyTo().ifPresent(seq -> fields.put("reply_to", seq));
      fields.put("text", message.text());
      line(fields);
    }

    private static Map<String, Object> fields(String type) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("type", type);
      return fields;
    }

    private void line(Map<String, Object> fields) {
      out.println(MAPPER.writeValueAsString(fields));
    }
  }
}
