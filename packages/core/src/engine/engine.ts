/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The engine: one simulated machine with everything that Docker is, wired together. This page is wiring only.
 */
import { type BuildCacheState, Builder, type BuildRequest, type BuildResult, type Download } from "../build/index.ts";
import { addDockerHub, catalogueWith, dockerHub, HUB_HOSTS } from "../catalogue/index.ts";
import { type Codecs, type ContentDisk, ContentStore, MemoryContentDisk } from "../content/index.ts";
import { CallLog, Faults } from "../faults/index.ts";
import { freezeDisk, type HostDisk, type HostFs } from "../fs/index.ts";
import { GitNetwork, type GitRepository } from "../git/index.ts";
import { type Image, ImageDisk, ImageStore } from "../image/index.ts";
import { bootMachine, Kernel, type Machine } from "../kernel/index.ts";
import { durationText } from "../lib/go/index.ts";
import { INSPECT, knownWord, omit, ownFunction, StatusError } from "../lib/index.ts";
import { makeRyuk, type PackageIndexes } from "../programs/index.ts";
import { type Credentials, HttpNetwork, type Registry } from "../registry/index.ts";
import { Runtime } from "../runtime/index.ts";
import { type Duration, type Journal, Prng, Recorder, replayOptions, World, type WorldOptions } from "../sim/index.ts";
import { Snapshotter } from "../snapshot/index.ts";
import { ArchiveService } from "./archives.ts";
import { downloadFrom, type HttpGet, httpGet } from "./build/download.ts";
import { EngineClient, type EngineDoor, type Inventory, takeInventory } from "./client/index.ts";
import { ClientBuilders } from "./command-line/client-builders.ts";
import { ClientContexts } from "./command-line/client-contexts.ts";
import { type CommandOptions, type CommandResult, runDocker } from "./command-line/index.ts";
import { ManifestLists } from "./command-line/manifest/manifest-lists.ts";
import { Compose } from "./compose/compose.ts";
import { type CommitOptions, type CommitParts, commitContainer } from "./container/commit.ts";
import type { Container } from "./container/container.ts";
import { HealthMonitor } from "./container/health.ts";
import { UserLookup } from "./container/user-lookup.ts";
import { ContainerService } from "./containers.ts";
import { EventLog } from "./events.ts";
import { ExecService } from "./exec.ts";
import { CauseLog } from "./explain/cause-log.ts";
import { explain, narration, type Subject } from "./explain/explain.ts";
import type { Explanation } from "./explain/finding.ts";
import { History } from "./explain/history.ts";
import { Timeline, type TimelineOptions } from "./explain/timeline.ts";
import { ImageService } from "./images.ts";
import { checkDirectory, checkMirror, checkNameserver } from "./machine/addresses.ts";
import { Daemon } from "./machine/daemon.ts";
import { DaemonLife } from "./machine/daemon-life.ts";
import { type HostMount, mountDisks } from "./machine/disks.ts";
import { faultTargets, tellOfStarts } from "./machine/fault-targets.ts";
import { addHostFiles } from "./machine/host-files.ts";
import {
  beginning,
  checkAtRest,
  type MachineRecords,
  MachineSnapshot,
  optionsFrom,
  type SnapshotOptions,
} from "./machine/machine-snapshot.ts";
import { type MachineProfile, PROFILE_NAMES, PROFILES, type ProfileName } from "./machine/profiles.ts";
import { ProgramRegistry, type UnknownPrograms } from "./machine/programs.ts";
import { reaper } from "./machine/reap.ts";
import { buildNetwork, buildResolvConf } from "./network/build-network.ts";
import { fetchOnMachine } from "./network/fetch.ts";
import type { LinkService } from "./network/link-service.ts";
import { NetworkService } from "./networks.ts";
import { BUILT_IN_NETWORKS } from "./select/networks.ts";
import { lostContainers, recoverSnapshots, type StateDirectory, StateKeeper, StateStore } from "./state/index.ts";
import { Swarm } from "./swarm/swarm.ts";
import { Views } from "./views/views.ts";
import { ensureDirectory, VolumeService } from "./volumes.ts";

/** What an engine begins with: its machine, its world, its disk. */
export interface EngineOptions extends WorldOptions {
  /**
   * What the machine begins as: everything that is not said here is as it was there. With another seed it has another
   * chance from then on.
   */
  readonly from?: MachineSnapshot;
  /**
   * Whether what is done with the engine is recorded, so that any moment of its life can be had again: `engine.journal`,
   * `replay`, `firstMoment`. What is given to it must not be changed afterwards.
   */
  readonly journal?: boolean;
  /**
   * Where everything is kept that outlives the process: a directory of a disk (`node:fs`, a memfs `Volume`). The engine
   * begins as what a former one has left there, as after a loss of power unless that one was closed, and goes on with its
   * chance. Programs and scripts are code: they are to be registered again.
   */
  readonly state?: StateDirectory;
  /** A world to share with other engines; by default the engine has one of its own. */
  readonly world?: World;
  /** The web servers of the world, to share with other engines; by default there are none. */
  readonly web?: HttpNetwork;
  /** The git repositories of the world, to share with other engines; by default there are none. */
  readonly git?: GitNetwork;
  /** The registries of the world, to share with other engines; by default there is a Docker Hub with the catalogue. */
  readonly registries?: HttpNetwork;
  /**
   * Where images are kept: an OCI image layout in a directory of a disk (`node:fs`, a memfs `Volume`), which a later
   * engine finds them in. By default nothing is left of them.
   */
  readonly content?: { readonly disk: ContentDisk; readonly path: string };
  /** For layers and archives of ADD: zstd, which nothing here reads by itself, and a gunzip of the host's. */
  readonly codecs?: Codecs;
  /** Registries that are asked before Docker Hub: "https://mirror.example". */
  readonly mirrors?: readonly string[];
  /** Registries without TLS, besides those of the machine itself: "registry.lan:5000". */
  readonly insecureRegistries?: readonly string[];
  /** What the daemon says of itself, as with `dockerd --label`: services can be placed by it. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What the machine is made of. */
  readonly machine?: Partial<Machine>;
  /** Disks from outside, by where they are mounted on the machine: `docker run -v /home/me/src:/src` can then show them. */
  readonly disks?: Readonly<Record<string, HostDisk | HostMount>>;
  /** The name servers of the machine; by default those of the profile. */
  readonly nameservers?: readonly string[];
  /** `modern` (default), or `recorded`: the traits of the machine that the recordings come from. */
  readonly profile?: ProfileName;
  /** Programs that nobody has written: they fail (default), or it is pretended that they succeed. */
  readonly unknownPrograms?: UnknownPrograms;
}

/** A simulated machine with an engine that behaves like Docker. Made by `createEngine`. */
export class Engine implements EngineDoor {
  readonly world: World;
  readonly kernel: Kernel;
  readonly events: EventLog;
  /** Why things went wrong, as data; `explain` makes sense of it. */
  readonly causes: CauseLog;
  readonly images: ImageService;
  /** The web servers that builds can ADD files from, by their hosts: `engine.web.add("files.example", fetch)`. */
  readonly web: HttpNetwork;
  /** Repositories that builds can take files from: `engine.git.add("https://host/x.git", { branches: { main: { files } } })`. */
  readonly git: GitNetwork;
  /** What the daemon gets for a URL: from web servers of the world, or from what listens on its machine. */
  readonly download: (url: string) => Promise<Download>;
  /** The same, as the whole answer to a GET. */
  readonly httpGet: HttpGet;
  /** The registries that the engine can reach. */
  readonly registries: HttpNetwork;
  /** The world's Docker Hub, unless the engine was given other registries. */
  readonly hub: Registry;
  /** Registries that are asked before Docker Hub. */
  readonly mirrors: readonly string[];
  /** What the daemon says of itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** Registries without TLS. */
  readonly insecureRegistries: readonly string[];
  /** Credentials by the hosts of registries: "localhost:5000", "registry-1.docker.io". */
  readonly logins = new Map<string, Credentials>();
  /** Names that the client has for engines: `docker context`. */
  readonly contexts = new ClientContexts();
  /** Builders that its command line has been told of. */
  readonly builders = new ClientBuilders();
  /** Lists of manifests that its docker client keeps. */
  readonly manifestLists = new ManifestLists();
  /** The daemon: stopping, crashing and starting it. */
  readonly daemon: Daemon;
  /** What clients wait in. */
  readonly life: DaemonLife;
  readonly containers: ContainerService;
  readonly exec: ExecService;
  /** Files of containers. */
  readonly archives: ArchiveService;
  readonly volumes: VolumeService;
  readonly networks: NetworkService;
  /** Swarm mode: a swarm of this machine alone, or of several of a cluster. */
  readonly swarm: Swarm;
  /** The disks from outside, by where they are mounted. */
  readonly disks: ReadonlyMap<string, HostFs>;
  readonly profile: MachineProfile;
  /** What executables of images can name, and what interpreters do for a file. */
  readonly programs: ProgramRegistry;
  /** The calls that clients have made. */
  readonly calls: CallLog;
  /** Rules by which things fail on purpose. */
  readonly faults: Faults;
  readonly #commitParts: CommitParts;
  readonly #snapshotter: Snapshotter;
  readonly #history: History;
  readonly #endNarration: () => void;
  readonly #options: EngineOptions;
  readonly #store: ImageStore;
  readonly #prng: Prng;
  readonly #buildPrng: Prng;
  #builder: Builder | undefined;
  #cacheToRestore: BuildCacheState | undefined;
  readonly #makeBuilder: () => Builder;
  /** Settles when containers that ran in the snapshot have been started again. */
  readonly restored: Promise<void> | undefined;
  readonly #keeper: StateKeeper | undefined;
  #compose: Compose | undefined;

  constructor(given: EngineOptions = {}) {
    for (const what of ["state", "content"] as const) {
      const directory = given[what];
      if (directory !== undefined) checkDirectory(directory, what);
    }
    const state = given.state && new StateStore(given.state);
    const options = optionsFrom(given, state?.found);
    const records = beginning(given.from, state?.found);
    this.#options = options;
    this.world = options.world ?? new World(options);
    if (options.world === undefined) this.world.subject = this;
    this.profile = PROFILES[knownWord(PROFILE_NAMES, options.profile ?? "modern", "profile")];
    this.kernel = new Kernel(this.world, { ...this.profile.machine, ...options.machine }, records?.disk);
    bootMachine(this.kernel);
    const nameservers = options.nameservers ?? this.profile.nameservers;
    for (const server of nameservers) checkNameserver(server);
    addHostFiles(this.kernel, nameservers);
    ensureDirectory(this.kernel.disk, "/run/containerd/rootfs");
    this.disks = mountDisks(this.kernel, options.disks ?? {});
    this.programs = new ProgramRegistry({
      programs: this.kernel.programs,
      profile: this.profile,
      unknownPrograms: options.unknownPrograms ?? "fail",
    });
    this.programs.register("ryuk", makeRyuk(reaper(this)));
    const { world, kernel } = this;
    const prng: Prng = world.prng.fork("engine");
    this.#prng = prng;
    const snapshotter = new Snapshotter(kernel.disk);
    this.#snapshotter = snapshotter;
    const runtime = new Runtime(kernel, { unknown: this.programs.unknown });
    const users = new UserLookup(kernel, snapshotter);
    this.events = new EventLog(() => kernel.nowUs);
    this.#history = new History(this.events);
    this.volumes = new VolumeService(kernel.disk, this.events, prng);
    this.networks = new NetworkService({ kernel, events: this.events, prng, nameservers }, records?.networks);
    const store = new ImageStore(snapshotter);
    this.#store = store;
    // What is pulled lies here on its way.
    let transfers: ContentStore | undefined;
    const content = (): ContentStore => (transfers ??= new ContentStore(new MemoryContentDisk()));
    if (options.content !== undefined) {
      ImageDisk.open(new ContentStore(options.content.disk, options.content.path), store);
    }
    const pause = (us: number): Promise<void> => world.sleep(us);
    this.mirrors = options.mirrors ?? [];
    for (const mirror of this.mirrors) checkMirror(mirror);
    this.labels = options.labels ?? {};
    this.insecureRegistries = options.insecureRegistries ?? [];
    this.web = options.web ?? new HttpNetwork();
    this.git = options.git ?? new GitNetwork();
    this.httpGet = httpGet(this.web, (request) => fetchOnMachine(kernel, world, request));
    this.download = downloadFrom(this.httpGet);
    this.registries = options.registries ?? new HttpNetwork();
    const lookup = catalogueWith(this.profile.busybox.applets);
    this.hub = dockerHub({ nowUs: () => world.clock.nowUs, sleep: pause, lookup });
    if (options.registries === undefined) addDockerHub(this.registries, this.hub, pause);
    this.images = new ImageService(
      store,
      this.events,
      (name, program) => this.programs.register(name, program),
      lookup,
      () => ({
        registries: this.registries,
        content: content(),
        ...(options.codecs && { codecs: options.codecs }),
        transport: {
          fetch: this.registries.fetch,
          sleep: pause,
          credentials: (host) => this.logins.get(host),
          mirrors: this.mirrors,
          insecureHosts: this.insecureRegistries,
        },
        ...(this.profile.registry === "offline" && { baseFetch: this.registries.except(HUB_HOSTS) }),
      }),
    );
    this.#commitParts = { kernel, snapshotter, images: this.images };
    const findImage = (name: string) => this.images.get(name);
    this.life = new DaemonLife(world);
    this.causes = new CauseLog(kernel);
    this.networks.changes.on("unresolved", (id, name) =>
      this.causes.unreached(id, { host: name, port: undefined, error: "NXDOMAIN" }),
    );
    const { events, causes, life } = this;
    const shared = { world, life, kernel, runtime, events, causes, prng, users };
    this.containers = new ContainerService({
      ...shared,
      snapshotter,
      volumes: this.volumes,
      networks: this.networks,
      findImage,
    });
    this.#endNarration = world.narrate(() => narration({ kernel, service: this.containers }));
    this.swarm = new Swarm({
      world,
      kernel,
      events,
      containers: this.containers,
      images: this.images,
      networks: this.networks,
      // Machines of one world have swarms of their own.
      prng: new Prng(`${world.seed} ${options.world === undefined ? "" : `${kernel.machine.hostname} `}swarm`),
      labels: this.labels,
      isDown: () => !this.daemon.isListening,
    });
    this.exec = new ExecService(shared);
    this.archives = new ArchiveService(kernel, snapshotter, users);
    const health = new HealthMonitor({ ...shared, exec: this.exec, find: (id) => this.containers.get(id) });
    this.daemon = new Daemon({ ...shared, containers: this.containers, exec: this.exec, health });
    this.daemon.on("started", () => this.swarm.resume());
    this.daemon.on("ended", () => this.swarm.suspend());
    this.#buildPrng = world.prng.fork("build");
    this.#makeBuilder = ownFunction(
      () =>
        new Builder(
          {
            ...{ world, kernel, runtime, snapshotter, prng: this.#buildPrng },
            download: this.download,
            findRepository: this.findRepository,
            unpacksXz: this.profile.hasXz,
            codecs: options.codecs ?? {},
            filesOf: (image) => this.archives.image(image),
            joinNetwork: buildNetwork({ kernel, networks: this.networks, nameservers }),
            resolvConf: buildResolvConf(nameservers),
          },
          store,
          this.images,
        ),
    );
    this.calls = new CallLog(() => kernel.nowUs);
    this.faults = new Faults(faultTargets(this));
    tellOfStarts(this);
    if (records !== undefined) this.restored = this.#resume(records, given, records === state?.found);
    if (state === undefined) return;
    this.#keeper = this.#keep(state);
    if (given.from !== undefined) this.#keeper.save();
  }

  #keep(store: StateStore): StateKeeper {
    const { events, kernel, world } = this;
    const moment = (): string =>
      `${world.trace.length} ${Object.values(kernel.disk.counts).join(" ")} ${this.swarm.moment}`;
    const breathe = (): Promise<void> => world.breathe();
    return new StateKeeper({ store, events, breathe, moment, records: () => this.#records });
  }

  /** What a snapshot knows besides the disk and the networks. */
  #resume(records: MachineRecords, given: EngineOptions, isCrashed: boolean): Promise<void> | undefined {
    // Ids of a later process must not be those of an earlier one.
    const keepsChance = isCrashed || (given.seed === undefined && given.world === undefined);
    this.world.resume(records.world, { keepsChance: keepsChance && given.world === undefined });
    this.kernel.resume(records.kernel, { keepsChance });
    this.#snapshotter.restore(records.snapshots);
    this.#store.restore(records.images);
    this.images.restoreTagTimes(records.tagTimes);
    this.volumes.restore(records.volumes);
    const { nowUs } = this.kernel;
    if (records.swarm !== undefined) this.swarm.restore(records.swarm, { keepsChance });
    this.containers.adopt(isCrashed ? lostContainers(records.containers, nowUs) : records.containers);
    this.events.restore(records.events);
    this.programs.restore(records.programs);
    for (const [host, who] of records.logins) this.logins.set(host, who);
    this.#cacheToRestore = records.cache;
    if (keepsChance) {
      this.#prng.state = records.chance.engine;
      this.#buildPrng.state = records.chance.build;
    }
    const started = this.#startedAgain(records, isCrashed);
    return records.swarm === undefined ? started : (started ?? Promise.resolve()).then(() => this.swarm.revive());
  }

  /** Has those run that are to run. */
  #startedAgain(records: MachineRecords, isCrashed: boolean): Promise<void> | undefined {
    if (isCrashed) {
      recoverSnapshots(this.#snapshotter, records);
      return this.containers.restore();
    }
    const ran = records.containers.filter(({ wasRunning }) => wasRunning);
    return ran.length === 0 ? undefined : this.containers.startAgain(ran.map(({ id }) => id));
  }

  /** The repository at an address, if the machine has git to ask for it. */
  readonly findRepository = ownFunction((address: string): GitRepository | undefined =>
    this.profile.hasGit ? this.git.find(address) : undefined,
  );

  /** What builds images, made when it is first used. */
  get builder(): Builder {
    if (this.#builder === undefined) {
      this.#builder = this.#makeBuilder();
      if (this.#cacheToRestore !== undefined) this.#builder.cache.restore(this.#cacheToRestore);
      this.#cacheToRestore = undefined;
    }
    return this.#builder;
  }

  /**
   * The machine as it is now, for others to begin as: `createEngine({ from: snapshot })`.
   *
   * @throws StatusError failed-precondition if containers run, unless they are to be started again
   */
  snapshot(options: SnapshotOptions = {}): MachineSnapshot {
    checkAtRest(this.kernel, this.containers, options);
    const made = omit(this.#options, "from", "world", "registries", "web", "content", "state");
    const disks = Object.fromEntries(
      Object.entries(made.disks ?? {}).map(([path, disk]) => {
        const sideTable = this.disks.get(path)?.toJSON();
        return [path, { ...("disk" in disk ? disk : { disk }), ...(sideTable && { sideTable }) }];
      }),
    );
    return new MachineSnapshot(made.disks === undefined ? made : { ...made, disks }, this.#records);
  }

  /** Everything that the machine consists of, but its processes. */
  get #records(): MachineRecords {
    const { kernel, containers } = this;
    return {
      world: this.world.state,
      kernel: kernel.state,
      disk: freezeDisk(kernel.disk),
      chance: { engine: this.#prng.state, build: this.#buildPrng.state },
      snapshots: this.#snapshotter.records,
      images: this.#store.records,
      tagTimes: this.images.tagTimes,
      volumes: this.volumes.records,
      networks: this.networks.records,
      containers: containers.records,
      events: this.events.past(),
      ...(this.swarm.record && { swarm: this.swarm.record }),
      cache: this.#builder?.cache.state ?? this.#cacheToRestore ?? NO_CACHE,
      programs: this.programs.own,
      logins: [...this.logins],
    };
  }

  /**
   * Has everything written that has happened; when this returns it is on the disk. Without a state it does nothing. It
   * is called before a command line, a build or a request of the API is answered.
   *
   * @throws what the disk throws: it is full, say
   */
  flush(): void {
    this.#keeper?.flush();
  }

  /** The engine as its users see it: the same methods as those of a real one, see `connectEngine`. */
  get client(): EngineClient {
    return new EngineClient(this);
  }

  /** The same for one of several clients, told apart by its name in the log of calls and by rules of `faults`. */
  clientNamed(name: string): EngineClient {
    return new EngineClient({
      docker: (line, options) => this.docker(line, { client: name, ...options }),
      fetch: (input, init) => this.fetch(input, init),
      pass: (duration) => this.pass(duration),
    });
  }

  /** Applications of several containers: `await engine.compose.up(yaml)`. */
  get compose(): Compose {
    this.#compose ??= new Compose(this);
    return this.#compose;
  }

  /** What was done with the engine, if that is recorded. @throws StatusError failed-precondition if it is not */
  get journal(): Journal<Engine> {
    const { recorder } = this.world;
    if (!(recorder?.target instanceof Engine)) {
      throw new StatusError("failed-precondition", "nothing is recorded: createEngine({ journal: true })");
    }
    return recorder.journal as Journal<Engine>;
  }

  /** Links between containers: latency, loss, bandwidth, partitions, captures. */
  get links(): LinkService {
    return this.networks.links;
  }

  /** What pip, npm, apt-get and apk can install. */
  get packages(): PackageIndexes {
    return this.programs.packages;
  }

  /**
   * Builds an image from a Dockerfile and its context.
   *
   * @throws BuildError for what is wrong with the Dockerfile, and for a step that fails
   */
  build(request: BuildRequest): Promise<BuildResult> {
    return this.#answer(this.#buildImage(request));
  }

  async #buildImage(request: BuildRequest): Promise<BuildResult> {
    const result = await this.builder.build(request);
    if (request.exports?.includes("image") !== false) this.images.note("create", result.image);
    return result;
  }

  /**
   * HTTP from the machine: to published ports as `http://localhost:8000/`, or to a container's own address.
   *
   * @throws StatusError unavailable if there is no answer
   */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return fetchOnMachine(this.kernel, this.world, new Request(input, init));
  }

  /** An image from what a container has changed: `docker commit`. It has no name. */
  commit(container: Container, options?: CommitOptions): Image {
    return commitContainer(this.#commitParts, container, options);
  }

  /**
   * Runs a command line as the docker client would: what stands after the word `docker`, as text or as words.
   * Bad usage and the engine's errors are in the result, as a terminal shows them.
   *
   * What has no end of its own lasts until `signal` is aborted: `events` without `--until`, `stats` without `--no-stream`.
   * It follows what others make happen, and lets neither processes nor time go on: nobody knows whether the program that
   * called it will do more. If it does nothing more, Node ends with exit code 13.
   */
  docker(line: string | readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.#answer(runDocker(this, line, options));
  }

  /** What has happened is written before anybody hears of it. */
  #answer<T>(answer: Promise<T>): Promise<T> {
    return this.#keeper === undefined ? answer : answer.finally(() => this.flush());
  }

  /**
   * Why a container ended, is restarted, is unhealthy, slow or not there; why a name or a port cannot be reached; why the
   * steps of a build were not cached. As text with `String(…)`, as data with its `findings`.
   *
   * @throws StatusError not-found for a container that nobody knows; invalid-argument for what is none of these
   */
  explain(subject: Subject): Explanation {
    const { kernel, networks, causes, faults, containers: service } = this;
    const containers = () => service.list({ all: true });
    const { surroundings } = this.swarm;
    const parts = { kernel, networks, causes, faults, service, containers, surroundings };
    return explain(subject, { ...parts, snapshotter: this.#snapshotter });
  }

  /**
   * What has happened to containers: data, `String(…)` draws it as text and `toSVG()` as a picture.
   *
   * @throws StatusError invalid-argument for a time that ends before it begins
   */
  timeline(options?: TimelineOptions): Timeline {
    const { startUs, nowUs } = this.world.clock;
    const events = this.#history.events();
    const { forgotten } = this.#history;
    const containers = this.containers.list({ all: true });
    return new Timeline({ startUs, nowUs, events, forgotten, causes: this.causes.all, containers }, options);
  }

  /** What the machine is made of now: namespaces, control groups, mounts, networks; as data and as text. */
  get views(): Views {
    return new Views(this);
  }

  /** Lets simulated time pass, with everything that happens in it. @param duration `1m30s`, or microseconds */
  pass(duration: Duration): Promise<void> {
    return this.world.advance(duration);
  }

  /**
   * Ends everything that runs. What is still there (containers, volumes, networks that somebody made) is removed, and
   * reported: a test that cleans up behind itself gets an empty report. On a machine with a state everything stays; the
   * daemon is stopped, and containers with it. Rules of `faults` are undone before, and a daemon that is away comes back.
   */
  async close(): Promise<Inventory> {
    // Clearing up must not fail on purpose.
    this.faults.clear();
    await this.daemon.ready();
    const { containers, volumes, networks } = await takeInventory(this);
    const own = networks.filter((name) => !BUILT_IN_NETWORKS.has(name));
    if (this.#keeper !== undefined) {
      await this.daemon.stop();
      this.#keeper.save();
      return { containers, volumes, networks: own };
    }
    // Its services would make others of their containers.
    if (this.swarm.joined !== undefined) await this.swarm.leave({ force: true });
    for (const name of containers) await this.docker(["rm", "--force", name]);
    for (const name of volumes) await this.docker(["volume", "rm", "--force", name]);
    for (const name of own) await this.docker(["network", "rm", name]);
    this.#endNarration();
    return { containers, volumes, networks: own };
  }

  /** What `console.log` prints: what there is, not all that it is made of. */
  [INSPECT](): string {
    const { uptimeUs } = this.world.clock;
    const containers = this.containers.list({ all: true }).map(({ name, state }) => `${name} (${state})`);
    const what = containers.length === 0 ? "no containers" : containers.toReversed().join(", ");
    return `Engine on ${this.kernel.machine.hostname}, after ${durationText(uptimeUs * 1000)}: ${what}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const NO_CACHE: BuildCacheState = { records: [], titles: [], pruned: [], sides: [] };

/** A machine with an engine on it. Nothing happens on it until somebody waits for something. */
export function createEngine({ journal = false, ...options }: EngineOptions = {}): Engine {
  const engine = new Engine(options);
  if (!journal) return engine;
  // A replay leaves no state behind.
  const begin = replayOptions(engine.world, omit(options, "state"));
  return new Recorder(engine, engine.world, () => new Engine(begin)).subject;
}
