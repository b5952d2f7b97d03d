package holdfast.bench;

import holdfast.replication.ServerId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What processes have used: each server's that is known, this one's, and all of this machine.
record Used(
    Map<ServerId, ProcessUsage> servers,
    Optional<ProcessUsage> driver,
    Optional<MachineUsage> machine) {
  static Used now(Subject subject) {
    return new Used(
        subject.usage(), ProcessUsage.of(ProcessHandle.current().pid()), MachineUsage.now());
  }

  Used since(Used before) {
    Map<ServerId, ProcessUsage> difference = new TreeMap<>();
    servers.forEach((id, usage) ->
        Optional.ofNullable(before.servers.get(id))
            .ifPresent(earlier -> difference.put(id, usage.since(earlier))));
    return new Used(
        difference,
        driver.flatMap(d -> before.driver.map(d::since)),
        machine.flatMap(m -> before.machine.map(m::since)));
  }

  /// Processor time that went neither to the servers nor to this process.
  Optional<Long> elsewhereMicros() {
    long known =
        servers.values().stream().mapToLong(ProcessUsage::micros).sum()
            + driver.map(ProcessUsage::micros).orElse(0L);
    return machine.map(all -> Math.max(0, all.busyMicros() - known));
  }
}
