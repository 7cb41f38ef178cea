/**
 * Preparing the root file system from inside: mounts, devices, masks. Routines of the `init` program.
 *
 * They run after pivot_root, when the container's root is "/" and the machine's tree hangs on only by its mounts: so a
 * symbolic link in an image cannot lead out. What is to be bind-mounted was opened before.
 *
 * @see runc libcontainer/rootfs_linux.go
 */
import {
  type Call,
  chown,
  close,
  Errno,
  fstat,
  MS_BIND,
  MS_REC,
  MS_REMOUNT,
  makedev,
  mkdir,
  mknod,
  mount,
  O_CREAT,
  O_WRONLY,
  open,
  type Routine,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  stat,
  umask,
} from "../abi/index.ts";
import { dirname } from "../lib/index.ts";
import type { DeviceSpec, MountSpec } from "../oci/index.ts";
import { parseMountOptions } from "./mount-options.ts";

/**
 * Carries out one mount of the specification. Its mount point is made if it is missing.
 *
 * @param source a descriptor of what is to be bind-mounted, opened with O_PATH.
 */
export function* mountOne(spec: MountSpec, source: number | undefined): Routine<void> {
  const { flags, propagation, data: given } = parseMountOptions(spec.options);
  const target = spec.destination;
  if (source !== undefined) {
    yield* withMountPoint(target, source, () =>
      mount(`/proc/self/fd/${source}`, target, "", flags & (MS_BIND | MS_REC)),
    );
    if ((flags & ~(MS_BIND | MS_REC)) !== 0) yield* mount("", target, "", flags | MS_BIND | MS_REMOUNT);
  } else {
    const data = spec.type === "tmpfs" ? yield* withModeOf(target, given) : given;
    yield* withMountPoint(target, undefined, () => mount(spec.source, target, spec.type, flags, data));
  }
  for (const type of propagation) yield* mount("", target, "", type);
}

/** A tmpfs without a mode of its own takes that of the directory that it covers, if there is one. */
function* withModeOf(target: string, data: readonly string[]): Routine<readonly string[]> {
  if (data.some((option) => option.startsWith("mode="))) return data;
  const there = yield* stat(target).attempt();
  if (there instanceof Errno) return data;
  return [...data, `mode=${(there.mode & 0o7777).toString(8)}`];
}

/** Mounts; where the mount point is missing, makes it and mounts again. */
function* withMountPoint(
  path: string,
  source: number | undefined,
  mounting: () => Iterable<Call, void, unknown>,
): Routine<void> {
  try {
    yield* mounting();
  } catch (error) {
    if (!(error instanceof Errno) || error.code !== "ENOENT") throw error;
    const isFile = source !== undefined && (yield* fstat(source)).type !== "dir";
    yield* makeDirectories(isFile ? dirname(path) : path);
    if (isFile) yield* close(yield* open(path, O_CREAT | O_WRONLY, 0o755));
    yield* mounting();
  }
}

/** mkdir -p. */
export function* makeDirectories(path: string): Routine<void> {
  if (path === "/" || (yield* exists(path))) return;
  yield* makeDirectories(dirname(path));
  const failed = yield* mkdir(path, 0o755).attempt();
  // As in Go's MkdirAll, `a/..` need not be made once `a` is.
  if (failed instanceof Errno && !(failed.code === "EEXIST" && (yield* exists(path)))) throw failed;
}

function* exists(path: string): Routine<boolean> {
  try {
    yield* stat(path);
    return true;
  } catch (error) {
    if (error instanceof Errno && error.code === "ENOENT") return false;
    throw error;
  }
}

const TYPE_BITS = { c: S_IFCHR, b: S_IFBLK, p: S_IFIFO } as const;

/** Makes device nodes, with exactly the modes asked for. */
export function* makeDevices(devices: readonly DeviceSpec[]): Routine<void> {
  if (devices.length === 0) return;
  const old = yield* umask(0);
  for (const device of devices) {
    yield* makeDirectories(dirname(device.path));
    yield* mknod(device.path, TYPE_BITS[device.type] | device.fileMode, makedev(device.major, device.minor));
    if (device.uid !== 0 || device.gid !== 0) yield* chown(device.path, device.uid, device.gid);
  }
  yield* umask(old);
}
