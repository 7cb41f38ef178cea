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
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  makedev,
  mkdir,
  mknod,
  mount,
  O_CREAT,
  O_PATH,
  O_WRONLY,
  open,
  type Routine,
  readlink,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  stat,
  umask,
} from "../abi/index.ts";
import { basename, dirname, join } from "../lib/index.ts";
import type { DeviceSpec, MountSpec } from "../oci/index.ts";
import { goText, InitError } from "./init-error.ts";
import { parseMountOptions } from "./mount-options.ts";
import { checkProcMount, concernsProc } from "./proc-safety.ts";

/**
 * Carries out one mount of the specification. Its mount point is made if it is missing.
 *
 * @param source a descriptor of what is to be bind-mounted, opened with O_PATH.
 * @param root what the container's root is called on the machine.
 */
export function* mountOne(spec: MountSpec, source: number | undefined, root: string): Routine<void> {
  if (concernsProc(spec)) yield* refuseInProc(spec, { isFile: yield* isOtherThanDirectory(source), root });
  try {
    yield* mountPlainly(spec, source, root);
  } catch (error) {
    if (error instanceof Errno && error.code === "ENOTDIR") throw yield* wrongKind(spec);
    throw error instanceof Errno && spec.type === "tmpfs" ? notMounted(spec, error) : error;
  }
}

/** Nothing can be mounted over the root itself. */
export function overRoot({ source, destination }: MountSpec, root: string): InitError {
  return new InitError(
    `error mounting "${source}" to rootfs at "${destination}": create mountpoint for ${destination} mount: mountpoint "${root}" is on the top of rootfs "${root}"`,
  );
}

/** A tmpfs is refused for its options. */
function notMounted({ source, destination, type, options }: MountSpec, error: Errno): InitError {
  const { flags, data } = parseMountOptions(options);
  const names = FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  const shown = data.length === 0 ? "" : `, data=${data.join(",")}`;
  return new InitError(
    `error mounting "${type}" to rootfs at "${destination}": mount src=${source}, dst=${destination}, dstFd=/proc/thread-self/fd/${MADE_MOUNT_POINT_FD}, flags=${names.join("|")}${shown}: ${goText(error)}`,
  );
}

/** A mount point that is missing is made first, which fails in /proc. @throws InitError */
function* refuseInProc(spec: MountSpec, point: MountPoint): Routine<void> {
  try {
    yield* checkProcMount(spec, point.root);
  } catch (error) {
    if (error instanceof Errno && error.code === "ENOENT") yield* makeMountPoint(spec, point);
    else if (!(error instanceof Errno)) throw error;
  }
}

/** A directory on a file, a file on a directory, or something below a file. */
function* wrongKind({ source, destination, type, options }: MountSpec): Routine<InitError> {
  const { flags, data: given } = parseMountOptions(options);
  const there = yield* stat(destination).attempt();
  const isModeless = type === "tmpfs" && !(there instanceof Errno) && !given.some((one) => one.startsWith("mode="));
  const data = isModeless ? [`mode=${(there.mode & 0o7777).toString(8).padStart(4, "0")}`, ...given] : given;
  const isBelowFile = there instanceof Errno && there.code === "ENOTDIR";
  const isBind = (flags & MS_BIND) !== 0;
  // What becomes read-only later is not yet.
  const told = isBind && !options.includes("rro") ? flags : flags & ~MS_RDONLY;
  const names = FLAG_NAMES.filter(([flag]) => (told & flag) !== 0).map(([, name]) => name);
  const shown = isBind || data.length === 0 ? "" : `, data=${data.join(",")}`;
  const what = isBelowFile
    ? `create mountpoint for ${destination} mount: lookup mountpoint target: securejoin.OpenInRoot ${destination}: openat2 ${destination}`
    : `mount src=${source}, dst=${destination}, dstFd=/proc/thread-self/fd/${MOUNT_POINT_FD}, flags=${names.join("|")}${shown}`;
  return new InitError(
    `error mounting "${isBind ? source : type}" to rootfs at "${destination}": ${what}: not a directory`,
  );
}

/** Where runc opens a mount point: after its log, its pipes and the container's root. */
const MOUNT_POINT_FD = 14;
/** The descriptor if the mount point had to be made first. */
const MADE_MOUNT_POINT_FD = 11;
/** In runc's order. */
const FLAG_NAMES: readonly (readonly [flag: number, name: string])[] = [
  [MS_RDONLY, "MS_RDONLY"],
  [MS_NOSUID, "MS_NOSUID"],
  [MS_NODEV, "MS_NODEV"],
  [MS_NOEXEC, "MS_NOEXEC"],
  [MS_BIND, "MS_BIND"],
  [MS_REC, "MS_REC"],
];

function* mountPlainly(spec: MountSpec, source: number | undefined, root: string): Routine<void> {
  const { flags, propagation, data: given } = parseMountOptions(spec.options);
  const target = spec.destination;
  if (source !== undefined) {
    const isFile = yield* isOtherThanDirectory(source);
    yield* withMountPoint(spec, { isFile, root }, () =>
      mount(`/proc/self/fd/${source}`, target, "", flags & (MS_BIND | MS_REC)),
    );
    if ((flags & ~(MS_BIND | MS_REC)) !== 0) yield* mount("", target, "", flags | MS_BIND | MS_REMOUNT);
  } else {
    const data = spec.type === "tmpfs" ? yield* withModeOf(target, given) : given;
    const first = spec.type === "tmpfs" ? flags & ~MS_RDONLY : flags;
    yield* withMountPoint(spec, { isFile: false, root }, () => mount(spec.source, target, spec.type, first, data));
  }
  for (const type of propagation) yield* mount("", target, "", type);
}

/** Whether what is to be bound there is mounted on a file. Other file systems are mounted on directories. */
function* isOtherThanDirectory(source: number | undefined): Routine<boolean> {
  return source !== undefined && (yield* fstat(source)).type !== "dir";
}

/** A tmpfs is made to be written to; in the end, when others lie in it, its mount becomes read-only. */
export function* closeTmpfs(mounts: readonly MountSpec[]): Routine<void> {
  for (const { type, destination, options } of mounts) {
    const { flags } = parseMountOptions(options);
    if (type !== "tmpfs" || (flags & MS_RDONLY) === 0) continue;
    yield* mount("", destination, "", flags | MS_BIND | MS_REMOUNT);
  }
}

/** A tmpfs without a mode of its own takes that of the directory that it covers, if there is one. */
function* withModeOf(target: string, data: readonly string[]): Routine<readonly string[]> {
  if (data.some((option) => option.startsWith("mode="))) return data;
  const there = yield* stat(target).attempt();
  if (there instanceof Errno) return data;
  return [...data, `mode=${(there.mode & 0o7777).toString(8)}`];
}

interface MountPoint {
  readonly isFile: boolean;
  /** What the container's root is called on the machine. */
  readonly root: string;
}

/** Mounts; where the mount point is missing, makes it and mounts again. */
function* withMountPoint(
  spec: MountSpec,
  point: MountPoint,
  mounting: () => Iterable<Call, void, unknown>,
): Routine<void> {
  try {
    yield* mounting();
  } catch (error) {
    if (!(error instanceof Errno) || error.code !== "ENOENT") throw error;
    yield* makeMountPoint(spec, point);
    yield* mounting();
  }
}

/**
 * Makes a mount point. If it is a directory and cannot be made, runc names the place; of a file only the reason.
 * @throws InitError
 */
function* makeMountPoint(spec: MountSpec, { isFile, root }: MountPoint): Routine<void> {
  const { destination } = spec;
  yield* makeDirectories(isFile ? dirname(destination) : destination, function* (path, why) {
    return notMade(spec, `mkdirat ${join(root, yield* placeOf(path))}: ${goText(why)}`);
  });
  if (!isFile) return;
  const file = yield* open(destination, O_CREAT | O_WRONLY, 0o755).attempt();
  if (file instanceof Errno) throw notMade(spec, goText(file));
  yield* close(file);
}

function notMade({ source, destination, type }: MountSpec, why: string): InitError {
  const shown = type === "bind" ? source : type;
  return new InitError(
    `error mounting "${shown}" to rootfs at "${destination}": create mountpoint for ${destination} mount: make mountpoint "${destination}": ${why}`,
  );
}

/** A path to what is not there, links on the way written out. */
function* placeOf(path: string): Routine<string> {
  const above = yield* open(dirname(path), O_PATH);
  const place = yield* readlink(`/proc/self/fd/${above}`);
  yield* close(above);
  return join(place, basename(path));
}

/** mkdir -p. @param explain what to throw when a directory cannot be made. */
export function* makeDirectories(
  path: string,
  explain: (path: string, why: Errno) => Routine<Errno | InitError> = asItIs,
): Routine<void> {
  if (path === "/" || (yield* exists(path))) return;
  yield* makeDirectories(dirname(path), explain);
  const failed = yield* mkdir(path, 0o755).attempt();
  // As in Go's MkdirAll, `a/..` need not be made once `a` is.
  if (failed instanceof Errno && !(failed.code === "EEXIST" && (yield* exists(path)))) {
    throw yield* explain(path, failed);
  }
}

function* asItIs(_path: string, why: Errno): Routine<Errno> {
  return why;
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
    const mode = TYPE_BITS[device.type] | device.fileMode;
    const failure = yield* mknod(device.path, mode, makedev(device.major, device.minor)).attempt();
    // A device that every container has may be asked for again.
    if (failure instanceof Errno && failure.code === "EEXIST") continue;
    if (failure instanceof Errno) throw failure;
    if (device.uid !== 0 || device.gid !== 0) yield* chown(device.path, device.uid, device.gid);
  }
  yield* umask(old);
}
