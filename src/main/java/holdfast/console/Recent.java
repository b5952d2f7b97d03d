package holdfast.console;

import java.util.List;

/// What a person did last, as far as it counts later.
///
/// @param found where the messages of the last search stand, as numbered on the screen
/// @param typingTold when the others in the present conversation were last told that the person is
///   typing a message, ms; 0: not of this one yet
/// @param activeAt when a key was last pressed, ms
record Recent(List<Place> found, long typingTold, long activeAt) {
  static final Recent NOTHING = new Recent(List.of(), 0, 0);

  Recent {
    found = List.copyOf(found);
  }

  Recent found(List<Place> places) {
    return new Recent(places, typingTold, activeAt);
  }

  Recent typingTold(long time) {
    return new Recent(found, time, activeAt);
  }

  Recent active(long time) {
    return new Recent(found, typingTold, time);
  }
}
