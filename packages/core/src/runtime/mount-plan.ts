/**
 * Which mounts of a specification can wait until somebody comes by, and which cannot.
 *
 * File systems of the kernel and files of the bundle can; what the user mounts cannot, for it may fail, and its mount
 * point may have to be made. Nor can what lies below that: it is mounted on top of it.
 */
import { type MountPlan, MS_RELATIME, type PlannedMount } from "../abi/index.ts";
import type { MountSpec, RuntimeSpec } from "../oci/index.ts";
import { parseMountOptions } from "./mount-options.ts";

export interface SplitMounts {
  readonly plan: MountPlan;
  readonly eager: readonly MountSpec[];
}

const KERNEL_TYPES: ReadonlySet<string> = new Set(["proc", "sysfs", "cgroup2", "devpts", "mqueue"]);

/** Where every container has a tmpfs: these mount points are there already. */
const KERNEL_TMPFS: ReadonlySet<string> = new Set(["/dev", "/dev/shm"]);

/** What was made of mounts last, and with which paths. */
interface Known {
  readonly made: SplitMounts;
  readonly masked: readonly string[];
  readonly protectedPaths: readonly string[];
}

const split = new WeakMap<readonly MountSpec[], Known>();

/**
 * Splits the mounts of a specification. Containers that share their arrays of mounts and paths share the plan.
 *
 * @param skeleton what the /dev of every container starts with.
 */
export function splitMounts(spec: RuntimeSpec, skeleton: string): SplitMounts {
  const known = split.get(spec.mounts);
  const { maskedPaths, readonlyPaths } = spec.linux;
  if (known !== undefined && known.masked === maskedPaths && known.protectedPaths === readonlyPaths) return known.made;
  const own = spec.mounts.filter((mount) => !canWait(mount));
  const isHidden = ({ destination }: MountSpec): boolean =>
    own.some((mount) => destination.startsWith(`${mount.destination === "/" ? "" : mount.destination}/`));
  const firstOwn = spec.mounts.findIndex((mount) => !canWait(mount));
  // Files of the bundle are mounted after what the user mounts before them.
  const isBehind = (mount: MountSpec): boolean =>
    mount.type === "bind" && firstOwn >= 0 && spec.mounts.indexOf(mount) > firstOwn;
  const waits = (mount: MountSpec): boolean => canWait(mount) && !isHidden(mount) && !isBehind(mount);
  const planned = spec.mounts.filter(waits).map((mount) => plannedMount(mount, skeleton));
  const made: SplitMounts = {
    plan: {
      requests: [
        ...planned,
        ...readonlyPaths.map((target) => special(target, "protect")),
        ...maskedPaths.map((target) => special(target, "mask")),
      ],
    },
    eager: spec.mounts.filter((mount) => !waits(mount)).sort((a, b) => rank(a) - rank(b)),
  };
  split.set(spec.mounts, { made, masked: maskedPaths, protectedPaths: readonlyPaths });
  return made;
}

/** File systems of the kernel come first, so that what the user mounts above them hides them. */
const rank = ({ type, destination }: MountSpec): number => (KERNEL_TYPES.has(type) ? 0 : destination.split("/").length);

function canWait({ type, source, destination }: MountSpec): boolean {
  if (KERNEL_TYPES.has(type)) return true;
  if (type === "tmpfs") return KERNEL_TMPFS.has(destination);
  return type === "bind" && !source.startsWith("/");
}

function plannedMount({ destination, type, source, options }: MountSpec, skeleton: string): PlannedMount {
  const { flags, data } = parseMountOptions(options);
  if (type === "bind")
    return { target: destination, kind: "bundle", type, source, flags: flags | MS_RELATIME, data: "" };
  const all = destination === "/dev" && type === "tmpfs" ? [...data, `skeleton=${skeleton}`] : data;
  return { target: destination, kind: "mount", type, source, flags, data: all.join(",") };
}

function special(target: string, kind: "mask" | "protect"): PlannedMount {
  return { target, kind, type: "", source: "", flags: 0, data: "" };
}
