/**
 * The nodes of a swarm: machines, as places where tasks can be, and some of them as managers.
 *
 * @see swarmkit manager/controlapi/node.go
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { EventLog } from "../events.ts";
import type { Filters } from "../select/filters.ts";
import { checkVersion, ObjectTable, type Revisions, type SwarmObject } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";

export type Availability = "active" | "pause" | "drain";
export type NodeRole = "manager" | "worker";
/** What its manager thinks of it. */
export type NodeState = "unknown" | "ready" | "down";

export interface NodeSpec {
  readonly Name?: string;
  readonly Labels: StringMap;
  readonly Role: NodeRole;
  readonly Availability: Availability;
}

/** As a client gives it. */
export interface NodeSpecInput {
  readonly Name?: string;
  readonly Labels?: StringMap;
  readonly Role: string;
  readonly Availability: string;
}

/** What a node has told of itself. */
export interface NodeDescription {
  readonly hostname: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Of its engine. */
  readonly labels: StringMap;
}

export interface SwarmNode extends SwarmObject {
  spec: NodeSpec;
  readonly machine: NodeDescription;
  /** Where others would reach it. */
  readonly address: string;
  state: NodeState;
  /** Why it is in that state, if there is more to say. */
  message: string;
  /** It takes part in what managers decide: one that is promoted does as soon as it hears of that. */
  votes: boolean;
  /** Who changes a node says nothing of its membership: with Docker it counts as pending from then on. */
  isUpdated: boolean;
}

/** What lists of nodes can be filtered by. */
export const NODE_FILTERS = ["id", "label", "membership", "name", "node.label", "role"];
const AVAILABILITIES: ReadonlySet<string> = new Set(["active", "pause", "drain"]);
const MEMBERSHIPS: ReadonlySet<string> = new Set(["accepted", "pending"]);
const ROLES: ReadonlySet<string> = new Set(["worker", "manager"]);
/** How often a node changes until it has its certificate. */
const CHANGES_OF_JOINING = 3;

export interface NewNode {
  readonly machine: NodeDescription;
  readonly address: string;
  readonly role: NodeRole;
  readonly availability: Availability;
}

export interface NodeParts {
  readonly revisions: Revisions;
  readonly events: Pick<EventLog, "record">;
  /** Called after a change: tasks may have to go, or may come. */
  readonly changed: (node: SwarmNode) => void;
  /** Its role has changed. */
  readonly roleChanged: (node: SwarmNode) => void;
  readonly removed: (node: SwarmNode) => void;
  /** Whether the other managers could go on without one. */
  readonly canDoWithout: (node: SwarmNode) => boolean;
}

export class NodeStore {
  readonly #parts: NodeParts;
  readonly #table = new ObjectTable<SwarmNode>("node", (node) => node.machine.hostname);

  /** `known` is what the nodes were before. */
  constructor(parts: NodeParts, known: readonly SwarmNode[] = []) {
    this.#parts = parts;
    for (const node of known) this.#table.add({ ...node });
  }

  get records(): readonly SwarmNode[] {
    return this.#table.records;
  }

  /** The first of a swarm is ready at once; others join, and become ready when they are heard. */
  add({ machine, address, role, availability }: NewNode): SwarmNode {
    const { revisions, events } = this.#parts;
    const isFirst = this.all().length === 0;
    const spec: NodeSpec = { Labels: {}, Role: role, Availability: availability };
    const node: SwarmNode = {
      ...{ ...revisions.created(), spec, machine, address },
      ...{ state: isFirst ? "ready" : "unknown", message: "", votes: role === "manager", isUpdated: false },
    };
    this.#table.add(node);
    if (isFirst) this.#recordState(node, "unknown");
    else {
      // Its name is not known before it has told of itself.
      events.record("node", "create", node.id, { name: "" });
      for (let times = 0; times < CHANGES_OF_JOINING; times++) {
        revisions.changed(node);
        events.record("node", "update", node.id, { name: "" });
      }
    }
    return node;
  }

  /** Its manager thinks otherwise of it from now on. */
  settle(node: SwarmNode, state: NodeState, message = ""): void {
    if (node.state === state) return;
    const before = node.state;
    node.state = state;
    node.message = message;
    this.#parts.revisions.changed(node);
    this.#recordState(node, before);
    this.#parts.changed(node);
  }

  #recordState({ id, machine, state }: SwarmNode, before: NodeState): void {
    const change = { name: machine.hostname, "state.new": state, "state.old": before };
    this.#parts.events.record("node", "update", id, change);
  }

  /** @throws StatusError not-found */
  get(reference: string): SwarmNode {
    return this.#table.get(reference);
  }

  byId(id: string): SwarmNode | undefined {
    return this.#table.byId(id);
  }

  /** In the order in which they have joined. */
  all(): readonly SwarmNode[] {
    return this.#table.list().toSorted((a, b) => a.createdUs - b.createdUs);
  }

  managers(): readonly SwarmNode[] {
    return this.all().filter(({ votes }) => votes);
  }

  /** Another role or availability, other labels. @throws StatusError not-found, invalid-argument, internal for an old version */
  update(reference: string, seen: number, given: NodeSpecInput): void {
    const node = this.#table.get(reference);
    if (!ROLES.has(given.Role)) throw invalid("Role", given.Role);
    if (!AVAILABILITIES.has(given.Availability)) throw invalid("Availability", given.Availability);
    checkVersion(node, seen);
    const { spec: before } = node;
    if (before.Role === "manager" && given.Role === "worker") this.#checkDemotion(node);
    const spec = given as NodeSpec;
    node.spec = { ...spec, Labels: spec.Labels ?? {} };
    node.isUpdated = true;
    this.#record(node, "availability", before.Availability, spec.Availability);
    if (before.Role !== spec.Role) {
      if (spec.Role === "worker") node.votes = false;
      this.#record(node, "role", before.Role, spec.Role);
      this.#parts.roleChanged(node);
    }
    this.#parts.changed(node);
  }

  #record(node: SwarmNode, what: string, before: string, after: string): void {
    this.#parts.revisions.changed(node);
    const change = before === after ? {} : { [`${what}.new`]: after, [`${what}.old`]: before };
    this.#parts.events.record("node", "update", node.id, { name: node.machine.hostname, ...change });
  }

  #checkDemotion(node: SwarmNode): void {
    if (!node.votes) return;
    if (this.managers().length === 1) {
      throw rpcError("FailedPrecondition", "attempting to demote the last manager of the swarm");
    }
    if (this.#parts.canDoWithout(node)) return;
    const problem = "can't remove member from the raft: this would result in a loss of quorum";
    throw rpcError("FailedPrecondition", problem);
  }

  /** A manager cannot be removed, not even by force. @throws StatusError not-found, invalid-argument */
  remove(reference: string, { force = false }: { readonly force?: boolean } = {}): void {
    const node = this.#table.get(reference);
    const { id } = node;
    if (node.votes) {
      const problem = `node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`;
      throw rpcError("FailedPrecondition", problem);
    }
    if (!force && node.state === "ready") {
      throw rpcError("FailedPrecondition", `node ${id} is not down and can't be removed`);
    }
    this.#table.delete(node);
    this.#parts.events.record("node", "remove", id, { name: node.machine.hostname });
    this.#parts.removed(node);
  }

  /** @throws StatusError invalid-argument for a role or a membership that there is not */
  list(filters: Filters): readonly SwarmNode[] {
    const check = (name: string, known: ReadonlySet<string>): void => {
      const wrong = filters.get(name).find((value) => !known.has(value));
      if (wrong !== undefined) throw new StatusError("invalid-argument", `Invalid ${name} filter: '${wrong}'`);
    };
    check("role", ROLES);
    check("membership", MEMBERSHIPS);
    return this.#table
      .list()
      .filter(
        ({ id, spec, machine, votes, isUpdated }) =>
          filters.allows("id", (value) => id.startsWith(value)) &&
          filters.allows("name", (value) => machine.hostname.startsWith(value)) &&
          filters.allows("role", (value) => value === (votes ? "manager" : "worker")) &&
          filters.allows("membership", (value) => value === (isUpdated ? "pending" : "accepted")) &&
          filters.allowsLabels(spec.Labels, "node.label") &&
          filters.allowsLabels(machine.labels),
      );
  }
}

const invalid = (field: string, value: string): StatusError =>
  new StatusError("invalid-argument", `invalid ${field}: ${quote(value)}`);
