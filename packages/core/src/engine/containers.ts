/**
 * The container service: create, start, stop, kill, wait, remove, find, list.
 *
 * How containers are made, launched and stopped is in `container`: `Creation`, `Launcher`, `Stopper`. What becomes of one
 * when its process ends is in `#ended`.
 *
 * @see moby daemon/start.go, monitor.go, delete.go
 */
import { exitCode, SIGKILL, type Signal, type WaitStatus, type WindowSize } from "../abi/index.ts";
import type { Image } from "../image/index.ts";
import type { Cgroup, Kernel } from "../kernel/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Prng, WaitOptions, World } from "../sim/index.ts";
import { type Change, changesOf, type Snapshotter } from "../snapshot/index.ts";
import { weightWarnings, withoutMissingWeights } from "./container/block-weights.ts";
import { BundleDirectory } from "./container/bundle.ts";
import { containerIdOf } from "./container/cgroup-owner.ts";
import { type Container, type ContainerRecord, LOST_EXIT_CODE } from "./container/container.ts";
import { ContainerEvents } from "./container/container-events.ts";
import { ContainerIndex, withoutSlash } from "./container/container-index.ts";
import type { CreateOptions } from "./container/create-options.ts";
import { Creation, type OwnOptions } from "./container/creation.ts";
import type { LaunchOptions } from "./container/launch.ts";
import { Launcher } from "./container/launcher.ts";
import { RestartBackoff, startsWithEngine } from "./container/restart.ts";
import { type StopOptions, Stopper } from "./container/stopper.ts";
import { checkedChanges, type UpdateBody, updateContainer } from "./container/update.ts";
import type { UserLookup } from "./container/user-lookup.ts";
import type { EventLog } from "./events.ts";
import type { CauseLog } from "./explain/cause-log.ts";
import { ConnectionLost, type DaemonLife } from "./machine/daemon-life.ts";
import { checkSources } from "./mount/bind-source.ts";
import { releaseImages } from "./mount/image-mounts.ts";
import { forgetLinks, removeLink, restoreLinks } from "./network/links.ts";
import { NetworkFiles } from "./network/network-files.ts";
import type { NetworkService } from "./networks.ts";
import { ContainerStreams } from "./streams/container-streams.ts";
import { VolumeMounts } from "./volume/volume-mounts.ts";
import type { VolumeService } from "./volumes.ts";

/** What the service is made of. */
export interface ContainerParts {
  readonly world: World;
  readonly life: DaemonLife;
  readonly kernel: Kernel;
  readonly runtime: Runtime;
  readonly snapshotter: Snapshotter;
  readonly volumes: VolumeService;
  readonly networks: NetworkService;
  readonly events: EventLog;
  readonly causes: CauseLog;
  readonly prng: Prng;
  readonly users: UserLookup;
  /** Finds an image by what a user calls it. @throws StatusError not-found */
  readonly findImage: (name: string) => Image;
}

/** For a start that has been checked already. */
const NO_CHECK = (): void => {};
const STOP_FIRST = "stop the container before removing or force remove";

/** Containers: `engine.containers`. */
export class ContainerService {
  readonly #parts: ContainerParts;
  /** What is attached to their standard streams. */
  readonly streams: ContainerStreams;
  readonly #index: ContainerIndex;
  readonly #bundles: BundleDirectory;
  readonly #networkFiles: NetworkFiles;
  readonly #events: ContainerEvents;
  readonly #creation: Creation;
  readonly #launcher: Launcher;
  readonly #stopper: Stopper;
  /** There is no daemon that could notice an end. */
  #isAbandoned = false;
  /** Containers that are being stopped in order to be started again. */
  readonly #restarting = new Set<Container>();

  constructor(parts: ContainerParts) {
    this.#parts = parts;
    this.streams = new ContainerStreams(parts.kernel);
    this.#index = new ContainerIndex(parts.prng);
    this.#bundles = new BundleDirectory(parts.kernel.disk, (id) => this.#bundleContents(id));
    this.#networkFiles = new NetworkFiles(this.#bundles, parts.networks);
    this.#events = new ContainerEvents(parts.events);
    const shared = { ...parts, events: this.#events, index: this.#index };
    const { streams } = this;
    const own = { streams, bundles: this.#bundles, networkFiles: this.#networkFiles };
    this.#creation = new Creation(shared);
    this.#launcher = new Launcher({ ...shared, ...own, volumeMounts: new VolumeMounts(parts) });
    this.#stopper = new Stopper(shared);
    parts.kernel.events.on("oomKilled", ({ process }) => this.#oomKilled(process.cgroup));
    parts.runtime.events.on("stopped", ({ id, exit }) => {
      const container = this.#index.byId(id);
      if (container?.isRunning && exit !== undefined) this.#ended(container, exit);
    });
  }

  /** The containers as data, oldest first. */
  get records(): readonly ContainerRecord[] {
    return this.#index.records;
  }

  /** Has the containers that another service had of a disk with the same files. */
  adopt(records: readonly ContainerRecord[]): void {
    for (const record of records) this.#index.adopt(record);
    restoreLinks(this.#index, records);
  }

  /**
   * Makes a container.
   *
   * @throws StatusError not-found without the image; conflict for a taken name; invalid-argument for a bad body.
   */
  create(options: CreateOptions, name = "", own: OwnOptions = {}): Container {
    return this.#creation.create(options, name, own);
  }

  /**
   * Starts a container. Resolves when its program runs.
   *
   * @throws StatusError for a source of `--mount` that is gone; if its process cannot be started: then the container keeps
   * the reason, and code 126, 127 or 128.
   */
  start(container: Container, options: LaunchOptions = {}): Promise<void> {
    return this.#start(container, options, () => {
      if (container.state === "paused") {
        throw new StatusError("conflict", "cannot start a paused container, try unpause instead");
      }
      if (container.isActive) throw new StatusError("not-modified", "container is already running");
      checkSources(this.#parts.kernel, container.mountPoints);
    });
  }

  #start(container: Container, options: LaunchOptions, check: () => void): Promise<void> {
    const settled = this.#launcher.settled(container);
    if (settled !== undefined) return settled.then(() => this.#start(container, options, check));
    try {
      this.#checkThere(container);
      check();
    } catch (error) {
      return Promise.reject(error);
    }
    container.restarts = undefined;
    container.endedByHand = false;
    return this.#launcher.launch(container, options);
  }

  /** @throws StatusError conflict for a container that is gone meanwhile @see moby daemon/start.go containerStart */
  #checkThere(container: Container): void {
    if (this.#index.has(container.id)) return;
    throw new StatusError("conflict", "container is marked for removal and cannot be started");
  }

  /**
   * Asks the container to end, and makes it after `timeoutSeconds` (its own setting or 10 by default; -1 waits for ever).
   *
   * `reference` is what the caller calls it.
   */
  async stop(container: Container, options: StopOptions = {}, reference: string = container.name): Promise<void> {
    const settled = this.#launcher.settled(container);
    if (settled !== undefined) await settled;
    try {
      await this.#stopper.stop(container, options, "docker stop");
    } catch (error) {
      if (!(error instanceof StatusError) || error.kind === "not-modified") throw error;
      throw new StatusError(error.kind, `cannot stop container: ${reference}: ${error.message}`);
    }
  }

  /** Sends a signal; after SIGKILL waits for the end. @throws StatusError conflict if it does not run */
  async kill(container: Container, signal: Signal = SIGKILL): Promise<void> {
    const settled = this.#launcher.settled(container);
    if (settled !== undefined) await settled;
    await this.#stopper.kill(container, signal);
  }

  /** Resolves with the exit code when the container does not run (any more). */
  async wait(container: Container, options: Pick<WaitOptions, "signal"> = {}): Promise<number> {
    if (container.isActive) {
      const what = `container ${container.name} to end`;
      const { finishedUs } = container;
      // Its end also counts if it is started again at once.
      const isOver = (): boolean => !container.isActive || container.finishedUs !== finishedUs;
      await this.#parts.life.until(isOver, { ...options, on: container.changed, what });
    }
    return container.exitCode;
  }

  pause(container: Container): void {
    this.#stopper.pause(container);
  }

  unpause(container: Container): void {
    this.#stopper.unpause(container);
  }

  /** `reference` is what the caller calls it. @throws StatusError conflict for a running container without `force` */
  async remove(
    container: Container,
    options: { readonly force?: boolean; readonly volumes?: boolean } = {},
    reference: string = container.name,
  ): Promise<void> {
    const settled = this.#launcher.settled(container);
    if (settled !== undefined) await settled;
    if (container.isActive) {
      if (options.force !== true) {
        const { state } = container;
        const name = withoutSlash(reference);
        const what = state === "paused" ? "paused and must be unpaused first" : `${state}: ${STOP_FIRST}`;
        throw new StatusError("conflict", `cannot remove container "${name}": container is ${what}`);
      }
      container.endedByHand = true;
      if (!this.#stopper.cancelRestart(container)) await this.#stopper.killNow(container, "docker rm --force");
    }
    if (this.#index.has(container.id)) this.#remove(container, options.volumes ?? false);
  }

  /** Stops it, if it runs, and starts it; `--rm` means other ends. `reference` is what the caller calls it. */
  async restart(
    container: Container,
    { untilBegun = false, ...options }: StopOptions & Pick<LaunchOptions, "untilBegun"> = {},
    reference: string = container.name,
  ): Promise<void> {
    const settled = this.#launcher.settled(container);
    if (settled !== undefined) await settled;
    try {
      if (container.isActive) await this.#stopForNow(container, options);
      await this.#start(container, { untilBegun, isRestart: true }, NO_CHECK);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(error.kind, `Cannot restart container ${reference}: ${error.message}`);
    }
  }

  /** An end that removes nothing. @see moby daemon/restart.go containerRestart */
  async #stopForNow(container: Container, options: StopOptions): Promise<void> {
    this.#restarting.add(container);
    try {
      await this.#stopper.stop(container, options, "docker restart");
    } finally {
      this.#restarting.delete(container);
    }
  }

  /** Other limits. Returns what is to be remarked. @throws StatusError invalid-argument for what cannot be, whatever it is for; not-found */
  update(reference: string, body: UpdateBody): readonly string[] {
    const { machine } = this.#parts.kernel;
    const changes = checkedChanges(withoutMissingWeights(body, machine), machine);
    const container = this.get(reference);
    updateContainer(container, changes);
    this.#events.record(container, "update");
    return weightWarnings(body, machine);
  }

  /** Tells of something that was done to a container from outside: "top", "export", "archive-path"… */
  note(container: Container, action: string, more: Readonly<Record<string, string>> = {}): void {
    this.#events.record(container, action, more);
  }

  /** Tells a container's terminal its size. @throws StatusError conflict if it does not run @see moby daemon/resize.go */
  resize(container: Container, size: WindowSize): void {
    this.streams.resize(container, size);
    this.note(container, "resize", { height: String(size.rows), width: String(size.columns) });
  }

  /** @throws StatusError conflict for a taken name, invalid-argument for one that is none @see moby daemon/rename.go */
  rename(container: Container, name: string): void {
    if (name === container.name) {
      throw new StatusError("invalid-argument", "Renaming a container with the same name as its current name");
    }
    const old = container.name;
    try {
      container.name = this.#index.reserve(name.startsWith("/") ? name : `/${name}`, container.id);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(error.kind, `Error when allocating new name: ${error.message}`);
    }
    this.#index.release(old);
    this.#parts.networks.renamed(container);
    this.#events.record(container, "rename", { oldName: `/${old}` });
  }

  /** `docker rm --link PARENT/ALIAS`. @throws StatusError not-found; conflict for what is no link (to Docker a 500) */
  unlink(reference: string): void {
    const { parent, alias } = removeLink(this.#index, reference);
    this.#networkFiles.unlinked(parent, alias);
  }

  /** Everything that runs is asked to end, as when the machine is shut down: policies are to start it again later. */
  async shutDown(): Promise<void> {
    await Promise.all(
      this.#active().map(async (container) => {
        const { endedByHand } = container;
        await this.#stopper.stop(container, {}, "the machine's shutdown");
        container.endedByHand = endedByHand;
      }),
    );
  }

  /** The daemon is gone: nobody starts anything again, nor notices an end. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#stopper.forgetAll();
    for (const container of this.#active()) {
      container.restartTimer?.cancel();
      container.changed.wakeAll();
    }
  }

  /** The machine loses its power: everything that runs is gone, and nobody tells of it. */
  async losePower(): Promise<void> {
    const { world, kernel } = this.#parts;
    const all = this.#active().flatMap(({ oci }) => (oci === undefined ? [] : [oci.process]));
    for (const process of all) if (process.isAlive) kernel.signals.send(process, SIGKILL);
    await world.until(() => !all.some(({ isAlive }) => isAlive), { what: "the machine to lose what it was doing" });
    for (const container of this.#active()) if (container.oci !== undefined) this.#lost(container);
  }

  /** A daemon looks what has become of the containers that its forerunner has left. */
  findEnded(): void {
    this.#isAbandoned = false;
    for (const container of this.#active()) {
      if (container.state === "restarting") container.become("exited");
      else if (container.oci?.process.isAlive !== true) this.#lost(container);
    }
  }

  /** What has gone on without a daemon is stopped, as if by hand. */
  async stopOrphans(): Promise<void> {
    await Promise.all(this.#active().map((container) => this.#stopper.stop(container, {}, "the daemon's start")));
  }

  /** Starts what the restart policies want to run, as if by hand, and removes what is to be removed when it has ended. */
  async restore(): Promise<void> {
    const { life } = this.#parts;
    const { number } = life;
    for (const container of this.#index.all()) {
      if (life.number !== number) return;
      const { hostConfig, exitCode, endedByHand, startedUs, restartCount } = container;
      if (container.isActive || startedUs === 0) continue;
      const ending = { exitCode, byHand: endedByHand };
      if (startsWithEngine(hostConfig.RestartPolicy, ending, restartCount)) {
        container.restarts = undefined;
        container.endedByHand = false;
        await this.#startAgain(container, {});
      } else if (hostConfig.AutoRemove) this.#remove(container, true);
    }
  }

  /** Starts what ran on the machine that this one began as. */
  async startAgain(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#startAgain(this.get(id), {});
  }

  #active(): readonly Container[] {
    return this.#index.all().filter(({ isActive }) => isActive);
  }

  /** A container whose end nobody saw: there is no event of it. */
  #lost(container: Container): void {
    container.exitCode = LOST_EXIT_CODE;
    container.finishedUs = this.#parts.kernel.nowUs;
    this.#parts.causes.lost(container);
    if (container.state === "paused") container.become("running");
    this.#launcher.discard(container);
    container.become("exited");
  }

  /** By name, id, or the beginning of an id. @throws StatusError not-found, invalid-argument if several begin so */
  get(reference: string): Container {
    return this.#index.get(reference);
  }

  /** By its whole name or id; `undefined` if there is none. */
  peek(reference: string): Container | undefined {
    return this.#index.byId(reference) ?? this.#index.byName(withoutSlash(reference));
  }

  /** The container whose cgroup this is, or one that the container has made below it. */
  inCgroup(cgroup: Cgroup): Container | undefined {
    return this.#index.byId(containerIdOf(cgroup) ?? "");
  }

  /** Newest first; without `all` only those that run. */
  list(options: { readonly all?: boolean } = {}): readonly Container[] {
    return this.#index
      .all()
      .filter((one) => options.all === true || one.isActive)
      .reverse();
  }

  /** What its processes have changed of the image: `docker diff`. */
  changes(container: Container): Iterable<Change> {
    return changesOf(this.#parts.snapshotter, container.id);
  }

  #ended(container: Container, status: WaitStatus): void {
    if (this.#isAbandoned) return;
    container.exitCode = exitCode(status);
    container.finishedUs = this.#parts.kernel.nowUs;
    if (container.state === "paused") container.become("running");
    const { oci } = container;
    this.#launcher.discard(container);
    const delayUs = this.#restartDelay(container);
    if (oci !== undefined) this.#parts.causes.died(container, oci, status, delayUs);
    container.become(delayUs === undefined ? "exited" : "restarting");
    const ranSeconds = Math.floor((container.finishedUs - container.startedUs) / 1e6);
    if (this.#stopper.hasStopped(container)) this.#events.record(container, "stop");
    this.#events.record(container, "die", { execDuration: String(ranSeconds), exitCode: String(container.exitCode) });
    if (delayUs !== undefined) {
      container.restartTimer = this.#parts.world.clock.after(delayUs, () => void this.#startAgain(container));
    } else if (container.hostConfig.AutoRemove && !this.#restarting.has(container)) this.#remove(container, true);
  }

  #restartDelay(container: Container): number | undefined {
    const policy = container.hostConfig.RestartPolicy;
    if (policy === undefined || policy.Name === "" || policy.Name === "no") return undefined;
    container.restarts ??= new RestartBackoff();
    const { exitCode, endedByHand, startedUs, finishedUs } = container;
    return container.restarts.next(policy, { exitCode, byHand: endedByHand, ranUs: finishedUs - startedUs });
  }

  /** A start that fails ends the attempts: the container keeps the reason. */
  async #startAgain(container: Container, options: LaunchOptions = { follows: true }): Promise<void> {
    try {
      await this.#launcher.launch(container, options);
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      if (!(error instanceof StatusError)) throw error;
      if (container.state === "restarting") container.become("exited");
    }
  }

  #remove(container: Container, withVolumes: boolean): void {
    const { snapshotter, volumes, world } = this.#parts;
    container.become("removing");
    this.#index.delete(container);
    forgetLinks(container);
    snapshotter.remove(container.id);
    releaseImages(snapshotter, container.mountPoints);
    this.#bundles.drop(container.id);
    container.dropLogs(world.allotments.disk);
    for (const { type, name, isAnonymous = false } of container.mountPoints) {
      if (type !== "volume" || name === undefined) continue;
      volumes.release(name, container.id);
      if (withVolumes && isAnonymous && volumes.users(name).length === 0) volumes.remove(name);
    }
    this.#events.record(container, "destroy");
  }

  #oomKilled(cgroup: Cgroup): void {
    const container = this.inCgroup(cgroup);
    if (container === undefined) return;
    container.oomKilled = true;
    this.#events.record(container, "oom");
  }

  #bundleContents(id: string) {
    const container = this.#index.byId(id);
    if (container === undefined) return undefined;
    const { networks } = this.#parts;
    return {
      hostname: container.hostname,
      hosts: networks.hosts(container),
      hasIPv6: container.hostConfig.Sysctls?.["net.ipv6.conf.all.disable_ipv6"] !== "1",
      resolvConf: networks.resolvConf(container),
    };
  }
}
