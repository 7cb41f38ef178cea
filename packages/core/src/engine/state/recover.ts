/**
 * A machine after a loss of power: what is on its disk is what had been written, and nobody knows how its processes ended.
 *
 * @see moby daemon/daemon.go: restore
 */
import type { Snapshotter } from "../../snapshot/index.ts";
import { type ContainerRecord, LOST_EXIT_CODE } from "../container/container.ts";
import type { MachineRecords } from "../machine/machine-snapshot.ts";
import { imageLayers } from "../mount/image-mounts.ts";

/** Containers as a daemon finds them that starts at `nowUs`. */
export function lostContainers(records: readonly ContainerRecord[], nowUs: number): readonly ContainerRecord[] {
  return records.map((record) => {
    // A container that waited to be restarted had ended, and its exit code is known.
    const ran = record.wasRunning && record.finishedUs < record.startedUs;
    return ran ? { ...record, exitCode: LOST_EXIT_CODE, finishedUs: nowUs } : record;
  });
}

/** What was being built, unpacked or looked at is given up. */
export function recoverSnapshots(snapshotter: Snapshotter, { images, cache, containers }: MachineRecords): void {
  const tops = images.images.map(({ chain }) => chain.at(-1));
  const layers = [...tops.filter((top) => top !== undefined), ...cache.records.map(({ snapshot }) => snapshot)];
  const held = new Map<string, number>();
  for (const name of layers) held.set(name, (held.get(name) ?? 0) + 1);
  const own = containers.flatMap(({ id, mountPoints }) => [id, ...imageLayers(mountPoints)]);
  snapshotter.recover(new Set(own), (name) => held.get(name) ?? 0);
}
