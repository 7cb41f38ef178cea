/**
 * What a container uses of another: its network, its processes' numbers, its shared memory, its mounts.
 *
 * @see moby daemon/container_operations_unix.go, daemon/volumes.go
 */
import { StatusError } from "../../lib/index.ts";
import { DEFAULT_SHM_SIZE } from "../../runtime/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { type MountPoint, NO_MOUNT_POINTS } from "../mount/mount-points.ts";
import { SharedMemory } from "../mount/shared-memory.ts";
import type { Container } from "./container.ts";
import type { ContainerIndex } from "./container-index.ts";

const VOLUMES_FROM_MODES: ReadonlySet<string> = new Set(["", "rw", "ro", "z", "Z", "ro,z", "ro,Z", "z,ro", "rw,z"]);

/** The container that NetworkMode names. @throws StatusError if there is none, or it does not run */
export function networkOwner(index: ContainerIndex, container: Container): Container | undefined {
  const mode = container.hostConfig.NetworkMode ?? "";
  if (!mode.startsWith("container:")) return undefined;
  const reference = mode.slice("container:".length);
  const owner = index.find(reference);
  if (owner === undefined) {
    throw new StatusError("not-found", `joining network namespace of container: No such container: ${reference}`);
  }
  if (owner === container) throw new StatusError("invalid-argument", "cannot join own network namespace");
  if (!owner.isRunning) {
    throw new StatusError(
      "conflict",
      `cannot join network namespace of a non running container: container ${owner.name} is ${owner.state}`,
    );
  }
  return owner;
}

/** The first process of the container that a namespace is joined of. */
export const donorPid = (index: ContainerIndex, reference: string): number => index.get(reference).pid;

/**
 * The settings with the ids of those whose processes' numbers and memory it is to see, who may change their names.
 *
 * @throws StatusError invalid-argument if there is none of that name
 */
export function withDonors(index: ContainerIndex, hostConfig: Partial<HostConfig>): Partial<HostConfig> {
  const { IpcMode: ipc = "", PidMode: pid = "" } = hostConfig;
  const [ipcOf, pidOf] = [donorName(ipc), donorName(pid)];
  if (ipcOf === "" && pidOf === "") return hostConfig;
  return {
    ...hostConfig,
    ...(ipcOf === "" ? {} : { IpcMode: `${CONTAINER}${named(index, ipcOf, invalid).id}` }),
    ...(pidOf === "" ? {} : { PidMode: `${CONTAINER}${named(index, pidOf, invalid).id}` }),
  };
}

const CONTAINER = "container:";
const donorName = (mode: string): string => (mode.startsWith(CONTAINER) ? mode.slice(CONTAINER.length) : "");

/**
 * Whether what it wants to see of others can be seen.
 *
 * @throws StatusError internal: the request to start is not at fault
 * @see moby daemon/start.go containerStart, daemon/container_operations_unix.go
 */
export function checkDonors(index: ContainerIndex, { hostConfig }: Container): void {
  const { IpcMode: ipc = "", PidMode: pid = "" } = hostConfig;
  if (ipc.startsWith(CONTAINER)) {
    const donor = runningDonor(index, donorName(ipc), "IPC");
    if (donor.hostConfig.IpcMode !== "shareable") {
      const hint = "non-shareable IPC (hint: use IpcMode:shareable for the donor container)";
      throw new StatusError("internal", `failed to join IPC namespace: container ${donor.id}: ${hint}`);
    }
  }
  if (pid.startsWith(CONTAINER)) runningDonor(index, donorName(pid), "PID");
}

function runningDonor(index: ContainerIndex, reference: string, kind: "IPC" | "PID"): Container {
  const problem = (why: string): StatusError => new StatusError("internal", `failed to join ${kind} namespace: ${why}`);
  const donor = named(index, reference, problem);
  if (!donor.isRunning) throw problem(`container ${donor.id} is not running`);
  return donor;
}

/** Where the machine has a /dev/shm that several containers see; it is made for one that lets others join. */
export function sharedMemory(index: ContainerIndex, shm: SharedMemory, container: Container): string | undefined {
  const { IpcMode: mode = "", ShmSize: size = 0 } = container.hostConfig;
  if (mode === "host") return "/dev/shm";
  if (mode.startsWith("container:")) return SharedMemory.pathFor(index.get(mode.slice("container:".length)));
  if (mode !== "shareable") return undefined;
  shm.open(container, size === 0 ? DEFAULT_SHM_SIZE : size);
  return SharedMemory.pathFor(container);
}

/** What --volumes-from names: the mounts of other containers. @throws StatusError invalid-argument, not-found */
export function inheritedMounts(
  index: ContainerIndex,
  { VolumesFrom: from }: Partial<HostConfig>,
): readonly MountPoint[] {
  if (from == null || from.length === 0) return NO_MOUNT_POINTS;
  return from.flatMap((text) => {
    if (text === "") throw new StatusError("invalid-argument", "volumes-from specification cannot be an empty string");
    const [name = "", mode = "rw"] = text.split(/:(.*)/s, 2);
    if (!VOLUMES_FROM_MODES.has(mode)) throw new StatusError("invalid-argument", `invalid mode: ${mode}`);
    const given = named(index, name, invalid).mountPoints.filter(({ isUnlisted }) => isUnlisted !== true);
    // What has no source is taken for a volume, and this one has no name.
    if (given.some(({ type }) => type === "tmpfs")) throw new StatusError("not-found", "get: no such volume");
    const isReadOnly = mode.split(",").includes("ro");
    // Its mode in words does not go along.
    return given.map((point) => ({ ...point, readOnly: point.readOnly || isReadOnly, mode: "" }));
  });
}

const invalid = (why: string): StatusError => new StatusError("invalid-argument", why);

/** A container that a setting names; `problem` is what is thrown if there is none. */
function named(index: ContainerIndex, name: string, problem: (why: string) => StatusError): Container {
  try {
    return index.get(name);
  } catch (error) {
    throw error instanceof StatusError ? problem(error.message) : error;
  }
}
