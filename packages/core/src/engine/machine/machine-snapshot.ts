/**
 * Snapshots of a machine at rest: what another machine can begin as.
 *
 * A snapshot is data that nobody changes. It shares what is immutable - layers, blobs, bytes of files - with the machine
 * that it was taken of and with all that begin as it, so that images cost nothing, whatever their size; of everything
 * else a machine makes copies of its own when it touches it. What has processes cannot be taken: generators have no
 * copies. Neither taken are page caches, devices of networks, rules of faults and what the world has around the machine:
 * registries with what was pushed to them, package indexes.
 */
import type { BuildCacheState } from "../../build/index.ts";
import type { FrozenDisk } from "../../fs/index.ts";
import type { ImageRecords } from "../../image/index.ts";
import type { Kernel, KernelState } from "../../kernel/index.ts";
import { INSPECT, StatusError } from "../../lib/index.ts";
import type { Credentials } from "../../registry/index.ts";
import type { PrngState, WorldState } from "../../sim/index.ts";
import type { SnapshotRecords } from "../../snapshot/index.ts";
import type { ContainerRecord } from "../container/container.ts";
import type { ContainerService } from "../containers.ts";
import { timeOf } from "../documents/time.ts";
import type { EngineOptions } from "../engine.ts";
import type { EngineEvent } from "../events.ts";
import type { TagTimes } from "../images.ts";
import type { NetworkRecord } from "../network/network-store.ts";
import type { SwarmRecord } from "../swarm/swarm.ts";
import type { VolumeRecords } from "../volumes.ts";
import type { OwnPrograms } from "./programs.ts";

/** Options of `engine.snapshot`. */
export interface SnapshotOptions {
  /** What becomes of containers that run: the snapshot is refused (default), or they are started again, as after a crash. */
  readonly running?: "refuse" | "restart";
}

/** Everything that a machine consists of. */
export interface MachineRecords {
  readonly world: WorldState;
  readonly kernel: KernelState;
  readonly disk: FrozenDisk;
  /** The states of chance: for names, ids and addresses, and for builds. */
  readonly chance: { readonly engine: PrngState; readonly build: PrngState };
  readonly snapshots: SnapshotRecords;
  readonly images: ImageRecords;
  readonly tagTimes: TagTimes;
  readonly volumes: VolumeRecords;
  readonly networks: readonly NetworkRecord[];
  readonly containers: readonly ContainerRecord[];
  readonly events: readonly EngineEvent[];
  readonly cache: BuildCacheState;
  readonly programs: OwnPrograms;
  /** The swarm that it is in. */
  readonly swarm?: SwarmRecord;
  readonly logins: readonly (readonly [host: string, who: Credentials])[];
}

/** A machine at rest, as data: what `engine.snapshot()` gives, and `createEngine({ from })` takes. */
export class MachineSnapshot {
  /** What the machine was made of. */
  readonly options: EngineOptions;
  readonly records: MachineRecords;

  constructor(options: EngineOptions, records: MachineRecords) {
    this.options = options;
    this.records = records;
  }

  /** Wall time of the moment, microseconds since 1970. */
  get takenUs(): number {
    return this.records.world.nowUs;
  }

  /** What `console.log` prints. */
  [INSPECT](): string {
    const { containers, images } = this.records;
    return `MachineSnapshot of ${timeOf(this.takenUs)}: ${containers.length} containers, ${images.images.length} images`;
  }
}

/** @throws StatusError failed-precondition if the machine is not at rest; the message names what runs */
export function checkAtRest(
  kernel: Kernel,
  containers: ContainerService,
  { running = "refuse" }: SnapshotOptions,
): void {
  const refuse = (what: string, names: readonly string[], instead: string): never => {
    const problem = `a snapshot is of a machine at rest, but ${what}: ${names.join(", ")}`;
    throw new StatusError("failed-precondition", `${problem}. ${instead}`);
  };
  const active = containers.list().map(({ name }) => name);
  if (active.length > 0 && running !== "restart") {
    refuse("containers run", active, 'Stop them, or have them started again with { running: "restart" }');
  }
  if (active.length > 0) return;
  const others = [...kernel.processes.values()].filter(
    ({ name, parent }) => parent !== undefined && name !== "containerd-shim",
  );
  const names = others.map(({ name, pid }) => `${name} (${pid})`);
  if (others.length > 0) refuse("processes run", names, "Wait until they have ended");
}

/** What a machine was before. @throws StatusError failed-precondition if it is to be two things */
export function beginning(
  from: MachineSnapshot | undefined,
  state: MachineRecords | undefined,
): MachineRecords | undefined {
  if (from !== undefined && state !== undefined) {
    const problem = "a machine cannot begin as a snapshot where there is a state of another one";
    throw new StatusError("failed-precondition", problem);
  }
  return from?.records ?? state;
}

/**
 * What a machine is made of that begins as a snapshot or a state: as that one, where nothing else is said.
 *
 * @throws StatusError invalid-argument for what is no snapshot
 */
export function optionsFrom({ from, ...given }: EngineOptions, state: MachineRecords | undefined): EngineOptions {
  const { records }: Partial<MachineSnapshot> = from ?? {};
  if (from !== undefined && records === undefined) {
    throw new StatusError("invalid-argument", "a machine begins as what snapshot() of another one has answered");
  }
  const world = from?.records.world ?? state?.world;
  if (world === undefined) return given;
  const options = { ...from?.options, ...given };
  return options.policy === "real" || given.startUs !== undefined ? options : { ...options, startUs: world.startUs };
}
