package holdfast.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The fields of a JSON object as a tree, read by name.
record Tree(JsonNode node) {
  @FunctionalInterface
  interface ItemReader<T> {
    T read(Tree item) throws FrameException;
  }

  boolean has(String name) {
    JsonNode value = node.path(name);
    return !value.isMissingNode() && !value.isNull();
  }

  String text(String name) throws FrameException {
    return need(name, optionalText(name));
  }

  Optional<String> optionalText(String name) throws FrameException {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!node.path(name).isString()) {
      throw wrong(name, "a string");
    }
    return Optional.of(node.path(name).stringValue());
  }

  long number(String name) throws FrameException {
    return need(name, optionalNumber(name));
  }

  Optional<Long> optionalNumber(String name) throws FrameException {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode value = node.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name, "an integer");
    }
    return Optional.of(value.longValue());
  }

  int integer(String name) throws FrameException {
    long value = number(name);
    if (value != (int) value) {
      throw wrong(name, "a small integer");
    }
    return (int) value;
  }

  boolean flag(String name) throws FrameException {
    if (!node.path(name).isBoolean()) {
      throw wrong(name, "true or false");
    }
    return node.path(name).booleanValue();
  }

  Tree object(String name) throws FrameException {
    if (!node.path(name).isObject()) {
      throw wrong(name, "an object");
    }
    return new Tree(node.path(name));
  }

  <T> List<T> list(String name, ItemReader<T> reader) throws FrameException {
    if (!node.path(name).isArray()) {
      throw wrong(name, "an array");
    }
    List<T> items = new ArrayList<>();
    for (JsonNode item : node.path(name).values()) {
      items.add(reader.read(new Tree(item)));
    }
    return items;
  }

  List<String> texts(String name) throws FrameException {
    if (!node.path(name).isArray()) {
      throw wrong(name, "an array");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : node.path(name).values()) {
      if (!item.isString()) {
        throw wrong(name, "an array of strings");
      }
      texts.add(item.stringValue());
    }
    return texts;
  }

  List<Long> numbers(String name) throws FrameException {
    if (!node.path(name).isArray()) {
      throw wrong(name, "an array");
    }
    List<Long> numbers = new ArrayList<>();
    for (JsonNode item : node.path(name).values()) {
      if (!item.isIntegralNumber() || !item.canConvertToLong()) {
        throw wrong(name, "an array of integers");
      }
      numbers.add(item.longValue());
    }
    return numbers;
  }

  private static <T> T need(String name, Optional<T> value) throws FrameException {
    if (value.isEmpty()) {
      throw FrameException.badRequest("`" + name + "` is missing");
    }
    return value.get();
  }

  private static FrameException wrong(String name, String what) {
    return FrameException.badRequest("`" + name + "` must be " + what);
  }
}
