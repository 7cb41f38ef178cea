/**
 * A task: one run of a service's container, from its making to its end. It never runs again; another takes its place.
 *
 * @see moby api/types/swarm/task.go, swarmkit design/task_model.md
 */
import type { Attachment } from "./allocator.ts";
import type { SwarmObject } from "./object-table.ts";
import type { TaskSpec } from "./service-spec.ts";

/** In the order in which a task goes through them; from "complete" on it has ended. */
const STATES = [
  "new",
  "pending",
  "assigned",
  "accepted",
  "preparing",
  "ready",
  "starting",
  "running",
  "complete",
  "shutdown",
  "failed",
  "rejected",
  "remove",
  "orphaned",
] as const;

export type TaskState = (typeof STATES)[number];
/** Where a task is to go. */
export type DesiredState = "ready" | "running" | "complete" | "shutdown" | "remove";

/** Whether a task in that state is over. */
export const isEnd = (state: TaskState): boolean => STATES.indexOf(state) >= STATES.indexOf("complete");

/** Whether `next` comes before `state`: late news of a task that has come further. */
export const goesBack = (state: TaskState, next: TaskState): boolean => STATES.indexOf(next) < STATES.indexOf(state);

/** Where a task is to go in the end: that of a job, of which `iteration` is the run, is to complete. */
export const aimOf = (iteration: number | undefined): "running" | "complete" =>
  iteration === undefined ? "running" : "complete";

export interface TaskInit {
  readonly object: SwarmObject;
  readonly serviceId: string;
  /** From 1; from 0 for jobs; 0 for a service that has one on every node. */
  readonly slot: number;
  /** Every node has one of its service, and this is its. */
  readonly isOfNode: boolean;
  readonly spec: TaskSpec;
  readonly desired: DesiredState;
  /** Which run of a job it belongs to. */
  readonly iteration: number | undefined;
}

/** A task as data. */
export interface TaskRecord extends TaskInit, Readonly<Progress> {}

/** What changes while a task goes its way. */
interface Progress {
  nodeId: string;
  state: TaskState;
  stateUs: number;
  message: string;
  error: string;
  containerId: string | undefined;
  exitCode: number;
  isUnhandled: boolean;
  attachments: readonly Attachment[] | undefined;
  isDetached: boolean;
}

/** A task of a service. */
export class Task implements SwarmObject, Progress {
  readonly id: string;
  version: number;
  readonly createdUs: number;
  updatedUs: number;
  readonly serviceId: string;
  readonly slot: number;
  readonly isOfNode: boolean;
  readonly spec: TaskSpec;
  readonly iteration: number | undefined;
  /** Where it is; "" before it has a place. */
  nodeId = "";
  desired: DesiredState;
  state: TaskState = "new";
  stateUs: number;
  message = "created";
  error = "";
  containerId: string | undefined;
  exitCode = 0;
  /** An end of which nobody has drawn the consequences yet. */
  isUnhandled = false;
  /** Its place on networks, once it has one. */
  attachments: readonly Attachment[] | undefined;
  /** Others may have its addresses. */
  isDetached = false;

  constructor({ object, serviceId, slot, isOfNode, spec, desired, iteration }: TaskInit) {
    this.id = object.id;
    this.version = object.version;
    this.createdUs = object.createdUs;
    this.updatedUs = object.updatedUs;
    this.stateUs = object.createdUs;
    this.serviceId = serviceId;
    this.slot = slot;
    this.isOfNode = isOfNode;
    this.spec = spec;
    this.desired = desired;
    this.iteration = iteration;
  }

  static restored({ object, serviceId, slot, isOfNode, spec, desired, iteration, ...progress }: TaskRecord): Task {
    return Object.assign(new Task({ object, serviceId, slot, isOfNode, spec, desired, iteration }), progress);
  }

  get record(): TaskRecord {
    const { id, version, createdUs, updatedUs, serviceId, slot, isOfNode, spec, desired, iteration } = this;
    const { nodeId, state, stateUs, message, error, containerId, exitCode, isUnhandled } = this;
    const { attachments, isDetached } = this;
    const object = { id, version, createdUs, updatedUs };
    const progress = { nodeId, state, stateUs, message, error, containerId, exitCode, isUnhandled };
    return { object, serviceId, slot, isOfNode, spec, desired, iteration, ...progress, attachments, isDetached };
  }

  get hasEnded(): boolean {
    return isEnd(this.state);
  }

  /** The scheduler has found that its node can have it. */
  get isPlaced(): boolean {
    return STATES.indexOf(this.state) >= STATES.indexOf("assigned");
  }

  /** What another one takes when it follows: a number among replicas, or a node where every node has one. */
  get place(): string {
    return this.isOfNode ? this.nodeId : String(this.slot);
  }

  get aim(): "running" | "complete" {
    return aimOf(this.iteration);
  }

  /** It is to run, or about to. */
  get isWanted(): boolean {
    return this.desired === "ready" || this.desired === this.aim;
  }
}
