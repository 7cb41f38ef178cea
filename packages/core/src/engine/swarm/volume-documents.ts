/** Volumes of a swarm as the Engine API shows them. @see moby daemon/cluster/convert/volume.go: VolumeFromGRPC */
import { timeText } from "../../lib/go/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { ClusterVolume } from "./cluster-volumes.ts";
import { objectFields } from "./object-table.ts";

const orNull = (map: StringMap): StringMap | null => (Object.keys(map).length === 0 ? null : map);

/** `GET /volumes/{name}`. */
export function clusterVolumeDocument(volume: ClusterVolume) {
  return {
    ClusterVolume: { ...objectFields(volume), Spec: volume.spec },
    CreatedAt: timeText(Math.floor(volume.createdUs / 1e6), (volume.createdUs % 1e6) * 1000),
    Driver: volume.driver,
    Labels: orNull(volume.labels),
    Mountpoint: "",
    Name: volume.name,
    Options: orNull(volume.options),
    Scope: "global",
  };
}
