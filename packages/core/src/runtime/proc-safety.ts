/**
 * What may be mounted in /proc: everybody trusts what is read there. Nothing but procfs may have its place, and below it
 * only some files, those that lxcfs makes anew for each container.
 *
 * Unlike with runc, the machine's own procfs may not lie there either.
 *
 * @see runc libcontainer/rootfs_linux.go checkProcMount
 */
import { close, O_PATH, open, type Routine, readlink } from "../abi/index.ts";
import { clean, join } from "../lib/index.ts";
import type { MountSpec } from "../oci/index.ts";
import { InitError } from "./init-error.ts";

const PROC = "/proc";
const REPLACEABLE: ReadonlySet<string> = new Set([
  "/proc/cpuinfo",
  "/proc/diskstats",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/net/dev",
  "/proc/slabinfo",
  "/proc/stat",
  "/proc/swaps",
  "/proc/uptime",
  "/proc/sys/crypto/fips_enabled",
  "/proc/sys/kernel/ns_last_pid",
]);

/** Whether a mount needs looking at: most are elsewhere. */
export const concernsProc = ({ destination, type }: MountSpec): boolean =>
  type !== "proc" && /^\/proc(\/|$)/.test(clean(destination));

/**
 * Looks at where a mount is to come: what is not there is left to whoever makes mount points.
 *
 * @param root what the container's root is called on the machine.
 * @throws InitError
 * @throws ENOENT, ENOTDIR if there is no such place.
 */
export function* checkProcMount(spec: MountSpec, root: string): Routine<void> {
  const { source, destination, type } = spec;
  const place = clean(destination) === PROC ? PROC : yield* placeOf(destination);
  if (REPLACEABLE.has(place) || (place !== PROC && !place.startsWith(`${PROC}/`))) return;
  const why = place === PROC ? "it is not of type proc" : "it is inside /proc";
  const doing = `create mountpoint for ${destination} mount: check proc-safety of ${destination} mount`;
  const shown = type === "bind" ? source : type;
  throw new InitError(
    `error mounting "${shown}" to rootfs at "${destination}": ${doing}: "${join(root, place)}" cannot be mounted because ${why}`,
  );
}

/** Where a path leads, links followed. */
function* placeOf(path: string): Routine<string> {
  const file = yield* open(path, O_PATH);
  const place = yield* readlink(`/proc/self/fd/${file}`);
  yield* close(file);
  return place;
}
