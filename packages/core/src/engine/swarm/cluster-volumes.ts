/**
 * Volumes of a swarm: storage that plugins would make on whatever node needs it. They are known and changed here, and none
 * is ever made, since there are no plugins.
 *
 * @see swarmkit manager/controlapi/volume.go, moby daemon/cluster/convert/volume.go
 */
import { StatusError } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import { checkVersion, ObjectTable, type Revisions, type SwarmObject } from "./object-table.ts";
import type { PayloadStore } from "./payloads.ts";
import { rpcError } from "./rpc-error.ts";

interface Topology {
  readonly Segments?: StringMap;
}

/** The API's body. */
export interface ClusterVolumeSpec {
  readonly Group?: string;
  readonly AccessMode?: {
    readonly Scope?: string;
    readonly Sharing?: string;
    readonly MountVolume?: { readonly FsType?: string; readonly MountFlags?: readonly string[] };
    readonly BlockVolume?: object;
  };
  readonly AccessibilityRequirements?: {
    readonly Requisite?: readonly Topology[];
    readonly Preferred?: readonly Topology[];
  };
  readonly CapacityRange?: { readonly RequiredBytes: number; readonly LimitBytes: number };
  readonly Secrets?: readonly { readonly Key: string; readonly Secret: string }[];
  readonly Availability?: string;
}

export interface ClusterVolumeRequest {
  readonly Name: string;
  readonly Driver: string;
  readonly DriverOpts: StringMap;
  readonly Labels: StringMap;
  readonly ClusterVolumeSpec: ClusterVolumeSpec;
}

export interface ClusterVolume extends SwarmObject {
  readonly name: string;
  readonly driver: string;
  readonly options: StringMap;
  readonly labels: StringMap;
  spec: ClusterVolumeSpec;
}

const SHARINGS: ReadonlySet<string> = new Set(["readonly", "onewriter", "all"]);
const AVAILABILITIES: ReadonlySet<string> = new Set(["active", "pause", "drain"]);

export class ClusterVolumeStore {
  readonly #revisions: Revisions;
  readonly #secrets: PayloadStore;
  readonly #table = new ObjectTable<ClusterVolume>("volume", ({ name }) => name);

  constructor(revisions: Revisions, secrets: PayloadStore) {
    this.#revisions = revisions;
    this.#secrets = secrets;
  }

  get records(): readonly ClusterVolume[] {
    return this.#table.records;
  }

  restore(records: readonly ClusterVolume[]): void {
    for (const record of records) this.#table.add({ ...record });
  }

  /** @throws StatusError invalid-argument for what cannot be, internal (as with Docker) for a name that is taken */
  create({
    Name: name,
    Driver: driver,
    DriverOpts,
    Labels,
    ClusterVolumeSpec: spec,
  }: ClusterVolumeRequest): ClusterVolume {
    const refuse = (problem: string): never => {
      throw rpcError("InvalidArgument", problem);
    };
    if (name === "") refuse("meta: name must be provided");
    const { MountVolume, BlockVolume } = spec.AccessMode ?? refuse("AccessMode must not be nil");
    if (MountVolume === undefined && BlockVolume === undefined) {
      refuse("Volume AccessMode must specify either Mount or Block access type");
    }
    const missing = (spec.Secrets ?? []).filter(({ Secret }) => this.#secrets.byId(Secret) === undefined);
    if (missing.length > 0) {
      const what = missing.length === 1 ? "secret" : "secrets";
      refuse(`${what} not found: ${missing.map(({ Secret }) => Secret).join(", ")}`);
    }
    if (this.#table.byName(name) !== undefined) throw rpcError("Unknown", "name conflicts with an existing object");
    const volume: ClusterVolume = {
      ...this.#revisions.created(),
      ...{ name, driver, options: DriverOpts, labels: Labels, spec: normal(spec) },
    };
    this.#table.add(volume);
    return volume;
  }

  /** Another availability: nothing else of it can be changed. @throws StatusError not-found, internal for an old version */
  update(id: string, seen: number, { Availability = "" }: ClusterVolumeSpec): void {
    const volume = this.#table.byId(id);
    if (volume === undefined) throw rpcError("NotFound", `volume ${id} not found`);
    checkVersion(volume, seen);
    if (AVAILABILITIES.has(Availability)) volume.spec = { ...volume.spec, Availability };
    this.#revisions.changed(volume);
  }

  /** Without force it stays until a plugin has removed what it stands for: for good. @throws StatusError not-found */
  remove(reference: string, { force }: { readonly force: boolean }): void {
    const volume = this.find(reference);
    if (volume === undefined) {
      if (force) return;
      throw new StatusError("not-found", `volume ${reference} not found`);
    }
    if (force) this.#table.delete(volume);
    else this.#revisions.changed(volume);
  }

  /** @throws StatusError not-found */
  get(reference: string): ClusterVolume {
    return this.#table.get(reference);
  }

  find(reference: string): ClusterVolume | undefined {
    return this.#table.byId(reference) ?? this.#table.byName(reference);
  }

  list(): readonly ClusterVolume[] {
    return this.#table.list();
  }
}

/** As the manager keeps it: what it does not know is as if it were not said. */
function normal({
  Group,
  AccessMode,
  AccessibilityRequirements,
  CapacityRange,
  Secrets = [],
  ...rest
}: ClusterVolumeSpec) {
  const { Scope, Sharing = "", MountVolume } = AccessMode ?? {};
  const { Availability = "" } = rest;
  return {
    ...(Group !== undefined && Group !== "" && { Group }),
    AccessMode: {
      Scope: Scope === "multi" ? "multi" : "single",
      Sharing: SHARINGS.has(Sharing) ? Sharing : "none",
      ...(MountVolume === undefined ? { BlockVolume: {} } : { MountVolume }),
    },
    ...(AccessibilityRequirements && { AccessibilityRequirements }),
    ...(CapacityRange && { CapacityRange }),
    ...(Secrets.length > 0 && { Secrets: Secrets.toSorted((a, b) => (a.Key < b.Key ? -1 : 1)) }),
    Availability: AVAILABILITIES.has(Availability) ? Availability : "active",
  };
}
