/** The Go type of what a swarm adds to a volume. Model: moby api/types/volume/cluster_volume.go. */
import {
  embedded,
  fields,
  INT64,
  optional,
  pointer,
  STRING,
  STRING_MAP,
  STRINGS,
  slice,
  struct,
} from "../template/type.ts";
import { META } from "./swarm.ts";

const TYPE_MOUNT = struct("volume.TypeMount", optional("FsType", STRING), optional("MountFlags", STRINGS));
const TOPOLOGIES = slice(struct("volume.Topology", optional("Segments", STRING_MAP)));
const ACCESS_MODE = struct(
  "volume.AccessMode",
  optional("Scope", STRING),
  optional("Sharing", STRING),
  optional("MountVolume", pointer(TYPE_MOUNT)),
  optional("BlockVolume", pointer(struct("volume.TypeBlock"))),
);
const SPEC = struct(
  "volume.ClusterVolumeSpec",
  optional("Group", STRING),
  optional("AccessMode", pointer(ACCESS_MODE)),
  optional("Secrets", slice(struct("volume.Secret", fields(STRING, "Key Secret")))),
  optional(
    "AccessibilityRequirements",
    pointer(struct("volume.TopologyRequirement", optional("Requisite", TOPOLOGIES), optional("Preferred", TOPOLOGIES))),
  ),
  optional("CapacityRange", pointer(struct("volume.CapacityRange", fields(INT64, "RequiredBytes LimitBytes")))),
  optional("Availability", STRING),
);

export const CLUSTER_VOLUME = struct(
  "volume.ClusterVolume",
  fields(STRING, "ID"),
  embedded(META),
  fields(SPEC, "Spec"),
  optional("PublishStatus", slice(pointer(struct("volume.PublishStatus")))),
  optional("Info", pointer(struct("volume.Info"))),
);
