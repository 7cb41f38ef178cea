/**
 * How a container gets what only a running one has (a network, mounts, streams, a process), and lets go of it.
 *
 * @see moby daemon/start.go containerStart, Cleanup
 */
import type { Kernel } from "../../kernel/index.ts";
import { SmallMap, StatusError } from "../../lib/index.ts";
import type { RuntimeSpec } from "../../oci/index.ts";
import { type OciContainer, type Runtime, sysctlProblem } from "../../runtime/index.ts";
import type { World } from "../../sim/index.ts";
import { ROOTFS_PATH, type Snapshotter } from "../../snapshot/index.ts";
import type { CauseLog } from "../explain/cause-log.ts";
import { checkLogDriver } from "../log/log-driver.ts";
import { ConnectionLost, type DaemonLife } from "../machine/daemon-life.ts";
import { mergedPath } from "../mount/merged-path.ts";
import { SharedMemory } from "../mount/shared-memory.ts";
import { checkPropagation } from "../mount/source-propagation.ts";
import type { NetworkFiles } from "../network/network-files.ts";
import type { NetworkService } from "../networks.ts";
import { runtimeSpec } from "../spec.ts";
import type { ContainerStreams } from "../streams/container-streams.ts";
import type { VolumeMounts } from "../volume/volume-mounts.ts";
import { devicesAt } from "./asked-devices.ts";
import { checkDonors, donorPid, networkOwner, sharedMemory } from "./borrowed.ts";
import { BundleDirectory } from "./bundle.ts";
import type { Container } from "./container.ts";
import type { ContainerEvents } from "./container-events.ts";
import type { ContainerIndex } from "./container-index.ts";
import { checkDeviceRequests } from "./device-requests.ts";
import { FIRST_STEPS_US, Launch, type LaunchOptions } from "./launch.ts";
import { runtimeProblem } from "./runtime-names.ts";
import { CREATE_FAILED, startFailure } from "./start-failure.ts";
import type { UserLookup } from "./user-lookup.ts";

export interface LauncherParts {
  readonly world: World;
  readonly life: DaemonLife;
  readonly kernel: Kernel;
  readonly runtime: Runtime;
  readonly snapshotter: Snapshotter;
  readonly networks: NetworkService;
  readonly users: UserLookup;
  readonly events: ContainerEvents;
  readonly causes: CauseLog;
  readonly index: ContainerIndex;
  readonly streams: ContainerStreams;
  readonly bundles: BundleDirectory;
  readonly networkFiles: NetworkFiles;
  readonly volumeMounts: VolumeMounts;
}

/** What a container ends with that gets no network, or whose log cannot be kept. */
const START_FAILED = 128;

export class Launcher {
  readonly #parts: LauncherParts;
  readonly #shm: SharedMemory;
  /** Starts that are under way, by the ids of their containers. */
  readonly #launching = new SmallMap<string, Launch>();

  constructor(parts: LauncherParts) {
    this.#parts = parts;
    this.#shm = new SharedMemory(parts.kernel);
  }

  /** @throws StatusError: the container keeps the reason, and code 128 if it has no other; its networks are as before. */
  async launch(container: Container, options: LaunchOptions = {}): Promise<void> {
    const { world, life, networks } = this.#parts;
    const { endpoints } = container;
    const { follows = false } = options;
    const launch = new Launch(life.number, options);
    this.#launching.set(container.id, launch);
    try {
      const spec = this.#prepare(container);
      this.#parts.volumeMounts.open(container);
      this.#openNetwork(container);
      const opening = networks.openOutside(container);
      if (opening !== undefined) await this.#opened(container, opening);
      this.#checkTask(container);
      const oci = this.#create(container, spec, launch);
      const what = `container ${container.name} to be started`;
      await world.until(() => launch.isOver, { follows, on: launch.changed, what });
      if (launch.error !== undefined) throw launch.error;
      if (life.number !== launch.life) this.#lose(container, oci, launch);
      if (!launch.hasBegun) this.#fail(container, oci);
    } catch (error) {
      if (error instanceof StatusError) {
        if (container.exitCode === 0) container.exitCode = START_FAILED;
        container.error = error.message;
        container.endpoints = endpoints;
      }
      if (!(error instanceof ConnectionLost)) this.#parts.causes.refused(container, error);
      throw error;
    } finally {
      this.#launching.delete(container.id);
    }
  }

  /**
   * Waits until a start that is under way has come to its end; `undefined` if none is. Whoever does something to a
   * container meanwhile has to: Docker holds the container's lock.
   */
  settled(container: Container): Promise<void> | undefined {
    if (!this.#launching.has(container.id)) return undefined;
    const what = `container ${container.name} to be started`;
    return this.#parts.world.until(() => !this.#launching.has(container.id), { what });
  }

  /** Lets go of what only a running container has. */
  discard(container: Container): void {
    this.#launching.get(container.id)?.end();
    this.#parts.runtime.delete(container.id);
    this.#shm.close(container);
    container.oci = undefined;
    container.plainExec = undefined;
    this.#parts.networks.close(container);
    this.#parts.volumeMounts.close(container);
    this.#parts.streams.close(container);
  }

  /**
   * As whom it runs, with whom it shares what, and what the runtime is to make of it.
   *
   * @throws StatusError internal for what cannot be made; conflict, not-found, invalid-argument for another's network
   * @see moby daemon/start.go containerStart: createSpec
   */
  #prepare(container: Container): RuntimeSpec {
    const { world, index } = this.#parts;
    if (container.startedUs > 0) container.logs.endLine(world.clock.nowUs);
    container.networkOf = networkOwner(index, container);
    try {
      return this.#specOf(container);
    } catch (error) {
      // Whoever asks for a start is not at fault for what the container was asked to be.
      throw error instanceof StatusError ? new StatusError("internal", error.message) : error;
    }
  }

  #specOf(container: Container): RuntimeSpec {
    const { index, users, kernel } = this.#parts;
    const user = users.resolve(container);
    container.user = user;
    checkDonors(index, container);
    checkDeviceRequests(container.hostConfig);
    const shm = sharedMemory(index, this.#shm, container);
    checkPropagation(kernel, container.mountPoints);
    const spec = runtimeSpec(container, {
      user,
      pidOf: (name) => donorPid(index, name),
      sharedMemory: shm,
      devicesAt: (path, inContainer) => devicesAt(kernel, path, inContainer),
    });
    const isUsual = container.hostConfig.Sysctls === undefined && container.hostConfig.UTSMode !== "host";
    const problem = isUsual ? undefined : sysctlProblem(spec);
    if (problem !== undefined) throw new StatusError("internal", `${CREATE_FAILED}${problem}`);
    return spec;
  }

  #create(container: Container, spec: RuntimeSpec, launch: Launch): OciContainer {
    const { runtime, snapshotter, streams } = this.#parts;
    const { id, networkOf } = container;
    const bundle = {
      bundle: BundleDirectory.path((networkOf ?? container).id),
      rootfs: snapshotter.mounts(id, ROOTFS_PATH),
      hasMountPoints: true,
    };
    container.oci = runtime.create(id, spec, bundle, streams.stdio(container), {
      takeConsole: (master) => streams.openConsole(container, master),
      onPrepared: (oci) => this.#prepared(container, oci, launch),
    });
    return container.oci;
  }

  /**
   * Its first process has told how it got on. If all is well its program begins in the same step of the world, before
   * anything else happens.
   */
  #prepared(container: Container, oci: OciContainer, launch: Launch): void {
    const { kernel, world, life } = this.#parts;
    const { current } = kernel;
    // It is the daemon that does the rest, by the world's clock.
    kernel.current = undefined;
    try {
      if (oci.status === "created" && life.number === launch.life) this.#begin(container, oci, launch);
    } catch (error) {
      // Who has asked for the start is to hear of it, not the process.
      launch.error = error;
    } finally {
      kernel.current = current;
    }
    if (launch.hasBegun && launch.options.untilBegun === true) world.clock.after(FIRST_STEPS_US, () => launch.end());
    else launch.end();
  }

  /** The daemon is not the one any more that was asked. */
  #lose(container: Container, oci: OciContainer, { hasBegun }: Launch): never {
    if (!hasBegun) {
      oci.killAll();
      this.discard(container);
    }
    throw new ConnectionLost();
  }

  /** It could not be created. */
  #fail(container: Container, oci: OciContainer): never {
    this.discard(container);
    // Docker mounts the root elsewhere.
    const why = (oci.failure ?? "unknown failure").replaceAll(ROOTFS_PATH, mergedPath(container.id));
    const failure = startFailure(why);
    container.exitCode = failure.exitCode;
    throw new StatusError("internal", failure.message);
  }

  /** Its program begins. */
  #begin(container: Container, oci: OciContainer, launch: Launch): void {
    this.#parts.networks.attach(container);
    container.become("running");
    container.error = "";
    container.exitCode = 0;
    container.oomKilled = false;
    container.startedUs = this.#parts.kernel.nowUs;
    oci.start();
    this.#parts.events.record(container, "start");
    if (launch.options.isRestart === true) this.#parts.events.record(container, "restart");
    launch.hasBegun = true;
  }

  /** Takes addresses and ports. @throws StatusError */
  #openNetwork(container: Container): void {
    // The files of the last run speak of addresses that it does not have any more.
    if (container.startedUs > 0) this.#parts.bundles.drop(container.id);
    this.#parts.networks.open(container);
    this.#parts.networkFiles.started(container);
  }

  /** The computer's ports that are to lead to it. @throws StatusError */
  async #opened(container: Container, opening: Promise<void>): Promise<void> {
    try {
      await opening;
    } catch (error) {
      if (error instanceof StatusError) this.discard(container);
      throw error;
    }
  }

  /** @throws StatusError: the container gets code 128, whatever it had. */
  #checkTask(container: Container): void {
    try {
      checkLogDriver(container);
      const problem = runtimeProblem(container.hostConfig.Runtime ?? "");
      if (problem !== undefined) throw new StatusError("internal", problem);
    } catch (error) {
      if (error instanceof StatusError) {
        this.discard(container);
        container.exitCode = START_FAILED;
      }
      throw error;
    }
  }
}
