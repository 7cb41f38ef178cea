/** Bodies of requests about volumes. */
import { z } from "zod";
import { goType, integer, map, maybe, text } from "./fields.ts";

const topologies = maybe(z.array(goType(z.object({ Segments: maybe(map) }), "volume.Topology")));
const secret = goType(z.object({ Key: text.default(""), Secret: text.default("") }), "volume.Secret");

/** @see moby api/types/volume ClusterVolumeSpec */
const accessMode = z.object({
  Scope: maybe(goType(text, "volume.Scope")),
  Sharing: maybe(goType(text, "volume.SharingMode")),
  MountVolume: maybe(goType(z.object({ FsType: maybe(text), MountFlags: maybe(z.array(text)) }), "volume.TypeMount")),
  BlockVolume: maybe(goType(z.object({}), "volume.TypeBlock")),
});
const clusterVolumeSpec = goType(
  z.object({
    Group: maybe(text),
    AccessMode: maybe(goType(accessMode, "volume.AccessMode")),
    AccessibilityRequirements: maybe(
      goType(z.object({ Requisite: topologies, Preferred: topologies }), "volume.TopologyRequirement"),
    ),
    CapacityRange: maybe(
      goType(z.object({ RequiredBytes: integer.default(0), LimitBytes: integer.default(0) }), "volume.CapacityRange"),
    ),
    Secrets: maybe(z.array(secret)),
    Availability: maybe(goType(text, "volume.Availability")),
  }),
  "volume.ClusterVolumeSpec",
);

/** @see moby api/types/volume CreateOptions */
export const VOLUME_CREATE = goType(
  z.object({
    Name: text.default(""),
    Driver: text.default(""),
    DriverOpts: map.default({}),
    Labels: map.default({}),
    ClusterVolumeSpec: maybe(clusterVolumeSpec),
  }),
  "volume.CreateOptions",
);

/** @see moby api/types/volume UpdateOptions */
export const VOLUME_UPDATE = goType(z.object({ Spec: maybe(clusterVolumeSpec) }), "volume.UpdateOptions");
