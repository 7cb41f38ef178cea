/**
 * Volumes: directories of the machine that outlive containers.
 *
 * @see moby volume/local, volume/service
 */
import { NAME_MAX } from "../abi/index.ts";
import { type MemoryDirectory, type MemoryFs, removeTree } from "../fs/index.ts";
import { quote } from "../lib/go/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Prng } from "../sim/index.ts";
import type { EventLog } from "./events.ts";
import type { VolumeSource, VolumeWish } from "./mount/mount-points.ts";
import { newId } from "./names.ts";
import { checkVolumeOptions } from "./volume/volume-options.ts";

/** A volume of the engine. */
export interface Volume {
  readonly name: string;
  readonly driver: string;
  /** Its directory on the machine. */
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly isAnonymous: boolean;
  readonly createdUs: number;
}

export interface VolumeRecords {
  readonly volumes: readonly Volume[];
  /** Ids of the containers that refer to each. */
  readonly users: readonly (readonly [name: string, ids: readonly string[]])[];
}

const DRIVERS: ReadonlySet<string> = new Set(["", "default", "local"]);
const VOLUME_ROOT = "/var/lib/docker/volumes";
const ANONYMOUS_LABEL = { "com.docker.volume.anonymous": "" };

export class VolumeService implements VolumeSource {
  readonly #root: MemoryDirectory;
  readonly #events: EventLog;
  readonly #prng: Prng;
  readonly #volumes = new Map<string, Volume>();
  /** Ids of the containers that refer to each volume. */
  readonly #users = new Map<string, Set<string>>();

  constructor(disk: MemoryFs, events: EventLog, prng: Prng) {
    this.#root = ensureDirectory(disk, VOLUME_ROOT);
    this.#events = events;
    this.#prng = prng;
  }

  /** What is known of the volumes; their files are on the disk. */
  get records(): VolumeRecords {
    return { volumes: this.list(), users: [...this.#users].map(([name, ids]) => [name, [...ids]]) };
  }

  restore({ volumes, users }: VolumeRecords): void {
    for (const volume of volumes) this.#volumes.set(volume.name, volume);
    for (const [name, ids] of users) this.#users.set(name, new Set(ids));
  }

  /** @throws StatusError not-found for another driver, invalid-argument for a name that is none, or options of which some are missing or unknown */
  create(
    name: string | undefined,
    options: {
      /** There is only "local". */
      readonly driver?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly options?: Readonly<Record<string, string>>;
    } = {},
  ): Volume {
    const { driver = "" } = options;
    const isAnonymous = name === undefined || name === "";
    const chosen = isAnonymous ? newId(this.#prng) : name;
    if (!DRIVERS.has(driver)) {
      const problem = `error looking up volume plugin ${driver}: plugin ${quote(driver)} not found`;
      throw new StatusError("not-found", `create ${chosen}: ${problem}`);
    }
    const known = this.#volumes.get(chosen);
    if (known !== undefined) return known;
    if (chosen.length === 1) {
      const why = "volume name is too short, names should be at least two alphanumeric characters";
      throw new StatusError("invalid-argument", `create ${chosen}: ${why}`);
    }
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(chosen)) {
      throw new StatusError(
        "invalid-argument",
        `create ${chosen}: "${chosen}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
      );
    }
    try {
      checkVolumeOptions(options.options ?? {});
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(error.kind, `create ${chosen}: ${error.message}`);
    }
    if (chosen.length > NAME_MAX) {
      const root = `${VOLUME_ROOT}/${chosen}`;
      const why = `error while creating volume root path '${root}': mkdir ${root}: file name too long`;
      throw new StatusError("invalid-argument", `create ${chosen}: ${why}`);
    }
    const own = this.#root.create(chosen, directoryInit(0o701)) as MemoryDirectory;
    own.create("_data", directoryInit(0o755));
    const volume: Volume = {
      name: chosen,
      driver: "local",
      path: `${VOLUME_ROOT}/${chosen}/_data`,
      labels: { ...(isAnonymous ? ANONYMOUS_LABEL : {}), ...options.labels },
      options: options.options ?? {},
      isAnonymous,
      createdUs: this.#root.fs.machine.nowUs,
    };
    this.#volumes.set(chosen, volume);
    this.#events.record("volume", "create", chosen, { driver: "local" });
    return volume;
  }

  ensure(name: string | undefined, wanted: VolumeWish = {}): Volume {
    return this.create(name, wanted);
  }

  get(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  /** How many there are; those that are made later come behind them. */
  get count(): number {
    return this.#volumes.size;
  }

  /** Takes away those without names that were made when there were so many. */
  removeAnonymousFrom(count: number): void {
    if (this.count === count) return;
    for (const { name, isAnonymous } of this.list().slice(count)) if (isAnonymous) this.remove(name);
  }

  list(): readonly Volume[] {
    return [...this.#volumes.values()];
  }

  /** The volume's directory. */
  directory(volume: Volume): MemoryDirectory {
    return (this.#root.lookup(volume.name) as MemoryDirectory).lookup("_data") as MemoryDirectory;
  }

  use(name: string, container: string): void {
    const users = this.#users.get(name) ?? new Set();
    users.add(container);
    this.#users.set(name, users);
  }

  release(name: string, container: string): void {
    this.#users.get(name)?.delete(container);
  }

  users(name: string): readonly string[] {
    return [...(this.#users.get(name) ?? [])];
  }

  /** @throws StatusError not-found, conflict while a container refers to it */
  remove(name: string, options: { readonly force: boolean } = { force: false }): void {
    const volume = this.#volumes.get(name);
    if (volume === undefined) {
      if (options.force) return;
      throw new StatusError("not-found", `get ${name}: no such volume`);
    }
    const users = this.users(name);
    if (users.length > 0) throw new StatusError("conflict", `remove ${name}: volume is in use - [${users.join(", ")}]`);
    this.#volumes.delete(name);
    this.#users.delete(name);
    removeTree(this.#root.fs, `${VOLUME_ROOT}/${name}`);
    this.#events.record("volume", "destroy", name, { driver: "local" });
  }
}

const directoryInit = (mode: number) => ({ type: "dir", mode, uid: 0, gid: 0 }) as const;

/** The directory at `path` of the machine's disk, made with everything above it if need be. */
export function ensureDirectory(disk: MemoryFs, path: string): MemoryDirectory {
  let at = disk.root;
  for (const name of path.split("/")) {
    if (name !== "") at = (at.lookup(name) ?? at.create(name, directoryInit(0o755))) as MemoryDirectory;
  }
  return at;
}
