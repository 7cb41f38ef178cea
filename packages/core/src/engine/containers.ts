/**
 * The container service: create, start, stop, kill, wait, remove, find, list.
 *
 * What it does with a container's insides it asks of the runtime; what becomes of a container when its process ends is
 * in `#ended`.
 *
 * @see moby daemon/create.go, start.go, stop.go, kill.go, monitor.go, delete.go
 */
import { exitCode, SIGKILL, type Signal, type WaitStatus } from "../abi/index.ts";
import { applyLayer, diffLayer, type LayerEntry } from "../content/index.ts";
import { type Image, topSnapshot } from "../image/index.ts";
import type { Cgroup, Kernel } from "../kernel/index.ts";
import { type Chunks, StatusError } from "../lib/index.ts";
import { type Runtime, sysctlProblem } from "../runtime/index.ts";
import type { Prng, WaitOptions, World } from "../sim/index.ts";
import { type Change, changesOf, ROOTFS_PATH, type Snapshotter } from "../snapshot/index.ts";
import {
  checkDonors,
  donorPid,
  inheritedMounts,
  networkOwner,
  sharedMemory,
  withDonors,
} from "./container/borrowed.ts";
import { BundleDirectory } from "./container/bundle.ts";
import { containerIdOf } from "./container/cgroup-owner.ts";
import { CheckedRequests } from "./container/checked-requests.ts";
import { Container, type ContainerRecord, checkRunning, LOST_EXIT_CODE } from "./container/container.ts";
import { ContainerIndex } from "./container/container-index.ts";
import type { CreateOptions } from "./container/create-options.ts";
import { checkDeviceRequests } from "./container/device-requests.ts";
import { furnish } from "./container/furnish.ts";
import { keptSettings } from "./container/kept-settings.ts";
import { mergeConfig } from "./container/merge-config.ts";
import { isMeantToEnd, RestartBackoff, startsWithEngine } from "./container/restart.ts";
import { CREATE_FAILED, startFailure } from "./container/start-failure.ts";
import { type UpdateBody, updateContainer } from "./container/update.ts";
import type { UserLookup } from "./container/user-lookup.ts";
import { verifySettings } from "./container/verify.ts";
import { verifyLate } from "./container/verify-late.ts";
import type { ContainerConfig, HostConfig } from "./docker/create-body.ts";
import { isUserDefined } from "./docker/values/network.ts";
import type { EventLog } from "./events.ts";
import type { Demand } from "./explain/cause.ts";
import type { CauseLog } from "./explain/cause-log.ts";
import { checkLogDriver } from "./log/log-driver.ts";
import { ConnectionLost, type DaemonLife } from "./machine/daemon-life.ts";
import { placeImages } from "./mount/image-mounts.ts";
import { initLayer } from "./mount/init-layer.ts";
import { collectMountPoints, type MountPoint } from "./mount/mount-points.ts";
import { SharedMemory } from "./mount/shared-memory.ts";
import { newId } from "./names.ts";
import { resolveLinks } from "./network/links.ts";
import { NetworkFiles } from "./network/network-files.ts";
import { verifyNetworkMode } from "./network/verify-mode.ts";
import type { NetworkService } from "./networks.ts";
import { isSignal, parseSignal } from "./signal-names.ts";
import { runtimeSpec } from "./spec.ts";
import { ContainerStreams } from "./streams/container-streams.ts";
import { VolumeMounts } from "./volume/volume-mounts.ts";
import type { VolumeService } from "./volumes.ts";

export interface StopOptions {
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: string | undefined;
  /** Nothing is made to happen by it: see `WaitOptions.follows`. */
  readonly follows?: boolean;
}

/** What only the engine itself gives to a container. */
export interface OwnOptions {
  /** It is a task of a service, and may be on networks of its swarm. */
  readonly isTask?: boolean;
  /** Besides those that were asked for. */
  readonly mounts?: readonly MountPoint[];
  /** It was told of already. */
  readonly id?: string;
}

/** What a program has left that ran before there was a container of it. */
export interface PastRun {
  /** As `ContainerService.newId` has given it. */
  readonly id: string;
  /** What it has changed: the entries of a layer, or the snapshot that holds them. */
  readonly changes: readonly LayerEntry<Chunks>[] | string;
  /** When it ran; nothing if it never did. */
  readonly ran?: { readonly startedUs: number; readonly finishedUs: number } | undefined;
  readonly exitCode: number;
  /** Why it was not started. */
  readonly error?: string | undefined;
}

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

/** Seconds that `stop` waits if the signal could not be sent, for there is none of that number. */
const UNSENT_TIMEOUT_SECONDS = 2;
/** What the runtime takes to send one signal after another: so much time has also who is given none, as observed. */
const SIGNAL_TAKES_US = 15_000;

/** Seconds that `stop` waits unless told otherwise. */
const STOP_TIMEOUT_SECONDS = 10;
/** What a container ends with that gets no network, or whose log cannot be kept. */
const START_FAILED = 128;
const STOP_FIRST = "stop the container before removing or force remove";

export class ContainerService {
  readonly #parts: ContainerParts;
  /** What is attached to their standard streams. */
  readonly streams: ContainerStreams;
  readonly #index: ContainerIndex;
  readonly #requests: CheckedRequests;
  readonly #bundles: BundleDirectory;
  readonly #networkFiles: NetworkFiles;
  readonly #users: UserLookup;
  readonly #shm: SharedMemory;
  readonly #volumeMounts: VolumeMounts;
  /** There is no daemon that could notice an end. */
  #isAbandoned = false;
  /** Those that somebody has asked to stop: that is told before their end. */
  readonly #stopping = new Set<string>();
  /** Those that are stopped in order to be started again. */
  readonly #restarting = new Set<Container>();

  constructor(parts: ContainerParts) {
    this.#parts = parts;
    this.streams = new ContainerStreams(parts.kernel);
    this.#index = new ContainerIndex(parts.prng);
    this.#users = parts.users;
    this.#shm = new SharedMemory(parts.kernel);
    this.#volumeMounts = new VolumeMounts(parts);
    this.#requests = new CheckedRequests((options, image) => {
      const { HostConfig: hostConfig = NO_HOST_CONFIG, ...config } = options;
      this.#verify(options);
      return { config: mergeConfig(config, image.config.config), hostConfig };
    });
    this.#bundles = new BundleDirectory(parts.kernel.disk, (id) => this.#bundleContents(id));
    this.#networkFiles = new NetworkFiles(this.#bundles, parts.networks);
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
    for (const { id, links } of records) {
      if (links.length === 0) continue;
      const parent = this.#index.get(id);
      const children = links.flatMap(([alias, child]) => {
        const found = this.#index.byId(child);
        return found === undefined ? [] : [[alias, found] as const];
      });
      parent.links = new Map(children);
      for (const [, child] of children) child.linkedBy = new Set([...child.linkedBy, parent]);
    }
  }

  /**
   * Makes a container.
   *
   * @throws StatusError not-found without the image; conflict for a taken name; invalid-argument for a bad body.
   */
  create(options: CreateOptions, name = "", own: OwnOptions = {}): Container {
    const { snapshotter, volumes, networks, prng, kernel, findImage } = this.#parts;
    const { isTask = false, mounts = [], id = newId(prng) } = own;
    const { NetworkingConfig: networking } = options;
    const image = this.#imageFor(options);
    const { config: merged, hostConfig: wanted } = this.#requests.get(options, image);
    const hostConfig = withDonors(this.#index, wanted);
    const chosen = this.#index.reserve(name, id);
    try {
      verifyLate(hostConfig);
      const endpoints = networks.initialEndpoints(hostConfig.NetworkMode ?? "", networking?.EndpointsConfig, {
        isTask,
      });
      const points = collectMountPoints(merged, hostConfig, volumes, inheritedMounts(this.#index, hostConfig));
      const container = new Container({
        id,
        name: chosen,
        image,
        imageName: options.Image,
        config: withHostname(merged, hostConfig, kernel.machine.hostname),
        hostConfig: this.#kept(hostConfig),
        endpoints: merged.NetworkDisabled === true ? {} : endpoints,
        mountPoints: withOwn(placeImages(points, id, findImage), mounts),
        ...(isTask && { isTask }),
        createdUs: kernel.nowUs,
      });
      this.#link(container);
      if ((merged.Entrypoint ?? []).length + (merged.Cmd ?? []).length === 0) {
        throw new StatusError("invalid-argument", "no command specified");
      }
      snapshotter.prepare(id, initLayer(snapshotter, topSnapshot(image)));
      furnish(this.#parts, container);
      this.#index.add(container);
      for (const { type, name: volume } of container.mountPoints) {
        if (type === "volume" && volume !== undefined) volumes.use(volume, id);
      }
      this.#record(container, "create");
      return container;
    } catch (error) {
      this.#index.release(chosen);
      if (snapshotter.has(id)) snapshotter.remove(id);
      throw error;
    }
  }

  /** For a container that is made later, with what it has left. */
  newId(): string {
    return newId(this.#parts.prng);
  }

  /** Makes a container whose program has run without it. @throws StatusError as `create` */
  createPast(options: CreateOptions, { id, changes, ran, exitCode, error = "" }: PastRun): Container {
    const { snapshotter } = this.#parts;
    const container = this.create(options, "", { id });
    const entries = typeof changes === "string" ? diffLayer(snapshotter.directory(changes)) : changes;
    applyLayer(snapshotter.directory(id), entries);
    container.exitCode = exitCode;
    container.error = error;
    if (ran === undefined) return container;
    container.startedUs = ran.startedUs;
    container.finishedUs = ran.finishedUs;
    container.become("exited");
    return container;
  }

  /**
   * Starts a container. Resolves when its program runs.
   *
   * @throws StatusError if its process cannot be started: the container keeps the reason, and code 126, 127 or 128.
   */
  async start(container: Container, options: Pick<WaitOptions, "follows"> = {}): Promise<void> {
    if (container.state === "paused") {
      throw new StatusError("conflict", "cannot start a paused container, try unpause instead");
    }
    if (container.isActive) throw new StatusError("not-modified", "container is already running");
    container.restarts = undefined;
    container.endedByHand = false;
    try {
      await this.#launch(container, options);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) this.#parts.causes.refused(container, error);
      throw error;
    }
  }

  /** @throws StatusError: the container keeps the reason, and code 128 if it has no other; its networks are as before. */
  async #launch(container: Container, options: Pick<WaitOptions, "follows"> = {}): Promise<void> {
    const { endpoints } = container;
    try {
      await this.#run(container, options);
    } catch (error) {
      if (error instanceof StatusError) {
        if (container.exitCode === 0) container.exitCode = START_FAILED;
        container.error = error.message;
        container.endpoints = endpoints;
      }
      throw error;
    }
  }

  async #run(container: Container, options: Pick<WaitOptions, "follows"> = {}): Promise<void> {
    const { world, life, runtime, snapshotter, networks } = this.#parts;
    if (container.startedUs > 0) container.logs.endLine(world.clock.nowUs);
    container.networkOf = networkOwner(this.#index, container);
    const user = this.#users.resolve(container);
    container.user = user;
    checkDonors(this.#index, container);
    checkDeviceRequests(container.hostConfig);
    const shm = sharedMemory(this.#index, this.#shm, container);
    const spec = runtimeSpec(container, { user, pidOf: (name) => donorPid(this.#index, name), sharedMemory: shm });
    const isUsual = container.hostConfig.Sysctls === undefined && container.hostConfig.UTSMode !== "host";
    const problem = isUsual ? undefined : sysctlProblem(spec);
    if (problem !== undefined) throw new StatusError("internal", `${CREATE_FAILED}${problem}`);
    const bundle = {
      bundle: BundleDirectory.path((container.networkOf ?? container).id),
      rootfs: snapshotter.mounts(container.id, ROOTFS_PATH),
      hasMountPoints: true,
    };
    this.#volumeMounts.open(container);
    this.#openNetwork(container);
    const opening = networks.openOutside(container);
    if (opening !== undefined) await this.#opened(container, opening);
    this.#openLogDriver(container);
    const oci = runtime.create(container.id, spec, bundle, this.streams.stdio(container), (master) =>
      this.streams.openConsole(container, master),
    );
    container.oci = oci;
    const settled = (): boolean => oci.status !== "creating";
    const what = `container ${container.name} to be created`;
    const { number } = life;
    if (!settled()) await world.until(settled, { ...options, on: oci.changed, what });
    if (life.number !== number) {
      oci.killAll();
      this.#discard(container);
      throw new ConnectionLost();
    }
    if (oci.status !== "created") {
      this.#discard(container);
      const failure = startFailure(oci.failure ?? "unknown failure");
      container.exitCode = failure.exitCode;
      throw new StatusError("internal", failure.message);
    }
    networks.attach(container);
    container.become("running");
    container.error = "";
    container.exitCode = 0;
    container.oomKilled = false;
    container.startedUs = this.#parts.kernel.nowUs;
    oci.start();
    this.#record(container, "start");
  }

  /**
   * Asks the container to end, and makes it after `timeoutSeconds` (its own setting or 10 by default; -1 waits for ever).
   *
   * `reference` is what the caller calls it.
   */
  async stop(container: Container, options: StopOptions = {}, reference: string = container.name): Promise<void> {
    try {
      await this.#stop(container, options, "docker stop");
    } catch (error) {
      if (!(error instanceof StatusError) || error.kind === "not-modified") throw error;
      throw new StatusError(error.kind, `cannot stop container: ${reference}: ${error.message}`);
    }
  }

  async #stop(container: Container, options: StopOptions, demand: Demand): Promise<void> {
    if (!container.isActive) throw new StatusError("not-modified", "container is already stopped");
    container.endedByHand = true;
    if (this.#cancelRestart(container)) {
      this.#record(container, "stop");
      return;
    }
    const { life } = this.#parts;
    const { follows = false } = options;
    const signal = parseSignal(options.signal ?? container.config.StopSignal ?? "SIGTERM");
    const wanted = options.timeoutSeconds ?? container.config.StopTimeout ?? STOP_TIMEOUT_SECONDS;
    const seconds = isSignal(signal) || wanted < 0 ? wanted : UNSENT_TIMEOUT_SECONDS;
    this.#stopping.add(container.id);
    if (isSignal(signal)) this.#signal(container, signal, demand);
    if (container.state === "paused") this.unpause(container);
    const isOver = (): boolean => !container.isRunning;
    const waits = { on: container.changed, follows, what: `container ${container.name} to stop` };
    if (seconds < 0) await life.until(isOver, waits);
    else await life.sleep(seconds * 1e6, { ...waits, unless: isOver });
    if (container.isRunning) await this.#killNow(container, demand, { follows, isAtOnce: seconds === 0 });
  }

  /** Sends a signal; after SIGKILL waits for the end. @throws StatusError conflict if it does not run */
  async kill(container: Container, signal: Signal = SIGKILL): Promise<void> {
    if (isMeantToEnd(signal, container.config.StopSignal)) container.endedByHand = true;
    if (container.state === "restarting") {
      if (container.endedByHand) this.#cancelRestart(container);
      return;
    }
    if (!container.isRunning) {
      throw new StatusError(
        "conflict",
        `cannot kill container: ${container.name}: container ${container.id} is not running`,
      );
    }
    if (signal === SIGKILL) await this.#killNow(container, "docker kill");
    else this.#signal(container, signal, "docker kill");
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
    if (container.state === "paused") throw new StatusError("conflict", `Container ${container.id} is already paused`);
    checkRunning(container);
    container.oci?.pause();
    container.become("paused");
    this.#record(container, "pause");
  }

  unpause(container: Container): void {
    if (container.state !== "paused") throw new StatusError("internal", `Container ${container.id} is not paused`);
    container.oci?.resume();
    container.become("running");
    this.#record(container, "unpause");
  }

  /** @throws StatusError conflict for a running container without `force` */
  async remove(
    container: Container,
    options: { readonly force?: boolean; readonly volumes?: boolean } = {},
  ): Promise<void> {
    if (container.isActive) {
      if (options.force !== true) {
        const { state } = container;
        const what = state === "paused" ? "paused and must be unpaused first" : `${state}: ${STOP_FIRST}`;
        throw new StatusError("conflict", `cannot remove container "${container.name}": container is ${what}`);
      }
      container.endedByHand = true;
      if (!this.#cancelRestart(container)) await this.#killNow(container, "docker rm --force");
    }
    if (this.#index.has(container.id)) this.#remove(container, options.volumes ?? false);
  }

  /** Stops it, if it runs, and starts it; `--rm` means other ends. `reference` is what the caller calls it. */
  async restart(container: Container, options: StopOptions = {}, reference: string = container.name): Promise<void> {
    try {
      if (container.isActive) await this.#stopForNow(container, options);
      await this.start(container);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(error.kind, `Cannot restart container ${reference}: ${error.message}`);
    }
    this.#record(container, "restart");
  }

  /** An end that removes nothing. @see moby daemon/restart.go containerRestart */
  async #stopForNow(container: Container, options: StopOptions): Promise<void> {
    this.#restarting.add(container);
    try {
      await this.#stop(container, options, "docker restart");
    } finally {
      this.#restarting.delete(container);
    }
  }

  /** Other limits. @throws StatusError invalid-argument for what cannot be */
  update(container: Container, body: UpdateBody): void {
    updateContainer(container, body, this.#parts.kernel.machine);
    this.#record(container, "update");
  }

  /** Tells of something that was done to a container from outside: "top", "export", "archive-path"… */
  note(container: Container, action: string, more: Readonly<Record<string, string>> = {}): void {
    this.#record(container, action, more);
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
    this.#record(container, "rename", { oldName: `/${old}` });
  }

  /** `docker rm --link PARENT/ALIAS`. @throws StatusError not-found; conflict for what is no link (to Docker a 500) */
  unlink(reference: string): void {
    const name = reference.replace(/^\//, "");
    const slash = name.lastIndexOf("/");
    if (slash < 0) {
      this.get(reference);
      throw new StatusError("conflict", "Conflict, cannot remove the default link name of the container");
    }
    const [parent, alias] = [this.#index.byName(name.slice(0, slash)), name.slice(slash + 1)];
    const links = new Map(parent?.links);
    const child = links.get(alias);
    if (parent === undefined || child === undefined)
      throw new StatusError("not-found", `No such container: ${reference}`);
    links.delete(alias);
    parent.links = links;
    if (![...links.values()].includes(child)) child.linkedBy = without(child.linkedBy, parent);
    this.#networkFiles.unlinked(parent, alias);
  }

  /** Everything that runs is asked to end, as when the machine is shut down: policies are to start it again later. */
  async shutDown(): Promise<void> {
    await Promise.all(
      this.#active().map(async (container) => {
        const { endedByHand } = container;
        await this.#stop(container, {}, "the machine's shutdown");
        container.endedByHand = endedByHand;
      }),
    );
  }

  /** The daemon is gone: nobody starts anything again, nor notices an end. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#stopping.clear();
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
    await Promise.all(this.#active().map((container) => this.#stop(container, {}, "the daemon's start")));
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

  /** Nobody knows how it has ended, nor tells of it. */
  #lost(container: Container): void {
    container.exitCode = LOST_EXIT_CODE;
    container.finishedUs = this.#parts.kernel.nowUs;
    this.#parts.causes.lost(container);
    if (container.state === "paused") container.become("running");
    this.#discard(container);
    container.become("exited");
  }

  /** By name, id, or the beginning of an id. @throws StatusError not-found, invalid-argument if several begin so */
  get(reference: string): Container {
    return this.#index.get(reference);
  }

  /** By its whole name or id; `undefined` if there is none. */
  peek(reference: string): Container | undefined {
    return this.#index.byId(reference) ?? this.#index.byName(reference.replace(/^\//, ""));
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

  #signal(container: Container, signal: Signal, demand: Demand): void {
    this.#parts.causes.requested(container, demand, signal);
    container.oci?.kill(signal);
    this.#record(container, "kill", { signal: String(signal) });
  }

  /** `isAtOnce`: another signal has only just been sent. */
  async #killNow(
    container: Container,
    demand: Demand,
    { isAtOnce = false, ...options }: Pick<WaitOptions, "follows"> & { readonly isAtOnce?: boolean } = {},
  ): Promise<void> {
    this.#parts.causes.requested(container, demand, SIGKILL);
    this.#record(container, "kill", { signal: String(SIGKILL) });
    if (container.state === "paused") {
      container.oci?.resume();
      container.become("running");
    }
    const { life } = this.#parts;
    const isOver = (): boolean => !container.isRunning;
    const waits = { ...options, on: container.changed, what: `container ${container.name} to be killed` };
    if (isAtOnce) await life.sleep(SIGNAL_TAKES_US, { ...waits, unless: isOver });
    if (container.isRunning) container.oci?.killAll();
    await life.until(isOver, waits);
  }

  /** @throws StatusError not-found; but what is wrong with the request itself is told first */
  #imageFor(options: CreateOptions): Image {
    try {
      return this.#parts.findImage(options.Image);
    } catch (error) {
      this.#verify(options);
      throw error;
    }
  }

  /** @throws StatusError invalid-argument */
  #verify({ HostConfig: hostConfig = NO_HOST_CONFIG, ...config }: Omit<CreateOptions, "NetworkingConfig">): void {
    verifySettings(config, hostConfig, this.#parts.kernel.machine);
    verifyNetworkMode(config, hostConfig);
  }

  /** The settings as the record has them: another container by its id. */
  #kept(given: Partial<HostConfig>): Partial<HostConfig> {
    const kept = keptSettings(given);
    const { NetworkMode: mode = "" } = kept;
    const other = mode.startsWith("container:") ? this.#index.idOf(mode.slice("container:".length)) : undefined;
    return other === undefined ? kept : { ...kept, NetworkMode: `container:${other}` };
  }

  #ended(container: Container, status: WaitStatus): void {
    if (this.#isAbandoned) return;
    container.exitCode = exitCode(status);
    container.finishedUs = this.#parts.kernel.nowUs;
    if (container.state === "paused") container.become("running");
    const { oci } = container;
    this.#discard(container);
    const delayUs = this.#restartDelay(container);
    if (oci !== undefined) this.#parts.causes.died(container, oci, status, delayUs);
    container.become(delayUs === undefined ? "exited" : "restarting");
    const ranSeconds = Math.floor((container.finishedUs - container.startedUs) / 1e6);
    if (this.#stopping.delete(container.id)) this.#record(container, "stop");
    this.#record(container, "die", { execDuration: String(ranSeconds), exitCode: String(container.exitCode) });
    if (delayUs !== undefined) {
      container.restartTimer = this.#parts.world.clock.after(delayUs, () => void this.#startAgain(container));
    } else if (container.hostConfig.AutoRemove && !this.#restarting.has(container)) this.#remove(container, true);
  }

  /** Links mean something on the default bridge only. @throws StatusError invalid-argument */
  #link(container: Container): void {
    const { Links, NetworkMode = "" } = container.hostConfig;
    if (Links == null || Links.length === 0 || isUserDefined(NetworkMode === "" ? "default" : NetworkMode)) return;
    container.links = resolveLinks(Links, (name) => this.get(name));
    for (const child of container.links.values()) child.linkedBy = new Set([...child.linkedBy, container]);
  }

  /** Takes addresses and ports. @throws StatusError */
  #openNetwork(container: Container): void {
    // The files of the last run speak of addresses that it does not have any more.
    if (container.startedUs > 0) this.#bundles.drop(container.id);
    this.#parts.networks.open(container);
    this.#networkFiles.started(container);
  }

  /** The computer's ports that are to lead to it. @throws StatusError */
  async #opened(container: Container, opening: Promise<void>): Promise<void> {
    try {
      await opening;
    } catch (error) {
      if (error instanceof StatusError) this.#discard(container);
      throw error;
    }
  }

  /** @throws StatusError: the container gets code 128, whatever it had. */
  #openLogDriver(container: Container): void {
    try {
      checkLogDriver(container);
    } catch (error) {
      if (error instanceof StatusError) {
        this.#discard(container);
        container.exitCode = START_FAILED;
      }
      throw error;
    }
  }

  #restartDelay(container: Container): number | undefined {
    const policy = container.hostConfig.RestartPolicy;
    if (policy === undefined || policy.Name === "" || policy.Name === "no") return undefined;
    container.restarts ??= new RestartBackoff();
    const { exitCode, endedByHand, startedUs, finishedUs } = container;
    return container.restarts.next(policy, { exitCode, byHand: endedByHand, ranUs: finishedUs - startedUs });
  }

  /** A start that fails ends the attempts: the container keeps the reason. */
  async #startAgain(container: Container, options: Pick<WaitOptions, "follows"> = { follows: true }): Promise<void> {
    try {
      await this.#launch(container, options);
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      this.#parts.causes.refused(container, error);
      if (!(error instanceof StatusError)) throw error;
      if (container.state === "restarting") container.become("exited");
    }
  }

  /** True if it was waiting to be started again: it has ended for good then. */
  #cancelRestart(container: Container): boolean {
    if (container.state !== "restarting") return false;
    container.restartTimer?.cancel();
    container.become("exited");
    return true;
  }

  /** Lets go of what only a running container has. */
  #discard(container: Container): void {
    this.#parts.runtime.delete(container.id);
    this.#shm.close(container);
    container.oci = undefined;
    this.#parts.networks.close(container);
    this.#volumeMounts.close(container);
    this.streams.close(container);
  }

  #remove(container: Container, withVolumes: boolean): void {
    const { snapshotter, volumes, world } = this.#parts;
    container.become("removing");
    this.#index.delete(container);
    for (const child of container.links.values()) child.linkedBy = without(child.linkedBy, container);
    snapshotter.remove(container.id);
    this.#bundles.drop(container.id);
    container.dropLogs(world.allotments.disk);
    for (const { type, name, isAnonymous = false } of container.mountPoints) {
      if (type !== "volume" || name === undefined) continue;
      volumes.release(name, container.id);
      if (withVolumes && isAnonymous && volumes.users(name).length === 0) volumes.remove(name);
    }
    this.#record(container, "destroy");
  }

  #oomKilled(cgroup: Cgroup): void {
    const container = this.inCgroup(cgroup);
    if (container === undefined) return;
    container.oomKilled = true;
    this.#record(container, "oom");
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

  #record(container: Container, action: string, more: Readonly<Record<string, string>> = NOTHING): void {
    const { config, imageName: image, name } = container;
    const own = more === NOTHING ? { image, name } : withImage(more, image, name);
    // Most have no labels, and then there is nothing to put together.
    const isBare = Object.keys(config.Labels ?? NOTHING).length === 0;
    this.#parts.events.record("container", action, container.id, isBare ? own : { ...config.Labels, ...own });
  }
}

const NOTHING: Readonly<Record<string, string>> = {};

/** Name by name: V8 adds to what it has spread from objects of several kinds ten times as slowly. */
function withImage(more: Readonly<Record<string, string>>, image: string, name: string) {
  const attributes: Record<string, string> = {};
  for (const key in more) attributes[key] = more[key] ?? "";
  attributes.image = image;
  attributes.name = name;
  return attributes;
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

function without(all: ReadonlySet<Container>, one: Container): ReadonlySet<Container> {
  return new Set([...all].filter((other) => other !== one));
}
