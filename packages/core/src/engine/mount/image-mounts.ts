/**
 * Images that containers see as directories: `--mount type=image,src=busybox,dst=/tools`. The container has a layer on the
 * image's from when it is made, so that the image's files stay even if the image is removed; while it runs, that is mounted
 * on the machine. The layer stays empty: containers only read.
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

/** Makes the layers of a new container on its images. @throws StatusError not-found */
export function holdImages(
  { snapshotter, findImage }: Omit<ImageMountsParts, "kernel">,
  points: readonly MountPoint[],
): void {
  for (const point of points) {
    if (point.type !== "image" || snapshotter.has(volumeOf(point))) continue;
    snapshotter.prepare(volumeOf(point), topSnapshot(findImage(point.image ?? point.name ?? "")));
  }
}

/** A container that is gone needs its images no more. */
export function releaseImages(snapshotter: Snapshotter, points: readonly MountPoint[]): void {
  for (const layer of imageLayers(points)) if (snapshotter.has(layer)) snapshotter.remove(layer);
}

/** The snapshots that a container has besides its own. */
export const imageLayers = (points: readonly MountPoint[]): readonly string[] =>
  points.filter(({ type }) => type === "image").map(volumeOf);

export class ImageMounts {
  readonly #parts: ImageMountsParts;
  readonly #mounted = new Set<string>();

  constructor(parts: ImageMountsParts) {
    this.#parts = parts;
  }

  /** A container is about to see its images. @throws StatusError not-found for one that is gone */
  open({ mountPoints }: Container): void {
    holdImages(this.#parts, mountPoints);
    for (const place of imageLayers(mountPoints)) this.#mount(place);
  }

  close({ mountPoints }: Container): void {
    for (const place of imageLayers(mountPoints)) {
      if (this.#mounted.delete(place)) unmountOnMachine(this.#parts.kernel, place);
    }
  }

  #mount(place: string): void {
    const { kernel, snapshotter } = this.#parts;
    if (this.#mounted.has(place)) return;
    const [spec] = snapshotter.mounts(place, place);
    ensureDirectory(kernel.disk, place);
    this.#mounted.add(place);
    if (spec?.type !== "overlay") {
      bindOnMachine(kernel, { source: spec?.source ?? place, path: place, flags: MS_REC });
      return;
    }
    const { type, source = type, options = [] } = spec;
    mountOnMachine(kernel, { type, source, path: place, ...parseMountOptions(options) });
  }
}
