package holdfast.server;

/// A key's value as somebody gave it, and where: `servers.properties:12`, an environment variable,
/// `--set`, or by default.
record Given(String key, String value, String where) {
  /// A refusal of this value, for people.
  ConfigException refused(String why) {
    return new ConfigException(where + ": " + key + "=" + value + ": " + why);
  }

  /// A refusal that does not print the value.
  ConfigException refusedUnseen(String why) {
    return new ConfigException(where + ": " + key + ": " + why);
  }
}
