/** What `docker volume create` asks for where it means a volume of the swarm. Model: docker/cli cli/command/volume/create.go. */
import type { ClusterVolumeSpec } from "../../swarm/cluster-volumes.ts";
import type { StringMap } from "../create-body.ts";
import { bytes, type FlagValues, list, map, text } from "../flags/flag.ts";
import { cut } from "../values/pairs.ts";

const SWARM = { only: "swarm" } as const;

export const CLUSTER_VOLUME_FLAGS = {
  availability: text('Cluster Volume availability ("active", "pause", "drain")', { ...SWARM, initial: "active" }),
  group: text("Cluster Volume group (cluster volumes)", SWARM),
  "limit-bytes": bytes("Minimum size of the Cluster Volume in bytes", SWARM),
  "required-bytes": bytes("Maximum size of the Cluster Volume in bytes", SWARM),
  scope: text('Cluster Volume access scope ("single", "multi")', { ...SWARM, initial: "single" }),
  secret: map("Cluster Volume secrets", SWARM),
  sharing: text('Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', {
    ...SWARM,
    initial: "none",
  }),
  "topology-preferred": list("A topology that the Cluster Volume would be preferred in", SWARM),
  "topology-required": list("A topology that the Cluster Volume must be accessible from", SWARM),
  type: text('Cluster Volume access type ("mount", "block")', { ...SWARM, initial: "block" }),
};

/** With one of these flags the volume is to be one of the swarm's. */
const DECISIVE = ["group", "scope", "sharing", "availability", "type", "limit-bytes", "required-bytes"];

export const isOfCluster = (changed: ReadonlySet<string>): boolean => DECISIVE.some((option) => changed.has(option));

/** What is asked of such a volume. */
export function clusterVolumeSpec(flags: FlagValues<typeof CLUSTER_VOLUME_FLAGS>): ClusterVolumeSpec {
  const { type, secret, group } = flags;
  const required = flags["topology-required"].map(topology);
  const preferred = flags["topology-preferred"].map(topology);
  const keys = Object.keys(secret).toSorted();
  return {
    ...(group === "" ? {} : { Group: group }),
    AccessMode: {
      Scope: flags.scope,
      Sharing: flags.sharing,
      ...(type === "mount" && { MountVolume: {} }),
      ...(type === "block" && { BlockVolume: {} }),
    },
    AccessibilityRequirements: {
      ...(required.length > 0 && { Requisite: required }),
      ...(preferred.length > 0 && { Preferred: preferred }),
    },
    CapacityRange: { RequiredBytes: flags["required-bytes"], LimitBytes: flags["limit-bytes"] },
    ...(keys.length > 0 && { Secrets: keys.map((key) => ({ Key: key, Secret: secret[key] ?? "" })) }),
    Availability: flags.availability,
  };
}

/** "segment=value,segment=value" */
function topology(given: string): { readonly Segments: StringMap } {
  const pairs = given.split(",").map((segment) => {
    const [key, value = ""] = cut(segment, "=");
    return [key, value] as const;
  });
  return { Segments: Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}
