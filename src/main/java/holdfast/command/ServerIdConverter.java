package holdfast.command;

import holdfast.replication.ServerId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a server's number.
final class ServerIdConverter implements ITypeConverter<ServerId> {
  @Override
  public ServerId convert(String text) {
    if (text.matches("[1-9]\\d{0,3}") && Integer.parseInt(text) <= ServerId.MAX) {
      return new ServerId(Integer.parseInt(text));
    }
    throw new TypeConversionException(
        "'" + text + "' is not a server's number (1 to " + ServerId.MAX + ")");
  }
}
