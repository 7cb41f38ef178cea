/**
 * The node of a swarm: the machine, as a place where tasks can be.
 *
 * A swarm has one node here, which is its manager.
 *
 * @see swarmkit manager/controlapi/node.go
 */
import type { Machine } from "../../kernel/index.ts";
import { quote } from "../../lib/go/index.ts";
import { omit, StatusError } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { EventLog } from "../events.ts";
import type { Filters } from "../select/filters.ts";
import { checkVersion, ObjectTable, type Revisions, type SwarmObject } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";

export type Availability = "active" | "pause" | "drain";

export interface NodeSpec {
  readonly Name?: string;
  readonly Labels: StringMap;
  readonly Role: "manager" | "worker";
  readonly Availability: Availability;
}

/** As a client gives it. */
export interface NodeSpecInput {
  readonly Name?: string;
  readonly Labels?: StringMap;
  readonly Role: string;
  readonly Availability: string;
}

export interface SwarmNode extends SwarmObject {
  spec: NodeSpec;
  readonly machine: Machine;
  /** Where others would reach it. */
  readonly address: string;
  /** Who changes a node says nothing of its membership: with Docker it counts as pending from then on. */
  isUpdated: boolean;
}

/** A node as data: the machine is known. */
export type NodeRecord = Omit<SwarmNode, "machine">;

export const NODE_FILTERS = ["id", "label", "membership", "name", "node.label", "role"];
const AVAILABILITIES: ReadonlySet<string> = new Set(["active", "pause", "drain"]);
const MEMBERSHIPS: ReadonlySet<string> = new Set(["accepted", "pending"]);
const ROLES: ReadonlySet<string> = new Set(["worker", "manager"]);

export interface NodeParts {
  readonly revisions: Revisions;
  readonly events: EventLog;
  /** Called after a change: tasks may have to go, or may come. */
  readonly changed: () => void;
}

export class NodeStore {
  readonly #parts: NodeParts;
  readonly #table: ObjectTable<SwarmNode>;
  readonly self: SwarmNode;

  /** `known` is what the node was before. */
  constructor(
    parts: NodeParts,
    machine: Machine,
    { address, availability }: { readonly address: string; readonly availability: Availability },
    known?: NodeRecord,
  ) {
    this.#parts = parts;
    this.#table = new ObjectTable<SwarmNode>("node", (node) => node.machine.hostname);
    const spec: NodeSpec = { Labels: {}, Role: "manager", Availability: availability };
    this.self = { ...(known ?? { ...parts.revisions.created(), spec, address, isUpdated: false }), machine };
    this.#table.add(this.self);
    if (known !== undefined) return;
    const change = { name: machine.hostname, "state.new": "ready", "state.old": "unknown" };
    parts.events.record("node", "update", this.self.id, change);
  }

  get record(): NodeRecord {
    return omit(this.self, "machine");
  }

  /** @throws StatusError not-found */
  get(reference: string): SwarmNode {
    return this.#table.get(reference);
  }

  /** Another availability, other labels. @throws StatusError not-found, invalid-argument, internal for an old version */
  update(reference: string, seen: number, given: NodeSpecInput): void {
    const node = this.#table.get(reference);
    if (!ROLES.has(given.Role)) throw invalid("Role", given.Role);
    if (!AVAILABILITIES.has(given.Availability)) throw invalid("Availability", given.Availability);
    checkVersion(node, seen);
    if (given.Role === "worker") {
      throw rpcError("FailedPrecondition", "attempting to demote the last manager of the swarm");
    }
    const spec = given as NodeSpec;
    const before = node.spec.Availability;
    node.spec = { ...spec, Labels: spec.Labels ?? {} };
    node.isUpdated = true;
    this.#parts.revisions.changed(node);
    const change =
      before === spec.Availability ? {} : { "availability.new": spec.Availability, "availability.old": before };
    this.#parts.events.record("node", "update", node.id, { name: node.machine.hostname, ...change });
    this.#parts.changed();
  }

  /** A manager cannot be removed, not even by force. @throws StatusError not-found, invalid-argument */
  remove(reference: string): never {
    const { id } = this.#table.get(reference);
    const problem = `node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`;
    throw rpcError("FailedPrecondition", problem);
  }

  /** @throws StatusError invalid-argument for a role or a membership that there is not */
  list(filters: Filters): readonly SwarmNode[] {
    const check = (name: string, known: ReadonlySet<string>): void => {
      const wrong = filters.get(name).find((value) => !known.has(value));
      if (wrong !== undefined) throw new StatusError("invalid-argument", `Invalid ${name} filter: '${wrong}'`);
    };
    check("role", ROLES);
    check("membership", MEMBERSHIPS);
    return this.#table.list().filter(
      ({ id, spec, machine, isUpdated }) =>
        filters.allows("id", (value) => id.startsWith(value)) &&
        filters.allows("name", (value) => machine.hostname.startsWith(value)) &&
        filters.allows("role", (value) => value === spec.Role) &&
        filters.allows("membership", (value) => value === (isUpdated ? "pending" : "accepted")) &&
        filters.allowsLabels(spec.Labels, "node.label") &&
        // The engine has none.
        filters.allowsLabels({}),
    );
  }
}

const invalid = (field: string, value: string): StatusError =>
  new StatusError("invalid-argument", `invalid ${field}: ${quote(value)}`);
