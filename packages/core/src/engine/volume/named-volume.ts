/**
 * Volumes by their names, of the machine and of its swarm: those of the machine come first.
 *
 * @see moby api/server/router/volume/volume_routes.go: getVolumeByName, deleteVolumes
 */
import { StatusError } from "../../lib/index.ts";
import { volumeDocument } from "../documents/volume.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { clusterVolumeDocument } from "../swarm/volume-documents.ts";
import type { VolumeService } from "../volumes.ts";

interface Volumes {
  readonly volumes: VolumeService;
  readonly swarm: Swarm;
}

type VolumeDocument = ReturnType<typeof volumeDocument> & {
  /** Of one of the swarm's. */
  readonly ClusterVolume?: ReturnType<typeof clusterVolumeDocument>["ClusterVolume"];
};

/** `GET /volumes/{name}`. @throws StatusError not-found */
export function findVolume({ volumes, swarm }: Volumes, name: string): VolumeDocument {
  const own = volumes.get(name);
  if (own !== undefined) return volumeDocument(own);
  if (swarm.current === undefined) throw new StatusError("not-found", `get ${name}: no such volume`);
  return clusterVolumeDocument(swarm.current.volumes.get(name));
}

/**
 * Removes a volume of the machine or, if it has none of that name, of its swarm.
 *
 * @throws StatusError not-found; conflict while a container uses it
 */
export function removeVolume({ volumes, swarm }: Volumes, name: string, options: { readonly force: boolean }): void {
  if (swarm.current === undefined || volumes.get(name) !== undefined) volumes.remove(name, options);
  else swarm.current.volumes.remove(name, options);
}
