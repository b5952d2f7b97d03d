package holdfast.console;

import holdfast.client.ChatClient;
import holdfast.client.ChatError;
import holdfast.client.ChatException;
import holdfast.wire.ErrorCode;
import holdfast.wire.Names;
import holdfast.wire.OkPayload;
import java.util.Locale;
import java.util.Optional;

/// The dialogue at the door: sign in, or sign up.
final class SignIn {
  private static final String NAME_RULE =
      "A name has 1 to 32 letters, digits, _ . or -, and begins with a letter or a digit."
          + " Capital letters count as small ones.";

  private static final int PASSWORD_MIN = 8;
  private static final int PASSWORD_MAX = 256;
  private static final String PASSWORD_RULE =
      "A password has 8 to 256 characters. Nobody can tell it to you if you forget it.";

  /// How it ended.
  sealed interface Result {
    record In(OkPayload.LoggedIn login, boolean isNew) implements Result {}

    /// The person wants to go.
    record Left() implements Result {}

    /// There was no more input.
    record NoInput() implements Result {}
  }

  private final Screen screen;
  private final Talk talk;
  private final ChatClient client;

  /// Offered for the next attempt; nothing at first, unless given with the command.
  private String name;

  SignIn(Screen screen, Talk talk, ChatClient client, String name) {
    this.screen = screen;
    this.talk = talk;
    this.client = client;
    this.name = name;
  }

  Result run() {
    boolean nameGiven = !name.isEmpty();
    if (!nameGiven) {
      talk.info("Sign in with your name, or /register to sign up. /quit leaves.");
    }
    while (true) {
      String typed = "";
      if (!nameGiven) {
        Optional<String> line =
            screen.readLine(name.isEmpty() ? "name: " : "name [" + name + "]: ");
        if (line.isEmpty()) {
          return new Result.NoInput();
        }
        typed = line.get().strip();
      }
      nameGiven = false;
      Optional<Result> result = typed.startsWith("/") ? command(typed) : named(typed);
      if (result.isPresent()) {
        return result.get();
      }
    }
  }

  /// Empty: not signed in yet.
  private Optional<Result> command(String line) {
    InputParser.Words words = InputParser.Words.of(line.substring(1));
    switch (words.first().toLowerCase(Locale.ROOT)) {
      case "quit", "exit" -> {
        return Optional.of(new Result.Left());
      }
      case "register" -> {
        return register(words.rest());
      }
      case "password" -> {
        return password(words.rest());
      }
      case "delete-account" -> {
        return deleteAccount(words.rest());
      }
      case "help" -> {
        talk.info("Type your name and then your password, or /register NAME to sign up.");
        talk.info("/password NAME sets another one, /delete-account NAME deletes the account.");
        talk.info(NAME_RULE + " " + PASSWORD_RULE);
      }
      default -> talk.error("First sign in, or /register. /quit leaves.");
    }
    return Optional.empty();
  }

  private Optional<Result> named(String typed) {
    String chosen = typed.isEmpty() ? name : typed;
    Optional<String> account = account(chosen);
    if (account.isEmpty()) {
      if (!chosen.isEmpty()) {
        talk.error(NAME_RULE);
      }
      return Optional.empty();
    }
    name = account.get();
    Optional<String> password = screen.readSecret("password: ");
    if (password.isEmpty()) {
      return Optional.of(new Result.NoInput());
    }
    return password.get().isEmpty() ? Optional.empty() : login(password.get(), false);
  }

  private static Optional<String> account(String text) {
    return Names.account(text.startsWith("@") ? text.substring(1) : text);
  }

  private Optional<Result> login(String password, boolean isNew) {
    try {
      return Optional.of(new Result.In(ChatClient.await(client.login(name, password)), isNew));
    } catch (ChatError e) {
      if (e.code() == ErrorCode.BAD_CREDENTIALS) {
        talk.error(
            "No account fits this name and password. Try again, or /register "
                + name
                + " to sign up.");
      } else {
        talk.error(Words.failure(e));
      }
    } catch (ChatException e) {
      talk.error(Words.failure(e));
    }
    return Optional.empty();
  }

  /// As far as that can be asked; signing up says it for certain.
  private boolean isTaken(String account) {
    try {
      return ChatClient.await(client.exists(account)).exists();
    } catch (ChatException e) {
      return false;
    }
  }

  /// Signs in, and sets another password.
  private Optional<Result> password(String given) {
    Optional<String> account = account(given.isEmpty() ? name : given);
    if (account.isEmpty()) {
      talk.error("Whose? /password NAME.");
      return Optional.empty();
    }
    name = account.get();
    Optional<String> old = screen.readSecret("old password: ");
    Optional<String> chosen = newPassword("new password: ");
    Optional<String> again = onceMore(chosen);
    if (old.isEmpty() || chosen.isEmpty() || again.isEmpty()) {
      return Optional.of(new Result.NoInput());
    }
    if (chosen.get().isEmpty()) {
      talk.info("The password stays.");
      return Optional.empty();
    }
    if (!chosen.equals(again)) {
      talk.error("The two are not the same. /password tries again.");
      return Optional.empty();
    }
    Optional<Result> in = login(old.get(), false);
    if (in.isPresent()) {
      try {
        ChatClient.await(client.setPassword(old.get(), chosen.get()));
        talk.info("The password is changed; other screens of the account are signed out.");
      } catch (ChatException e) {
        talk.error("The password is the old one. " + Words.failure(e));
      }
    }
    return in;
  }

  /// Deletes an account, after asking twice.
  private Optional<Result> deleteAccount(String given) {
    Optional<String> account = account(given);
    if (account.isEmpty()) {
      talk.error("Whose? /delete-account NAME.");
      return Optional.empty();
    }
    name = account.get();
    talk.info("This deletes " + name + " for good. What it said stays; its name is not given out");
    talk.info("again. Its name once more goes on, anything else does not.");
    Optional<String> sure = screen.readLine("name: ");
    Optional<String> password = sure.flatMap(_ -> screen.readSecret("password: "));
    if (sure.isEmpty() || password.isEmpty()) {
      return Optional.of(new Result.NoInput());
    }
    if (!account(sure.get().strip()).equals(account)) {
      talk.info("Nothing is deleted.");
      return Optional.empty();
    }
    if (login(password.get(), false).isPresent()) {
      try {
        ChatClient.await(client.deleteAccount(password.get()));
        talk.info(name + " is deleted.");
        name = "";
      } catch (ChatException e) {
        talk.error(Words.failure(e));
      }
    }
    return Optional.empty();
  }

  /// Asked for until it is as long as it must be, so that nobody types one twice that is refused;
  /// nothing at all gives up. On a pipe the server says what is wrong with it.
  private Optional<String> newPassword(String prompt) {
    while (true) {
      Optional<String> password = screen.readSecret(prompt);
      int length = password.map(text -> text.codePointCount(0, text.length())).orElse(0);
      boolean fits = length >= PASSWORD_MIN && length <= PASSWORD_MAX;
      if (length == 0 || fits || !screen.echoes()) {
        return password;
      }
      talk.error("That has " + Lists.count(length, "character") + ". Another one, or nothing.");
    }
  }

  /// The same again, from whoever has not given up.
  private Optional<String> onceMore(Optional<String> password) {
    boolean typed = screen.echoes() && password.isPresent() && !password.get().isEmpty();
    return typed ? screen.readSecret("once more: ") : password;
  }

  private Optional<Result> register(String given) {
    Optional<String> account = account(given.isEmpty() ? name : given);
    if (account.isEmpty()) {
      talk.info(NAME_RULE);
      Optional<String> typed = screen.readLine("new name: ");
      if (typed.isEmpty()) {
        return Optional.of(new Result.NoInput());
      }
      account = account(typed.get().strip());
    }
    if (account.isEmpty()) {
      talk.error("That is not a name. /register tries again.");
      return Optional.empty();
    }
    name = account.get();
    if (isTaken(name)) {
      talk.error(name + " is taken. /register NAME tries another one.");
      return Optional.empty();
    }
    talk.info("Signing up as " + name + ". " + PASSWORD_RULE);
    Optional<String> password = newPassword("password: ");
    Optional<String> again = onceMore(password);
    if (password.isEmpty() || again.isEmpty()) {
      return Optional.of(new Result.NoInput());
    }
    if (password.get().isEmpty()) {
      talk.info("Nobody signed up.");
      return Optional.empty();
    }
    if (!password.get().equals(again.get())) {
      talk.error("The two are not the same. /register tries again.");
      return Optional.empty();
    }
    try {
      ChatClient.await(client.register(name, password.get()));
    } catch (ChatException e) {
      talk.error(Words.failure(e));
      return Optional.empty();
    }
    return login(password.get(), true);
  }
}
