package holdfast.console;

/// How a window is divided: title, conversations at the left (or above, where it is narrow), text,
/// members at the right (where it is wide), status, input.
///
/// @param list columns of the conversations, their border included; 0: they stand above the text
/// @param text columns of the text
/// @param members columns of the members, their border included; 0: not shown
/// @param rows of the text
/// @param inputRows rows of the line being typed
record Layout(int columns, int list, int text, int members, int rows, int inputRows) {
  /// Rows of the input, completions included; beyond, it scrolls.
  static final int INPUT_ROWS_MAX = 8;

  private static final int WIDE = 100;
  private static final int MEDIUM = 70;
  private static final int VERY_WIDE = 130;
  private static final int LIST_WIDE = 26;
  private static final int LIST_MEDIUM = 19;
  private static final int MEMBERS = 22;

  static Layout of(Model model) {
    int columns = Math.max(1, model.window().columns());
    int list = columns >= WIDE ? LIST_WIDE : columns >= MEDIUM ? LIST_MEDIUM : 0;
    boolean room = model.presentPane().isRoom();
    int members = columns >= VERY_WIDE && room ? MEMBERS : 0;
    int height = model.window().rows();
    InputLines input = InputLines.of(model);
    int inputRows =
        Math.max(1, Math.min(input.lines().size(), Math.min(INPUT_ROWS_MAX, height / 2)));
    int bars = list == 0 ? 3 : 2;
    int rows = Math.max(0, height - bars - inputRows);
    return new Layout(columns, list, columns - list - members, members, rows, inputRows);
  }

  boolean listAbove() {
    return list == 0;
  }
}
