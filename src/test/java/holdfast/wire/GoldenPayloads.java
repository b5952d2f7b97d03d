package holdfast.wire;

import java.util.HashMap;
import java.util.Map;

/// The payload of the first sample of each kind in `ClientCodecTest.payloads`, as text.
final class GoldenPayloads {
  private GoldenPayloads() {}

  static Map<Class<?>, String> byKind() {
    Map<Class<?>, String> all = new HashMap<>(ofAccounts());
    all.putAll(ofMessages());
    all.putAll(ofTheRest());
    return all;
  }

  private static Map<Class<?>, String> ofAccounts() {
    return Map.ofEntries(
        Map.entry(OkPayload.Existence.class, "{\"exists\":true}"),
        Map.entry(
            OkPayload.PasswordSet.class, "{\"token\":\"h1.t\",\"index\":\"i1.x\",\"acked\":3}"),
        Map.entry(OkPayload.Preferences.class, "{\"preferences\":{\"mute.@bob\":\"yes\"}}"));
  }

  private static Map<Class<?>, String> ofMessages() {
    return Map.ofEntries(
        Map.entry(OkPayload.Written.class, "{\"index\":\"i1.x\"}"),
        Map.entry(
            OkPayload.Sent.class,
            """
            {"conversation":"@bob","seq":4,"time":1790000000000,"index":"i1.x"}\
            """),
        Map.entry(
            OkPayload.Conversations.class,
            """
            {"conversations":[{"conversation":"@bob","last_seq":9,"read_seq":7,"unread":2,\
            "mentions":0,"last":{"seq":9,"sender":"bob","text":"hi 🐙","time":5}},{"conversation":"#r","last_seq":9,"read_seq":7,"unread":2,\
            "mentions":1,"last":{"seq":9,"sender":"bob","text":null,"time":5,"deleted":true}},\
            {"conversation":"#empty","last_seq":0,"read_seq":0,"unread":0,"mentions":0,\
            "last":null}],"more":false}\
            """),
        Map.entry(
            OkPayload.History.class,
            """
            {"messages":[{"seq":1,"sender":"bob","text":"hi","time":5,"edited":null,\
            "deleted":false,"reply_to":null,"reactions":{},"request_id":"r-1"},{"seq":2,\
            "sender":"alice","text":"hi","time":6,"edited":null,"deleted":false,"reply_to":1,\
            "reactions":{"🐙":["bob","alice"]},"sender_deleted":true}],"more":true}\
            """),
        Map.entry(OkPayload.Accepted.class, "{\"accepted\":true}"),
        Map.entry(
            OkPayload.Found.class,
            """
            {"messages":[{"conversation":"#r","seq":3,"sender":"bob","text":"hi","time":5,\
            "edited":9,"deleted":false,"reply_to":null,"reactions":{}},{"conversation":"@b",\
            "seq":3,"sender":"bob","text":"hi","time":5,"edited":9,"deleted":false,\
            "reply_to":null,"reactions":{}}],"next":"s1.x","more":true}\
            """));
  }

  private static Map<Class<?>, String> ofTheRest() {
    return Map.ofEntries(
        Map.entry(OkPayload.Empty.class, "{}"),
        Map.entry(OkPayload.HelpText.class, "{\"text\":\"one\\ntwo\"}"),
        Map.entry(
            OkPayload.Hello.class,
            """
            {"protocol":1,"cluster":"c","server_id":"2","role":"BACKUP","term":7,"primary":"1",\
            "servers":[{"server_id":"1","host":"::1","client_port":8091}],"solo":false}\
            """),
        Map.entry(
            OkPayload.Status.class,
            """
            {"servers":[{"server_id":"1","host":"h","client_port":8091,"peer_port":8081,\
            "role":"PRIMARY","term":7,"up":true,"last_index":12,"commit_index":11,\
            "applied_index":10,"voter":true,"lag_ms":0,"clients":4,"version":"0.1.0"},\
            {"server_id":"1","host":"h","client_port":8091,"peer_port":8081,"role":"PRIMARY",\
            "term":7,"up":true,"last_index":12,"commit_index":11,"applied_index":10,\
            "voter":true,"lag_ms":0,"clients":4,"version":"0.1.0"}],"primary":"1","term":7,\
            "quorum":3,"failures_tolerated":2,"solo":false,"warning":"the log is large"}\
            """),
        Map.entry(
            OkPayload.Registered.class, "{\"username\":\"alice\",\"index\":\"i1.x\",\"acked\":3}"),
        Map.entry(
            OkPayload.LoggedIn.class,
            """
            {"username":"alice","token":"h1.t","cursor":"c1.0.0","unread":{"messages":12,\
            "conversations":3},"last_seen":1790000000000,"reset":true}\
            """),
        Map.entry(
            OkPayload.Users.class,
            "{\"users\":[{\"username\":\"bob\",\"online\":true,\"last_seen\":5}],\"more\":true}"),
        Map.entry(
            OkPayload.Rooms.class,
            """
            {"rooms":[{"room":"#r","topic":"t","private":true,"members":2,"member":true}],\
            "more":false}\
            """),
        Map.entry(
            OkPayload.Members.class,
            """
            {"members":[{"username":"bob","role":"owner","online":false}],"more":false}\
            """),
        Map.entry(OkPayload.Synced.class, "{\"cursor\":\"c1.0.0\",\"more\":true,\"reset\":false}"));
  }
}
