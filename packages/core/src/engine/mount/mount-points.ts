/**
 * Mount points: what `-v`, `--mount`, `--tmpfs` and the image's VOLUMEs put into a container.
 *
 * @see moby volume/mounts/linux_parser.go, daemon/volumes.go
 */
import { quote } from "../../lib/go/index.ts";
import { clean, join, ownValue, StatusError } from "../../lib/index.ts";
import type { MountSpec } from "../../oci/index.ts";
import type { ContainerConfig, HostConfig, MountBody, StringMap } from "../docker/create-body.ts";
import { isLocalPath } from "../volume/volume-subpath.ts";

export interface MountPoint {
  readonly type: "bind" | "image" | "volume" | "tmpfs";
  /** Name of a volume, or of an image. */
  readonly name?: string;
  /** The id of an image: what its name stood for when the container was made. */
  readonly image?: string;
  /** A volume that nobody has named goes with the last container that has it. */
  readonly isAnonymous?: boolean;
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
  /** A tmpfs is there instead: it is not mounted. */
  readonly isCovered?: boolean;
  /** Options of a tmpfs. */
  readonly options?: readonly string[];
}

/** How a volume is to be made that does not exist. */
export interface VolumeWish {
  readonly driver?: string;
  readonly options?: StringMap;
  readonly labels?: StringMap;
}

/** What a mount point needs of the volumes. */
export interface VolumeSource {
  /**
   * The directory of the named volume, made if it does not exist; a new anonymous one without a name.
   *
   * @throws StatusError not-found for another driver, invalid-argument for options that there are not
   */
  ensure(name: string | undefined, wanted?: VolumeWish): { readonly name: string; readonly path: string };
}

/** A mount point as it is asked for: before there is a volume for it. */
interface AskedMount {
  readonly point: MountPoint;
  /** What it shows, and how that is to be made; nothing unless it is a volume. */
  readonly volume?: VolumeWish;
}

/** What is wrong with mounts that are spelt out is said before anything is made. @throws StatusError invalid-argument */
export function verifyMounts({ Mounts: mounts }: Partial<HostConfig>): void {
  mounts?.forEach(parseMount);
}

/** Sources of mounts that are spelt out, which have to be there. */
export function spelledSources({ Mounts: mounts }: Partial<HostConfig>): readonly string[] {
  if (!mounts?.length) return NO_SOURCES;
  return mounts.flatMap(({ Type, Source = "", BindOptions }) =>
    Type === "bind" && BindOptions?.CreateMountpoint !== true ? [clean(Source)] : [],
  );
}

/**
 * Collects all mount points of a container, ordered by destination depth. Later ones win: image VOLUMEs, then -v, then
 * --mount and --tmpfs. Volumes are made as they are met: those before a mistake stay.
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
  return collect(config, hostConfig, volumes, inherited);
}

export const NO_MOUNT_POINTS: readonly MountPoint[] = [];
const NO_SOURCES: readonly string[] = [];

function collect(
  config: Partial<ContainerConfig>,
  hostConfig: Partial<HostConfig>,
  volumes: VolumeSource,
  inherited: readonly MountPoint[],
): readonly MountPoint[] {
  const points = new Map<string, MountPoint>();
  const explicit = new Set<string>();
  for (const point of inherited) points.set(point.destination, { ...point, copiesImage: false });
  /** Whose place is taken gets no volume. */
  const add = (asked: AskedMount, said = asked.point.destination): void => {
    const { destination } = asked.point;
    if (explicit.has(destination)) throw new StatusError("invalid-argument", `Duplicate mount point: ${said}`);
    explicit.add(destination);
    points.set(destination, withVolume(asked, volumes));
  };
  const { VolumeDriver: driver = "" } = hostConfig;
  const wish: VolumeWish = driver === "" ? {} : { driver };
  const memory = Object.entries(hostConfig.Tmpfs ?? {});
  const isTmpfs = (destination: string): boolean => memory.some(([path]) => path === destination);
  for (const bind of hostConfig.Binds ?? []) {
    const asked = parseBind(bind, wish);
    if (isTmpfs(asked.point.destination)) explicit.add(asked.point.destination);
    add(asked);
  }
  for (const mount of hostConfig.Mounts ?? []) add(parseMount(mount), mount.Target ?? "");
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = clean(path);
    if (!points.has(destination) && !isTmpfs(destination))
      points.set(destination, withVolume(anonymous(destination, wish), volumes));
  }
  const below = memory.map(([path, options]) => ({ ...tmpfs(path, options), isUnlisted: true }));
  // What has the place of a tmpfs gives way, unless that place was said in another way: then it lies on the tmpfs.
  const others = [...points.values()].map((point) =>
    point.type !== "tmpfs" && isTmpfs(point.destination) ? { ...point, isCovered: true } : point,
  );
  return [...below, ...others].sort((a, b) => depthOf(a.destination) - depthOf(b.destination));
}

/** With its volume, which is made unless it is there; one that has no name gets it now. */
function withVolume({ point, volume: wish }: AskedMount, volumes: VolumeSource): MountPoint {
  if (wish === undefined) return point;
  const { name, path } = volumes.ensure(point.name === "" ? undefined : point.name, wish);
  return { ...point, name, source: join(path, clean(`/${point.subpath ?? ""}`)) };
}

/** How the runtime mounts it. @throws StatusError invalid-argument for an option that no tmpfs has */
export function mountSpec(point: MountPoint, containerId: string): MountSpec {
  if (point.type === "tmpfs") {
    const options = ["noexec", "nosuid", "nodev", ...(point.options ?? [])];
    for (const option of options) {
      const [name = ""] = option.split("=");
      if (!TMPFS_OPTIONS.has(name)) throw new StatusError("invalid-argument", `invalid tmpfs option ${quote(name)}`);
    }
    return { destination: point.destination, type: "tmpfs", source: "tmpfs", options };
  }
  const options = [
    "rbind",
    ...(point.readOnly ? ["rro"] : []),
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

/** Mounts are made from the top down. */
export const depthOf = (path: string): number => path.split("/").length;

/**
 * Groups of words that exclude each other in the mode of a bind mount. Those of the last group mean something on macOS
 * only.
 */
const MODES: readonly ReadonlySet<string>[] = [
  new Set(["rw", "ro"]),
  new Set(["z", "Z"]),
  new Set(["nocopy"]),
  new Set(["private", "rprivate", "slave", "rslave", "shared", "rshared"]),
  new Set(["cached", "delegated", "consistent"]),
];
const PROPAGATIONS = MODES[3] as ReadonlySet<string>;

/** @see moby volume/mounts/linux_parser.go linuxValidMountMode */
function isMode(text: string): boolean {
  if (text === "") return true;
  const words = text.split(",");
  if (!words.every((word) => MODES.some((kind) => kind.has(word)))) return false;
  return MODES.every((kind) => words.filter((word) => kind.has(word)).length <= 1);
}

/** `source:destination[:mode]` of -v. @see moby volume/mounts/linux_parser.go ParseMountRaw */
function parseBind(text: string, wish: VolumeWish): AskedMount {
  const parts = text.split(":");
  const invalid = (why = ""): StatusError =>
    new StatusError("internal", `invalid volume specification: '${text}'${why}`);
  const [first = "", second, mode = ""] = parts;
  const isNothing = second !== undefined && first === "";
  if (isNothing || parts.length > 3 || (parts.length === 2 && second !== "" && isMode(second ?? ""))) throw invalid();
  const type = second !== undefined && first.startsWith("/") ? "bind" : "volume";
  const target = second ?? first;
  if (!isMode(mode)) throw new StatusError("internal", `invalid mode: ${mode}`);
  const words = mode.split(",");
  const propagation = words.find((word) => PROPAGATIONS.has(word)) ?? "";
  const why = targetProblem(target) ?? foreignWord(type, { propagation, words });
  if (why !== undefined) throw invalid(`: invalid mount config for type "${type}": ${why}`);
  const destination = clean(target);
  if (second === undefined) return anonymous(destination, wish);
  const readOnly = words.includes("ro");
  if (type === "bind") {
    const source = clean(first);
    return {
      point: { type, source, makesSource: true, destination, readOnly, copiesImage: false, propagation, mode },
    };
  }
  const copiesImage = !words.includes("nocopy");
  const shown = mode === "" ? "z" : mode;
  return {
    point: { type, name: first, source: "", destination, readOnly, copiesImage, propagation: "", mode: shown },
    volume: wish,
  };
}

/** What is wrong with the place of a mount. */
function targetProblem(target: string): string | undefined {
  if (target === "") return "field Target must not be empty";
  if (clean(target) === "/") return "invalid specification: destination can't be '/'";
  return target.startsWith("/") ? undefined : `invalid mount path: '${target}' mount path must be absolute`;
}

/** A word of a mode that means something for the other kind of mount. */
function foreignWord(
  type: "bind" | "volume",
  { propagation, words }: { readonly propagation: string; readonly words: readonly string[] },
): string | undefined {
  if (type === "volume" && propagation !== "") return "field BindOptions must not be specified";
  return type === "bind" && words.includes("nocopy") ? "field VolumeOptions must not be specified" : undefined;
}

function anonymous(destination: string, wish: VolumeWish): AskedMount {
  const common = { source: "", readOnly: false, copiesImage: true, propagation: "", mode: "" };
  return { point: { type: "volume", name: "", isAnonymous: true, destination, ...common }, volume: wish };
}

/** @see moby volume/mounts/validate.go validateExclusiveOptions */
const OPTIONS: Readonly<Record<string, keyof MountBody & `${string}Options`>> = {
  bind: "BindOptions",
  volume: "VolumeOptions",
  image: "ImageOptions",
  tmpfs: "TmpfsOptions",
};

function parseMount(mount: MountBody): AskedMount {
  const { Type: type = "", Source: source = "", Target: target = "", ReadOnly: readOnly = false } = mount;
  const own = ownValue(OPTIONS, type);
  const foreign = own && Object.values(OPTIONS).find((name) => name !== own && mount[name] !== undefined);
  if (foreign !== undefined) {
    throw new StatusError("invalid-argument", `${foreign} must not be specified on mount type "${type}"`);
  }
  const problem = (why: string): StatusError =>
    new StatusError("invalid-argument", `invalid mount config for type "${type}": ${why}`);
  const why = targetProblem(target) ?? optionsProblem(mount);
  if (why !== undefined) throw problem(why);
  const destination = clean(target);
  switch (type) {
    case "bind":
      if (source === "") throw problem("field Source must not be empty");
      if (!source.startsWith("/")) throw problem(`invalid mount path: '${source}' mount path must be absolute`);
      return {
        point: {
          type,
          source: clean(source),
          destination,
          readOnly,
          copiesImage: false,
          ...(mount.BindOptions?.CreateMountpoint === true ? { makesSource: true } : {}),
          propagation: mount.BindOptions?.Propagation ?? "",
          mode: "",
        },
      };
    case "volume": {
      const { Subpath: subpath = "" } = mount.VolumeOptions ?? {};
      if (subpath !== "" && source === "") throw problem("must not set Subpath when using anonymous volumes");
      if (subpath !== "" && !isLocalPath(subpath)) throw problem("subpath must be a relative path within the volume");
      if (readOnly && source === "") throw problem("must not set ReadOnly mode when using anonymous volumes");
      return {
        point: {
          type,
          name: source,
          isAnonymous: source === "",
          source: "",
          ...(subpath === "" ? {} : { subpath }),
          destination,
          readOnly,
          copiesImage: mount.VolumeOptions?.NoCopy !== true,
          propagation: "",
          mode: "z",
        },
        volume: wishOf(mount),
      };
    }
    case "tmpfs":
      if (source !== "") throw problem("field Source must not be specified");
      return { point: tmpfs(destination, tmpfsOptions(mount, readOnly)) };
    case "image": {
      const { Subpath: subpath = "" } = mount.ImageOptions ?? {};
      if (source === "") throw problem("field Source must not be empty");
      if (subpath !== "" && !isLocalPath(subpath)) throw problem("subpath must be a relative path within the volume");
      return {
        point: {
          ...{ type, name: source, source: "", destination, copiesImage: false, mode: "" },
          ...(subpath === "" ? {} : { subpath }),
          // Images are always mounted read-only.
          readOnly: true,
          propagation: "rprivate",
        },
      };
    }
    default:
      throw problem("mount type unknown");
  }
}

/** What is wrong with the options of the mount's own kind. */
function optionsProblem({ Type: type, BindOptions }: MountBody): string | undefined {
  const { Propagation: propagation = "" } = BindOptions ?? {};
  if (type !== "bind" || propagation === "" || PROPAGATIONS.has(propagation)) return undefined;
  return `invalid propagation mode: ${propagation}`;
}

function wishOf({ VolumeOptions }: MountBody): VolumeWish {
  const { DriverConfig: { Name: driver = "", Options: options = {} } = {}, Labels: labels = {} } = VolumeOptions ?? {};
  return { driver, options, labels };
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
  ..."size mode uid gid nr_inodes nr_blocks mpol defaults ro rw suid nosuid dev nodev exec noexec sync async".split(
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
  if (clean(path) === "/") throw new StatusError("invalid-argument", "invalid specification: destination can't be '/'");
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
