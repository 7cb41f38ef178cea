/** Bodies of requests about volumes. */
import { z } from "zod";
import { goType, map, maybe, text } from "./fields.ts";

const topologies = maybe(z.array(z.object({ Segments: maybe(map) })));

/** @see moby api/types/volume ClusterVolumeSpec */
const clusterVolumeSpec = z.object({
  Group: maybe(text),
  AccessMode: maybe(
    z.object({
      Scope: maybe(text),
      Sharing: maybe(text),
      MountVolume: maybe(z.object({ FsType: maybe(text), MountFlags: maybe(z.array(text)) })),
      BlockVolume: maybe(z.object({})),
    }),
  ),
  AccessibilityRequirements: maybe(z.object({ Requisite: topologies, Preferred: topologies })),
  CapacityRange: maybe(z.object({ RequiredBytes: z.number().default(0), LimitBytes: z.number().default(0) })),
  Secrets: maybe(z.array(z.object({ Key: text.default(""), Secret: text.default("") }))),
  Availability: maybe(text),
});

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
