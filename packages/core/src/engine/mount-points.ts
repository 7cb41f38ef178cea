/**
 * Mount points: what `-v`, `--mount`, `--tmpfs` and the image's VOLUMEs put into a container.
 *
 * @see moby volume/mounts/linux_parser.go, daemon/volumes.go
 */
import { quote } from "../lib/go/index.ts";
import { clean, join, StatusError } from "../lib/index.ts";
import type { MountSpec } from "../oci/index.ts";
import type { ContainerConfig, HostConfig, MountBody } from "./docker/create-body.ts";
import { isLocalPath } from "./volume-subpath.ts";

export interface MountPoint {
  readonly type: "bind" | "volume" | "tmpfs";
  /** Name of a volume. */
  readonly name?: string;
  /** On the machine: the directory of a volume, or what a bind mount shows. */
  readonly source: string;
  /** A source that is missing is made, as a directory; else it is refused. */
  readonly makesSource?: boolean;
  /** Only this part of a volume is shown: relative to its directory, with links that are not to be trusted. */
  readonly subpath?: string;
  readonly destination: string;
  readonly readOnly: boolean;
  /** A new volume gets what the image has at the destination. */
  readonly copiesImage: boolean;
  readonly propagation: string;
  /** As given: "ro", "z"…; what inspect shows as Mode. */
  readonly mode: string;
  /** Inspect does not show it among the mounts. */
  readonly isUnlisted?: boolean;
  /** Options of a tmpfs. */
  readonly options?: readonly string[];
}

/** What a mount point needs of the volumes. */
export interface VolumeSource {
  /** The directory of the named volume, made if it does not exist; a new anonymous one without a name. */
  ensure(name: string | undefined): { readonly name: string; readonly path: string };
}

/**
 * Collects all mount points of a container, ordered by destination depth. Later ones win: image VOLUMEs, then -v, then
 * --mount and --tmpfs.
 *
 * @throws StatusError invalid-argument for what cannot be mounted.
 */
export function collectMountPoints(
  config: Partial<ContainerConfig>,
  hostConfig: Partial<HostConfig>,
  volumes: VolumeSource,
  inherited: readonly MountPoint[] = NO_MOUNT_POINTS,
): readonly MountPoint[] {
  const wantsNone =
    inherited.length === 0 &&
    !hostConfig.Binds?.length &&
    !hostConfig.Mounts?.length &&
    !hostConfig.Tmpfs &&
    !config.Volumes;
  if (wantsNone) return NO_MOUNT_POINTS;
  // All are read once before the first volume is made: a mistake leaves nothing behind.
  collect(config, hostConfig, NO_VOLUMES, inherited);
  return collect(config, hostConfig, volumes, inherited);
}

const NO_MOUNT_POINTS: readonly MountPoint[] = [];
const NO_VOLUMES: VolumeSource = { ensure: (name = "") => ({ name, path: "" }) };

function collect(
  config: Partial<ContainerConfig>,
  hostConfig: Partial<HostConfig>,
  volumes: VolumeSource,
  inherited: readonly MountPoint[],
): readonly MountPoint[] {
  const points = new Map<string, MountPoint>();
  const explicit = new Set<string>();
  for (const point of inherited) points.set(point.destination, { ...point, copiesImage: false });
  const add = (point: MountPoint): void => {
    if (explicit.has(point.destination)) {
      throw new StatusError("invalid-argument", `Duplicate mount point: ${point.destination}`);
    }
    explicit.add(point.destination);
    points.set(point.destination, point);
  };
  for (const bind of hostConfig.Binds ?? []) add(parseBind(bind, volumes));
  for (const mount of hostConfig.Mounts ?? []) add(parseMount(mount, volumes));
  for (const [path, options] of Object.entries(hostConfig.Tmpfs ?? {}))
    add({ ...tmpfs(path, options), isUnlisted: true });
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = clean(path);
    if (!points.has(destination)) points.set(destination, anonymous(destination, volumes));
  }
  return [...points.values()].sort((a, b) => depth(a.destination) - depth(b.destination));
}

/** How the runtime mounts it. */
export function mountSpec(point: MountPoint, containerId: string): MountSpec {
  if (point.type === "tmpfs") {
    const options = ["noexec", "nosuid", "nodev", ...(point.options ?? [])];
    return { destination: point.destination, type: "tmpfs", source: "tmpfs", options };
  }
  const options = [
    "rbind",
    ...(point.readOnly ? ["ro"] : []),
    point.propagation === "" ? "rprivate" : point.propagation,
  ];
  const source = point.subpath === undefined ? point.source : pinPath(containerId, point);
  return { destination: point.destination, type: "bind", source, options };
}

/** The directory of the whole volume that a mount point shows a part of. */
export function volumeOf({ source, subpath = "" }: Pick<MountPoint, "source" | "subpath">): string {
  const part = clean(`/${subpath}`);
  return part === "/" ? source : source.slice(0, -part.length);
}

/** Where on the machine the part of a volume is held that a container is about to have. */
export function pinPath(containerId: string, { destination }: Pick<MountPoint, "destination">): string {
  return `/run/docker/volume-subpaths/${containerId}/${encodeURIComponent(destination)}`;
}

const depth = (path: string): number => path.split("/").length;

/** Words of a mode, besides those of propagation. The consistency words mean something on macOS only. */
const MODES: ReadonlySet<string> = new Set(["rw", "ro", "z", "Z", "nocopy", "cached", "delegated", "consistent"]);
const PROPAGATIONS: ReadonlySet<string> = new Set(["private", "rprivate", "slave", "rslave", "shared", "rshared"]);

/** `source:destination[:mode]` of -v. */
function parseBind(text: string, volumes: VolumeSource): MountPoint {
  const parts = text.split(":");
  const invalid = (): StatusError => new StatusError("invalid-argument", `invalid volume specification: '${text}'`);
  if (parts.length > 3 || parts.length === 0) throw invalid();
  const [first = "", second, mode = ""] = parts;
  if (second === undefined) return anonymous(absolute(first, text), volumes);
  const destination = absolute(second, text);
  if (destination === "/") {
    throw new StatusError(
      "invalid-argument",
      `invalid volume specification: '${text}': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    );
  }
  const words = mode.split(",").filter((word) => word !== "");
  if (words.some((word) => !MODES.has(word) && !PROPAGATIONS.has(word))) {
    throw new StatusError("invalid-argument", `invalid mode: ${mode}`);
  }
  const readOnly = words.includes("ro");
  const propagation = words.find((word) => PROPAGATIONS.has(word)) ?? "";
  if (first.startsWith("/")) {
    const source = clean(first);
    return { type: "bind", source, makesSource: true, destination, readOnly, copiesImage: false, propagation, mode };
  }
  const volume = volumes.ensure(first);
  return {
    type: "volume",
    name: volume.name,
    source: volume.path,
    destination,
    readOnly,
    copiesImage: !words.includes("nocopy"),
    propagation: "",
    mode: mode === "" ? "z" : mode,
  };
}

function absolute(path: string, text: string): string {
  if (!path.startsWith("/")) {
    const type = text.startsWith("/") ? "bind" : "volume";
    throw new StatusError(
      "invalid-argument",
      `invalid volume specification: '${text}': invalid mount config for type "${type}": invalid mount path: '${path}' mount path must be absolute`,
    );
  }
  return clean(path);
}

function anonymous(destination: string, volumes: VolumeSource): MountPoint {
  const volume = volumes.ensure(undefined);
  return {
    type: "volume",
    name: volume.name,
    source: volume.path,
    destination,
    readOnly: false,
    copiesImage: true,
    propagation: "",
    mode: "",
  };
}

function parseMount(mount: MountBody, volumes: VolumeSource): MountPoint {
  const { Type: type = "", Source: source = "", Target: target = "", ReadOnly: readOnly = false } = mount;
  const problem = (why: string): StatusError =>
    new StatusError("invalid-argument", `invalid mount config for type "${type}": ${why}`);
  if (target === "") throw problem("field Target must not be empty");
  if (!target.startsWith("/")) throw problem(`invalid mount path: '${target}' mount path must be absolute`);
  const destination = clean(target);
  switch (type) {
    case "bind":
      if (source === "") throw problem("field Source must not be empty");
      return {
        type,
        source: clean(source),
        destination,
        readOnly,
        copiesImage: false,
        ...(mount.BindOptions?.CreateMountpoint === true ? { makesSource: true } : {}),
        propagation: mount.BindOptions?.Propagation ?? "",
        mode: "",
      };
    case "volume": {
      const { Subpath: subpath = "" } = mount.VolumeOptions ?? {};
      if (subpath !== "" && !isLocalPath(subpath)) throw problem("subpath must be a relative path within the volume");
      const volume = volumes.ensure(source === "" ? undefined : source);
      return {
        type,
        name: volume.name,
        source: join(volume.path, clean(`/${subpath}`)),
        ...(subpath === "" ? {} : { subpath }),
        destination,
        readOnly,
        copiesImage: subpath === "" && mount.VolumeOptions?.NoCopy !== true,
        propagation: "",
        mode: "z",
      };
    }
    case "tmpfs":
      if (source !== "") throw problem("field Source must not be specified");
      return tmpfs(destination, tmpfsOptions(mount, readOnly));
    default:
      throw new StatusError("invalid-argument", `mount type unknown: "${type}"`);
  }
}

function tmpfsOptions(mount: MountBody, readOnly: boolean): string {
  const { SizeBytes: size, Mode: mode } = mount.TmpfsOptions ?? {};
  return [
    ...(readOnly ? ["ro"] : []),
    ...(mode === undefined || mode === 0 ? [] : [`mode=${mode.toString(8)}`]),
    ...(size === undefined || size === 0 ? [] : [`size=${size}`]),
  ].join(",");
}

/** @see moby daemon/internal/mounttree, moby/sys/mount MergeTmpfsOptions */
const TMPFS_OPTIONS: ReadonlySet<string> = new Set([
  "",
  ..."size mode uid gid nr_inodes nr_blocks mpol huge defaults ro rw suid nosuid dev nodev exec noexec sync async".split(
    " ",
  ),
  ..."dirsync remount mand nomand atime noatime diratime nodiratime bind rbind unbindable runbindable private".split(
    " ",
  ),
  ..."rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime".split(" "),
]);

function tmpfs(path: string, options: string): MountPoint {
  if (!path.startsWith("/")) {
    throw new StatusError("invalid-argument", `invalid mount path: '${path}' mount path must be absolute`);
  }
  for (const option of options.split(",")) {
    const [name = ""] = option.split("=");
    if (!TMPFS_OPTIONS.has(name)) throw new StatusError("invalid-argument", `invalid tmpfs option ${quote(name)}`);
  }
  return {
    type: "tmpfs",
    source: "",
    destination: clean(path),
    readOnly: false,
    copiesImage: false,
    propagation: "",
    mode: "",
    options: options.split(",").filter((option) => option !== ""),
  };
}
