/**
 * Secrets and configs: small files that a swarm keeps and gives to tasks. They differ in their size, and in that nobody
 * is shown a secret again.
 *
 * @see swarmkit manager/controlapi/secret.go, config.go
 */
import { quote } from "../../lib/go/index.ts";
import { equal } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { EventLog } from "../events.ts";
import type { Filters } from "../select/filters.ts";
import { checkVersion, ObjectTable, type Revisions, type SwarmObject } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";

export interface DriverSpec {
  readonly Name: string;
  readonly Options?: StringMap;
}

export interface PayloadSpec {
  readonly Name: string;
  readonly Labels: StringMap;
  readonly Driver?: DriverSpec;
  readonly Templating?: DriverSpec;
}

export interface Payload extends SwarmObject {
  spec: PayloadSpec;
  readonly data: Uint8Array;
}

export type PayloadKind = "secret" | "config";

/** Bytes. @see swarmkit api/validation: MaxSecretSize, MaxConfigSize */
const LARGEST: Readonly<Record<PayloadKind, number>> = { secret: 512_000, config: 1_024_000 };
const NAME = /^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$/;
const LONGEST_NAME = 64;
/** What lists of secrets and of configs can be filtered by. */
export const PAYLOAD_FILTERS = ["id", "label", "name", "names"];

export interface PayloadParts {
  readonly revisions: Revisions;
  readonly events: Pick<EventLog, "record">;
  /** Names of the services that refer to one. */
  readonly users: (kind: PayloadKind, id: string) => readonly string[];
}

/** The secrets, or the configs, of a swarm. */
export class PayloadStore {
  readonly kind: PayloadKind;
  readonly #parts: PayloadParts;
  readonly #table: ObjectTable<Payload>;

  constructor(kind: PayloadKind, parts: PayloadParts) {
    this.kind = kind;
    this.#parts = parts;
    this.#table = new ObjectTable<Payload>(kind, ({ spec }) => spec.Name);
  }

  get records(): readonly Payload[] {
    return this.#table.records;
  }

  restore(records: readonly Payload[]): void {
    for (const record of records) this.#table.add({ ...record });
  }

  /** @throws StatusError invalid-argument for a bad name or size, already-exists */
  create(spec: PayloadSpec, data: Uint8Array): Payload {
    this.#checkName(spec.Name);
    const largest = LARGEST[this.kind];
    if (spec.Driver === undefined && (data.length === 0 || data.length >= largest)) {
      const problem = `${this.kind} data must be larger than 0 and less than ${largest} bytes`;
      throw rpcError("InvalidArgument", problem);
    }
    if (spec.Driver !== undefined) {
      throw rpcError("Unknown", `plugin ${quote(spec.Driver.Name)} not found`);
    }
    if (this.#table.byName(spec.Name) !== undefined) {
      throw rpcError("AlreadyExists", `${this.kind} ${spec.Name} already exists`);
    }
    const payload: Payload = { ...this.#parts.revisions.created(), spec, data };
    this.#table.add(payload);
    this.#record("create", payload);
    return payload;
  }

  /** Other labels. @throws StatusError not-found, invalid-argument for other changes, internal for an old version */
  update(reference: string, seen: number, spec: PayloadSpec, data: Uint8Array | undefined): void {
    const payload = this.#table.get(reference);
    checkVersion(payload, seen);
    const isSame = data === undefined || equal(data, payload.data);
    if (spec.Name !== payload.spec.Name || !isSame) {
      throw rpcError("InvalidArgument", "only updates to Labels are allowed");
    }
    payload.spec = { ...payload.spec, Labels: spec.Labels };
    this.#parts.revisions.changed(payload);
    this.#record("update", payload);
  }

  /** @throws StatusError not-found; invalid-argument while services refer to it */
  remove(reference: string): void {
    const payload = this.#table.get(reference);
    const users = this.#parts.users(this.kind, payload.id);
    if (users.length > 0) {
      const what = users.length === 1 ? "service" : "services";
      const problem = `${this.kind} '${payload.spec.Name}' is in use by the following ${what}: ${users.join(", ")}`;
      throw rpcError("InvalidArgument", problem);
    }
    this.#table.delete(payload);
    this.#record("remove", payload);
  }

  /** @throws StatusError not-found */
  get(reference: string): Payload {
    return this.#table.get(reference);
  }

  byId(id: string): Payload | undefined {
    return this.#table.byId(id);
  }

  list(filters: Filters): readonly Payload[] {
    return this.#table
      .list()
      .filter(
        ({ id, spec }) =>
          filters.allows("id", (value) => id.startsWith(value)) &&
          filters.allows("name", (value) => spec.Name.startsWith(value)) &&
          filters.allows("names", (value) => spec.Name === value) &&
          filters.allowsLabels(spec.Labels),
      );
  }

  #checkName(name: string): void {
    if (name === "") throw rpcError("InvalidArgument", "name must be provided");
    if (name.length > LONGEST_NAME || !NAME.test(name)) {
      const allowed = `only ${LONGEST_NAME} [a-zA-Z0-9-_.] characters allowed`;
      const ends = "and the start and end character must be [a-zA-Z0-9]";
      throw rpcError("InvalidArgument", `invalid name, ${allowed}, ${ends}`);
    }
  }

  #record(action: string, { id, spec }: Payload): void {
    this.#parts.events.record(this.kind, action, id, { name: spec.Name });
  }
}
