package holdfast.server;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Gathers what file, environment and `--set` give for each key; `--set` beats environment beats
/// file. Refuses keys that this version does not know. What the values mean is ServerConfig's
/// business.
final class ConfigReader {
  /// The largest file read, in bytes.
  static final long FILE_BYTES_MAX = 1L << 20;

  /// `server.` and a number as ServerId has it.
  static final Pattern SERVER_KEY = Pattern.compile("server\\.([1-9]\\d{0,3})");

  private static final Pattern SERVER_VARIABLE = Pattern.compile("HOLDFAST_SERVER_(\\d+)");
  private static final String PREFIX = "HOLDFAST_";
  private static final String LATER_VARIABLE_PREFIX = "HOLDFAST_TLS_";

  /// Variables of ours that are no configuration keys.
  private static final List<String> OTHER_VARIABLES = List.of("HOLDFAST_LOG", "HOLDFAST_JAVA_OPTS");

  private ConfigReader() {}

  /// Every key that is given somewhere, in the order of first mention.
  static Map<String, Given> read(Path file, Map<String, String> environment, List<String> sets)
      throws ConfigException {
    Map<String, Given> given = fromFile(file);
    // Sorted, so that of two mistakes the same one is reported every time.
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      Optional<Given> value = fromVariable(variable.getKey(), variable.getValue());
      value.ifPresent(v -> given.put(v.key(), v));
    }
    for (String set : sets) {
      Given value = fromSet(set);
      given.put(value.key(), value);
    }
    return given;
  }

  private static Map<String, Given> fromFile(Path file) throws ConfigException {
    Map<String, Given> given = new LinkedHashMap<>();
    int number = 0;
    for (String raw : text(file).split("\n", -1)) {
      number++;
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
        continue;
      }
      String where = file + ":" + number;
      int equals = line.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(where + ": not a line like key=value: " + line);
      }
      Given value =
          known(
              new Given(
                  line.substring(0, equals).strip(), line.substring(equals + 1).strip(), where));
      if (value.value().endsWith("\\")) {
        throw value.refusedUnseen("a value is one line; it cannot go on in the next with '\\'");
      }
      Given before = given.putIfAbsent(value.key(), value);
      if (before != null) {
        throw value.refusedUnseen(
            "given twice, first in line " + before.where().substring(file.toString().length() + 1));
      }
    }
    return given;
  }

  private static String text(Path file) throws ConfigException {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new ConfigException(file + ": larger than 1MiB; this is not a configuration file");
      }
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file; name the configuration with --config FILE");
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not UTF-8 text");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  private static Optional<Given> fromVariable(String name, String value) throws ConfigException {
    if (!name.startsWith(PREFIX) || OTHER_VARIABLES.contains(name)) {
      return Optional.empty();
    }
    String where = "environment variable " + name;
    Matcher server = SERVER_VARIABLE.matcher(name);
    if (server.matches()) {
      return Optional.of(known(new Given("server." + server.group(1), value, where)));
    }
    for (Setting setting : Setting.values()) {
      if (Setting.variable(setting.key()).equals(name)) {
        return Optional.of(new Given(setting.key(), value, where));
      }
    }
    String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    if (Setting.isLater(key) || name.startsWith(LATER_VARIABLE_PREFIX)) {
      throw notYet(new Given(key, value, where));
    }
    Optional<String> nearest = Setting.nearest(key);
    if (nearest.isPresent()) {
      throw new ConfigException(
          where + ": no such key; did you mean " + Setting.variable(nearest.get()) + "?");
    }
    // Not ours: container platforms make variables like HOLDFAST_SERVICE_HOST from a service's
    // name.
    return Optional.empty();
  }

  private static Given fromSet(String set) throws ConfigException {
    int equals = set.indexOf('=');
    if (equals < 1) {
      throw new ConfigException("--set " + set + ": must be --set key=value");
    }
    return known(
        new Given(set.substring(0, equals).strip(), set.substring(equals + 1).strip(), "--set"));
  }

  private static Given known(Given given) throws ConfigException {
    String key = given.key();
    if (Setting.named(key).isPresent() || SERVER_KEY.matcher(key).matches()) {
      return given;
    }
    if (Setting.isLater(key)) {
      throw notYet(given);
    }
    if (key.startsWith("server")) {
      throw given.refusedUnseen(
          "no such key; a server is server.N=HOST:CLIENT_PORT:PEER_PORT with N from 1 to 4095"
              + " without leading zeros");
    }
    throw given.refusedUnseen(
        Setting.nearest(key)
            .map(nearest -> "no such key; did you mean " + nearest + "?")
            .orElse(
                "no such key; known are server.N"
                    + Arrays.stream(Setting.values())
                        .map(setting -> ", " + setting.key())
                        .collect(Collectors.joining())));
  }

  private static ConfigException notYet(Given given) {
    return given.refusedUnseen(
        "not in this version of Holdfast, which would not do what the key asks; remove it");
  }
}
