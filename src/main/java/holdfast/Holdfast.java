package holdfast;

import holdfast.command.HoldfastCommand;

/// The program: picks a subcommand and does nothing else.
public final class Holdfast {
  private Holdfast() {}

  public static void main(String[] arguments) {
    HoldfastCommand.main(arguments);
  }
}
