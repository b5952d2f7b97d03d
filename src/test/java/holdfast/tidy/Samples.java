package holdfast.tidy;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Makes a value of any record of the wire, with every optional part present, so that its encoded
/// form shows every field it can have. A record that is added, or a component, is sampled without
/// anything being written here.
final class Samples {
  /// Every text in a sample; no field has this name.
  static final String TEXT = "sample";

  private final Map<Class<?>, Object> given = new HashMap<>();

  /// Uses `value` wherever a `type` is wanted.
  <T> Samples with(Class<T> type, T value) {
    given.put(type, value);
    return this;
  }

  /// One value of each record below the sealed interface (or record) `type`.
  <T> List<T> each(Class<T> type) {
    List<T> samples = new ArrayList<>();
    for (Class<?> record : records(type)) {
      samples.add(type.cast(of(record)));
    }
    return samples;
  }

  private static List<Class<?>> records(Class<?> type) {
    List<Class<?>> found = new ArrayList<>();
    if (type.isRecord()) {
      found.add(type);
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        found.addAll(records(permitted));
      }
    }
    return found;
  }

  private Object of(Type type) {
    if (type instanceof ParameterizedType generic) {
      return ofGeneric((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
    }
    Class<?> plain = (Class<?>) type;
    if (given.containsKey(plain)) {
      return given.get(plain);
    }
    if (plain.isRecord()) {
      return ofRecord(plain);
    }
    if (plain.isEnum()) {
      // The last one, since defaults stand first and are left out of frames.
      Object[] constants = plain.getEnumConstants();
      return constants[constants.length - 1];
    }
    if (plain.isSealed()) {
      return of(records(plain).getFirst());
    }
    return ofBasic(plain);
  }

  private static Object ofBasic(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "String" -> TEXT;
      case "int" -> 1;
      case "long", "Long" -> 1L;
      case "boolean", "Boolean" -> true;
      case "OptionalInt" -> OptionalInt.of(1);
      case "OptionalLong" -> OptionalLong.of(1);
      default -> throw new IllegalStateException("no sample of " + type);
    };
  }

  private Object ofGeneric(Class<?> raw, Type[] arguments) {
    if (raw == Optional.class) {
      return Optional.of(of(arguments[0]));
    }
    if (raw == List.class) {
      return List.of(of(arguments[0]));
    }
    if (raw == Map.class) {
      return Map.of(of(arguments[0]), of(arguments[1]));
    }
    throw new IllegalStateException("no sample of " + raw);
  }

  private Object ofRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = of(components[i].getGenericType());
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no sample of " + type, e);
    }
  }
}
