package holdfast.console;

/// Where a console takes place: first its door, line by line; then, for who is signed in, its face.
interface Stage extends AutoCloseable {
  /// Where one signs in.
  Screen door();

  /// Lays out what the door says.
  Renderer renderer();

  /// What a model begins with.
  Model model(String me, long now);

  /// For the account signed in.
  Face face(String me);

  @Override
  void close();
}
