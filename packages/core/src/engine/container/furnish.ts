/**
 * What a new container has on its disks before it starts: its working directory, and in its new volumes what the image has
 * in their place.
 *
 * @see moby daemon/create_unix.go
 */
import { Errno } from "../../abi/index.ts";
import { MemoryDirectory } from "../../fs/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { clean, join, StatusError } from "../../lib/index.ts";
import { MountedSnapshot, type Snapshotter } from "../../snapshot/index.ts";
import { pathOf, walk } from "../../vfs/index.ts";
import { mergedPath } from "../mount/merged-path.ts";
import { type MountPoint, volumeOf } from "../mount/mount-points.ts";
import { resourceAt } from "../mount/resource.ts";
import { populateVolume } from "../volume/volume-copy.ts";
import { resolveSubpath } from "../volume/volume-subpath.ts";
import type { VolumeService } from "../volumes.ts";
import type { Container } from "./container.ts";

export interface Furniture {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  readonly volumes: VolumeService;
}

/** @throws StatusError internal for a path that cannot be made */
export function furnish({ kernel, snapshotter, volumes }: Furniture, container: Container): void {
  const workdir = container.config.WorkingDir ?? "";
  if (workdir === "" && container.mountPoints.length === 0) return;
  const fresh = container.mountPoints.filter(({ type, copiesImage }) => type === "volume" && copiesImage);
  const declared = declaredVolumes(container);
  if ((workdir === "" || workdir === "/") && fresh.length === 0 && declared.length === 0) return;
  const rootfs = new MountedSnapshot(kernel, snapshotter, container.id);
  try {
    if (workdir !== "" && workdir !== "/") {
      resourceAt(rootfs.context, workdir, mergedPath(container.id));
      rootfs.makeDirectory(workdir);
    }
    for (const { destination } of declared) refuseFile(rootfs, destination, mergedPath(container.id));
    for (const point of fresh) {
      const volume = volumes.get(point.name ?? "");
      if (volume === undefined || volume.options["type"] !== undefined) continue;
      const { subpath } = point;
      const place = subpath === undefined ? volumes.directory(volume) : partOf(kernel, volumeOf(point), subpath);
      if (place !== undefined) populateVolume({ rootfs, id: container.id }, point.destination, place);
    }
  } catch (error) {
    if (error instanceof Errno) throw new StatusError("internal", error.message.toLowerCase());
    throw error;
  } finally {
    rootfs.close();
  }
}

/** The volumes that have no name and are there because the configuration says so. */
function declaredVolumes({ config, mountPoints }: Container): readonly MountPoint[] {
  const paths = Object.keys(config.Volumes ?? {}).map(clean);
  if (paths.length === 0) return [];
  return mountPoints.filter(({ isAnonymous, destination }) => isAnonymous === true && paths.includes(destination));
}

/** A part of a volume; `undefined` unless it is a directory, which is said when the container starts. */
function partOf(kernel: Kernel, volume: string, subpath: string): MemoryDirectory | undefined {
  try {
    const { inode } = walk(kernel.init, resolveSubpath(kernel, volume, subpath), { follow: true });
    return inode instanceof MemoryDirectory ? inode : undefined;
  } catch (error) {
    if (error instanceof Errno || error instanceof StatusError) return undefined;
    throw error;
  }
}

/** @throws StatusError internal for a file where a volume is to be */
function refuseFile({ context }: MountedSnapshot, path: string, merged: string): void {
  const found = resourceAt(context, path, merged);
  if (found === undefined || found.inode.type === "dir") return;
  const place = join(merged, pathOf(found, context.root));
  throw new StatusError("internal", `cannot mount volume over existing file, file exists ${place}`);
}
