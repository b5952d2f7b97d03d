package holdfast.bench;

/// The servers by which a load enters the cluster.
public enum Through {
  ALL,
  PRIMARY,
  BACKUPS
}
