/**
 * The volumes of containers that run, on the machine. One of the local driver that is made of something else than a
 * directory (`-o type=tmpfs -o device=tmpfs -o o=size=8k`, or `-o type=none -o o=bind -o device=/srv`, which shows one) is
 * mounted while a container has it; a part of a volume is held in its place.
 *
 * Unlike Docker's, a volume that shows an empty directory is not filled with what the image has in its place.
 *
 * @see moby volume/local/local_unix.go
 */
import { Errno, MS_BIND } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { basename, dirname, StatusError } from "../../lib/index.ts";
import { parseMountOptions } from "../../runtime/index.ts";
import { walk } from "../../vfs/index.ts";
import type { Container } from "../container/container.ts";
import type { EventLog } from "../events.ts";
import { makeSources } from "../mount/bind-source.ts";
import { ImageMounts, type ImageMountsParts } from "../mount/image-mounts.ts";
import { bindOnMachine, mountOnMachine, unmountOnMachine } from "../mount/machine-mounts.ts";
import { type MountPoint, pinPath, volumeOf } from "../mount/mount-points.ts";
import { ensureDirectory, type Volume, type VolumeService } from "../volumes.ts";
import { resolveSubpath } from "./volume-subpath.ts";

export interface VolumeMountsParts extends ImageMountsParts {
  readonly volumes: VolumeService;
  readonly events: EventLog;
}

export class VolumeMounts {
  readonly #kernel: Kernel;
  readonly #volumes: VolumeService;
  readonly #events: EventLog;
  readonly #images: ImageMounts;
  /** Ids of the containers that have a volume mounted, by its name. */
  readonly #holders = new Map<string, Set<string>>();

  constructor(parts: VolumeMountsParts) {
    const { kernel, volumes, events } = parts;
    this.#images = new ImageMounts(parts);
    this.#kernel = kernel;
    this.#volumes = volumes;
    this.#events = events;
  }

  /** A container is about to have its volumes. @throws StatusError internal, invalid-argument if one cannot be had */
  open(container: Container): void {
    const { id, mountPoints } = container;
    if (mountPoints.length === 0) return;
    try {
      for (const volume of this.#of(container)) this.#retain(volume, id);
      this.#images.open(container);
      makeSources(this.#kernel, mountPoints);
      for (const point of mountPoints) this.#pin(point, id);
    } catch (error) {
      if (error instanceof StatusError) this.#letGo(container);
      throw error;
    }
    this.#record(container, "mount");
  }

  /** A container has them no longer. */
  close(container: Container): void {
    if (container.mountPoints.length === 0) return;
    this.#record(container, "unmount");
    this.#letGo(container);
  }

  #letGo(container: Container): void {
    for (const point of container.mountPoints) this.#unpin(point, container.id);
    this.#images.close(container);
    for (const volume of this.#of(container)) this.#release(volume, container.id);
  }

  #of({ mountPoints }: Container): readonly Volume[] {
    return mountPoints.flatMap(({ type, name = "" }) => {
      const volume = type === "volume" ? this.#volumes.get(name) : undefined;
      return volume === undefined ? [] : [volume];
    });
  }

  #record({ id, mountPoints }: Container, action: "mount" | "unmount"): void {
    for (const { type, name, destination, readOnly } of mountPoints) {
      if (type !== "volume" || name === undefined) continue;
      const more = action === "mount" ? { destination, propagation: "", "read/write": String(!readOnly) } : {};
      this.#events.record("volume", action, name, { container: id, driver: "local", ...more });
    }
  }

  /** @throws StatusError internal if it cannot be mounted */
  #retain(volume: Volume, container: string): void {
    if (volume.options["type"] === undefined) return;
    const holders = this.#holders.get(volume.name) ?? new Set();
    if (holders.size === 0) this.#mount(volume);
    this.#holders.set(volume.name, holders.add(container));
  }

  /** With the last one who has it goes what is mounted. */
  #release(volume: Volume, container: string): void {
    const holders = this.#holders.get(volume.name);
    if (holders?.delete(container) !== true || holders.size > 0) return;
    this.#holders.delete(volume.name);
    unmountOnMachine(this.#kernel, volume.path);
  }

  /**
   * Holds the part of a volume that a container is about to have: whatever becomes of links in the volume from now on,
   * the container gets what was there.
   *
   * @throws StatusError invalid-argument if it is not there, or outside of the volume
   */
  #pin(point: MountPoint, container: string): void {
    if (point.subpath === undefined) return;
    const { init, disk } = this.#kernel;
    const from = walk(init, resolveSubpath(this.#kernel, volumeOf(point), point.subpath), { follow: false });
    const path = pinPath(container, point);
    const isDirectory = from.inode.type === "dir";
    const parent = ensureDirectory(disk, dirname(path));
    if (parent.lookup(basename(path)) === undefined) {
      parent.create(basename(path), { type: isDirectory ? "dir" : "file", mode: 0o700, uid: 0, gid: 0 });
    }
    init.ns.mnt.tree.bind(from, walk(init, path, { follow: false }), { recursive: true });
  }

  #unpin(point: MountPoint, container: string): void {
    if (point.subpath === undefined) return;
    const { init, disk } = this.#kernel;
    const path = pinPath(container, point);
    const parent = ensureDirectory(disk, dirname(path));
    const held = parent.lookup(basename(path));
    if (held === undefined) return;
    const at = walk(init, path, { follow: false }).top;
    if (at.dentry === at.mount.root) init.ns.mnt.tree.unmount(at, { lazy: true });
    if (held.type === "dir") parent.rmdir(basename(path));
    else parent.unlink(basename(path));
  }

  #mount({ path, options }: Volume): void {
    const { type = "", device = "", o = "" } = options;
    const { flags, data } = parseMountOptions(o === "" ? [] : o.split(","));
    try {
      if (device === "") throw new StatusError("internal", "missing device in volume options");
      if ((flags & MS_BIND) !== 0) bindOnMachine(this.#kernel, { source: device, path, flags });
      else mountOnMachine(this.#kernel, { type, source: device, path, flags, data });
    } catch (error) {
      if (!(error instanceof Errno || error instanceof StatusError)) throw error;
      const where = [`${device}:${path}`, ...(flags === 0 ? [] : [`flags: 0x${flags.toString(16)}`])];
      const what = [...where, ...(data.length === 0 ? [] : [`data: ${data.join(",")}`])].join(", ");
      const reason = error instanceof Errno ? `mount ${what}: ${error.message.toLowerCase()}` : error.message;
      throw new StatusError(
        "internal",
        `error while mounting volume '${path}': failed to mount local volume: ${reason}`,
      );
    }
  }
}
