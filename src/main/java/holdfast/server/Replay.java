package holdfast.server;

import holdfast.storage.CopiedState;
import holdfast.storage.DiskFailedException;
import holdfast.storage.DiskFullException;
import holdfast.storage.OutgoingSnapshot;
import holdfast.storage.SqliteStore;
import holdfast.storage.StoreException;
import holdfast.storage.StoreSettings;
import holdfast.wire.CommandCodec;
import java.io.IOException;
import java.nio.file.Path;

/// A stopped server's state with the whole of its log applied, as if all of it had been committed:
/// what a cluster that lost its quorum is founded anew from.
public final class Replay {
  private Replay() {}

  /// Applies the rest of the log in `directory`, a copy of a server's own, and writes the state
  /// that comes of it to `target`. The limits are those of `config`, which must be what they were.
  ///
  /// @throws StoreException the directory cannot be opened, or an entry is of a newer version
  public static CopiedState run(ServerConfig config, Path directory, Path target)
      throws IOException, InterruptedException, StoreException {
    try (SqliteStore store =
        SqliteStore.open(
            directory, StoreSettings.defaults(), new CommandCodec(), new CommandCodec())) {
      Applier applier = new Applier(store, PartSettings.limits(config));
      applier.applyRest();
      if (applier.stopped().isPresent()) {
        throw StoreException.refused(applier.stopped().get());
      }
      try (OutgoingSnapshot copy = store.snapshots().backup()) {
        copy.writeTo(target);
      }
      return CopiedState.verified(target);
    } catch (DiskFullException | DiskFailedException e) {
      throw StoreException.disk("%s could not be read or copied".formatted(directory), e);
    }
  }
}
