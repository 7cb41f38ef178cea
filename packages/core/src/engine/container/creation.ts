/**
 * How a request becomes a container: checked, named, with mounts, networks and a snapshot of its own.
 *
 * @see moby daemon/create.go
 */
import { type Image, topSnapshot } from "../../image/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { ContainerConfig, HostConfig } from "../docker/create-body.ts";
import { checkSource } from "../mount/bind-source.ts";
import { holdImages, placeImages, releaseImages } from "../mount/image-mounts.ts";
import { initLayer } from "../mount/init-layer.ts";
import { collectMountPoints, type MountPoint, spelledSources } from "../mount/mount-points.ts";
import { newId } from "../names.ts";
import { forgetLinks, link } from "../network/links.ts";
import type { NetworkService } from "../networks.ts";
import type { VolumeService } from "../volumes.ts";
import { withoutMissingWeights } from "./block-weights.ts";
import { inheritedMounts, withDonors } from "./borrowed.ts";
import { CheckedRequests } from "./checked-requests.ts";
import { Container } from "./container.ts";
import type { ContainerEvents } from "./container-events.ts";
import type { ContainerIndex } from "./container-index.ts";
import type { CreateOptions } from "./create-options.ts";
import { furnish } from "./furnish.ts";
import { keptSettings } from "./kept-settings.ts";
import { mergeConfig, withoutEmptyEntrypoint } from "./merge-config.ts";
import { verifySettings } from "./verify.ts";
import { verifyLate } from "./verify-late.ts";

/** What only the engine itself gives to a container. */
export interface OwnOptions {
  /** The container is a task's, and may be on networks of its swarm. */
  readonly isTask?: boolean;
  /** Besides those that were asked for. */
  readonly mounts?: readonly MountPoint[];
}

export interface CreationParts {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  readonly volumes: VolumeService;
  readonly networks: NetworkService;
  readonly prng: Prng;
  /** Finds an image by what a user calls it. @throws StatusError not-found */
  readonly findImage: (name: string) => Image;
  readonly events: ContainerEvents;
  readonly index: ContainerIndex;
}

export class Creation {
  readonly #parts: CreationParts;
  readonly #requests: CheckedRequests;

  constructor(parts: CreationParts) {
    this.#parts = parts;
    this.#requests = new CheckedRequests((options, image) => {
      const { HostConfig: hostConfig = NO_HOST_CONFIG, ...config } = options;
      this.#verify(options);
      const merged = withoutEmptyEntrypoint(mergeConfig(config, image.config.config));
      if (!hasProgram(merged)) {
        throw new StatusError("invalid-argument", "no command specified");
      }
      return { config: merged, hostConfig };
    });
  }

  /**
   * Makes a container; where that fails nothing is left but volumes that have names.
   *
   * @throws StatusError not-found without the image; conflict for a taken name; invalid-argument for a bad body.
   */
  create(given: CreateOptions, name = "", own: OwnOptions = {}): Container {
    const { snapshotter, volumes, networks, prng, kernel, findImage, index, events } = this.#parts;
    const { isTask = false, mounts = [] } = own;
    const id = newId(prng);
    const options = this.#supported(given);
    const { NetworkingConfig: networking } = options;
    const image = this.#imageFor(options);
    const { config: merged, hostConfig: wanted } = this.#requests.get(options, image);
    for (const source of spelledSources(wanted)) checkSource(kernel, source);
    const hostConfig = withDonors(index, wanted);
    const chosen = index.reserve(name, id);
    const volumesBefore = volumes.count;
    let container: Container | undefined;
    try {
      verifyLate(hostConfig);
      const endpoints = networks.initialEndpoints(hostConfig.NetworkMode ?? "", networking?.EndpointsConfig, {
        isTask,
      });
      const points = collectMountPoints(merged, hostConfig, volumes, inheritedMounts(index, hostConfig));
      container = new Container({
        id,
        name: chosen,
        image,
        imageName: options.Image,
        config: withHostname(merged, hostConfig, kernel.machine.hostname),
        hostConfig: this.#kept(hostConfig),
        endpoints: merged.NetworkDisabled === true ? {} : endpoints,
        mountPoints: withOwn(placeImages(points, id, findImage), mounts),
        isTask,
        createdUs: kernel.nowUs,
      });
      link(container, (other) => index.get(other));
      snapshotter.prepare(id, initLayer(snapshotter, topSnapshot(image)));
      holdImages(this.#parts, container.mountPoints);
      furnish(this.#parts, container);
      index.add(container);
      for (const { type, name: volume } of container.mountPoints) {
        if (type === "volume" && volume !== undefined) volumes.use(volume, id);
      }
      events.record(container, "create");
      return container;
    } catch (error) {
      index.release(chosen);
      if (snapshotter.has(id)) snapshotter.remove(id);
      if (container !== undefined) {
        releaseImages(snapshotter, container.mountPoints);
        forgetLinks(container);
      }
      volumes.removeAnonymousFrom(volumesBefore);
      throw error;
    }
  }

  /** Without what the machine's kernel has no part for. */
  #supported(options: CreateOptions): CreateOptions {
    const { HostConfig: asked } = options;
    if (asked === undefined) return options;
    const HostConfig = withoutMissingWeights(asked, this.#parts.kernel.machine);
    return HostConfig === asked ? options : { ...options, HostConfig };
  }

  /** @throws StatusError not-found; but what is wrong with the request itself is told first */
  #imageFor(options: CreateOptions): Image {
    try {
      return this.#parts.findImage(options.Image);
    } catch (error) {
      this.#verify(options);
      for (const source of spelledSources(options.HostConfig ?? NO_HOST_CONFIG))
        checkSource(this.#parts.kernel, source);
      if (options.Image === "" && !hasProgram(options)) {
        throw new StatusError("invalid-argument", "no command specified");
      }
      throw error;
    }
  }

  /** @throws StatusError invalid-argument */
  #verify({ HostConfig: hostConfig = NO_HOST_CONFIG, ...config }: Omit<CreateOptions, "NetworkingConfig">): void {
    verifySettings(config, hostConfig, this.#parts.kernel.machine);
  }

  /** The settings as the record has them: another container by its id. */
  #kept(given: Partial<HostConfig>): Partial<HostConfig> {
    const kept = keptSettings(given);
    const { NetworkMode: mode = "" } = kept;
    const other = mode.startsWith("container:") ? this.#parts.index.idOf(mode.slice("container:".length)) : undefined;
    return other === undefined ? kept : { ...kept, NetworkMode: `container:${other}` };
  }
}

const NO_HOST_CONFIG: Partial<HostConfig> = {};

const withOwn = (asked: readonly MountPoint[], own: readonly MountPoint[]): readonly MountPoint[] =>
  own.length === 0 ? asked : [...asked, ...own];

/** On the machine's own network a container is called what the machine is, if nobody says otherwise. */
function withHostname(
  config: Partial<ContainerConfig>,
  { NetworkMode }: Partial<HostConfig>,
  hostname: string,
): Partial<ContainerConfig> {
  return NetworkMode === "host" && (config.Hostname ?? "") === "" ? { ...config, Hostname: hostname } : config;
}

const hasProgram = ({ Entrypoint, Cmd }: Partial<ContainerConfig>): boolean =>
  (Entrypoint ?? []).length + (Cmd ?? []).length > 0;
