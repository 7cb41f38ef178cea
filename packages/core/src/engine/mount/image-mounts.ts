/**
 * Images that containers see as directories: `--mount type=image,src=busybox,dst=/tools`. While such a container runs, the
 * image is mounted on the machine, under a layer that stays empty: containers only read.
 *
 * @see moby daemon/mounts.go, daemon/volumes_unix.go
 */
import { MS_REC } from "../../abi/index.ts";
import { type Image, topSnapshot } from "../../image/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { clean, join } from "../../lib/index.ts";
import { parseMountOptions } from "../../runtime/index.ts";
import { SNAPSHOT_ROOT, type Snapshotter } from "../../snapshot/index.ts";
import type { Container } from "../container/container.ts";
import { derivedId } from "../names.ts";
import { ensureDirectory } from "../volumes.ts";
import { bindOnMachine, mountOnMachine, unmountOnMachine } from "./machine-mounts.ts";
import { type MountPoint, volumeOf } from "./mount-points.ts";

export interface ImageMountsParts {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  /** @throws StatusError not-found */
  readonly findImage: (name: string) => Image;
}

/** Mount points of a new container, whose images are there. @throws StatusError not-found */
export function placeImages(
  points: readonly MountPoint[],
  containerId: string,
  findImage: ImageMountsParts["findImage"],
): readonly MountPoint[] {
  if (!points.some(({ type }) => type === "image")) return points;
  return points.map((point) => {
    if (point.type !== "image") return point;
    const { id: image } = findImage(point.name ?? "");
    const place = `${SNAPSHOT_ROOT}/${derivedId(containerId, `image at ${point.destination}`)}/merged`;
    return { ...point, image, source: join(place, clean(`/${point.subpath ?? ""}`)) };
  });
}

export class ImageMounts {
  readonly #parts: ImageMountsParts;

  constructor(parts: ImageMountsParts) {
    this.#parts = parts;
  }

  /** A container is about to see its images. @throws StatusError not-found for one that is gone */
  open({ mountPoints }: Container): void {
    for (const point of mountPoints) if (point.type === "image") this.#mount(point);
  }

  close({ mountPoints }: Container): void {
    for (const point of mountPoints) if (point.type === "image") this.#unmount(point);
  }

  #mount(point: MountPoint): void {
    const { kernel, snapshotter, findImage } = this.#parts;
    const place = volumeOf(point);
    if (snapshotter.has(place)) return;
    const image = findImage(point.image ?? point.name ?? "");
    snapshotter.prepare(place, topSnapshot(image));
    const [spec] = snapshotter.mounts(place, place);
    ensureDirectory(kernel.disk, place);
    if (spec?.type !== "overlay") {
      bindOnMachine(kernel, { source: spec?.source ?? place, path: place, flags: MS_REC });
      return;
    }
    const { type, source = type, options = [] } = spec;
    mountOnMachine(kernel, { type, source, path: place, ...parseMountOptions(options) });
  }

  #unmount(point: MountPoint): void {
    const { kernel, snapshotter } = this.#parts;
    const place = volumeOf(point);
    if (!snapshotter.has(place)) return;
    unmountOnMachine(kernel, place);
    snapshotter.remove(place);
  }
}
