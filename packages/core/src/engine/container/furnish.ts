/**
 * What a new container has on its disks before it starts: its working directory, and in its new volumes what the image has
 * in their place.
 *
 * @see moby daemon/create_unix.go
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { MountedSnapshot, type Snapshotter } from "../../snapshot/index.ts";
import { checkSources } from "../mount/bind-source.ts";
import { mergedPath } from "../mount/merged-path.ts";
import { resourceAt } from "../mount/resource.ts";
import { populateVolume } from "../volume/volume-copy.ts";
import type { VolumeService } from "../volumes.ts";
import type { Container } from "./container.ts";

export interface Furniture {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  readonly volumes: VolumeService;
}

/** @throws StatusError invalid-argument for a source that is not there, internal for a path that cannot be made */
export function furnish({ kernel, snapshotter, volumes }: Furniture, container: Container): void {
  checkSources(kernel, container.mountPoints);
  const workdir = container.config.WorkingDir ?? "";
  const fresh = container.mountPoints.filter(({ type, copiesImage }) => type === "volume" && copiesImage);
  if ((workdir === "" || workdir === "/") && fresh.length === 0) return;
  const rootfs = new MountedSnapshot(kernel, snapshotter, container.id);
  try {
    if (workdir !== "" && workdir !== "/") {
      resourceAt(rootfs.context, workdir, mergedPath(container.id));
      rootfs.makeDirectory(workdir);
    }
    for (const { name = "", destination } of fresh) {
      const volume = volumes.get(name);
      if (volume?.options["type"] !== undefined) continue;
      if (volume !== undefined) populateVolume({ rootfs, id: container.id }, destination, volumes.directory(volume));
    }
  } catch (error) {
    if (error instanceof Errno) throw new StatusError("internal", error.message.toLowerCase());
    throw error;
  } finally {
    rootfs.close();
  }
}
