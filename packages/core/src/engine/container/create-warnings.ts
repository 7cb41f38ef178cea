/**
 * What the engine remarks on a new container without refusing it.
 *
 * @see moby daemon/container.go: verifyContainerSettings, daemon/create.go: containerCreate, runconfig
 */
import type { Machine } from "../../kernel/index.ts";
import { HOST_PLATFORM, type HostPlatform, platformText } from "../../oci/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { weightWarnings } from "./block-weights.ts";
import type { Container } from "./container.ts";

/** What the processor can do. @see containerd/platforms: the variant of amd64 is found out */
const VARIANT = "v4";

interface Asked {
  readonly hostConfig: Partial<HostConfig>;
  /** The platform was asked for, by `--platform`. */
  readonly isChosen: boolean;
}

/** What the daemon warns of when it makes a container, in its words. */
export function createWarnings(
  { hostConfig, image }: Pick<Container, "hostConfig" | "image">,
  { hostConfig: asked, isChosen }: Asked,
  machine: Machine,
): readonly string[] {
  const { NetworkMode, PortBindings, OomKillDisable, Memory = 0 } = hostConfig;
  const isDiscarded = NetworkMode === "host" && Object.keys(PortBindings ?? {}).length > 0;
  const showsImages = (hostConfig.Mounts ?? []).some(({ Type }) => Type === "image");
  return [
    ...(OomKillDisable === true && Memory === 0 ? [NO_OOM_KILLER] : []),
    ...weightWarnings(asked, machine),
    ...(ignoresDriver(hostConfig) ? [DRIVER_IGNORED] : []),
    ...(showsImages ? ["Image mount is an experimental feature"] : []),
    ...(isDiscarded ? ["Published ports are discarded when using host network mode"] : []),
    ...(!isChosen && isForeign(image.config) ? [mismatch(image.config)] : []),
  ];
}

/** The driver of the whole container is for its other volumes. @see moby container_routes.go handleVolumeDriverBC */
function ignoresDriver({ VolumeDriver: driver = "", Mounts: mounts }: Partial<HostConfig>): boolean {
  if (driver === "") return false;
  return (mounts ?? []).some(({ Type, VolumeOptions }) => {
    const name = VolumeOptions?.DriverConfig?.Name ?? "";
    return Type === "volume" && name === "";
  });
}

const DRIVER_IGNORED =
  "WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead";
const NO_OOM_KILLER =
  "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.";

const isForeign = ({ os, architecture }: HostPlatform): boolean =>
  os !== HOST_PLATFORM.os || architecture !== HOST_PLATFORM.architecture;

function mismatch(image: HostPlatform): string {
  const host = platformText({ ...HOST_PLATFORM, variant: VARIANT });
  const what = `The requested image's platform (${platformText(image)}) does not match the detected host platform`;
  return `${what} (${host}) and no specific platform was requested`;
}
