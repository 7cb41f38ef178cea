/**
 * Which nodes are alive, as their heartbeats tell: one that three of them are missed of is down. A new leader knows of
 * nobody, until they have found it.
 *
 * Unlike with Docker nothing beats: when a node is no longer heard it is known when the last beat was.
 *
 * @see swarmkit manager/dispatcher: dispatcher.go, nodes.go
 */
import type { Clock, Timer } from "../../sim/index.ts";
import type { NodeStore, SwarmNode } from "./node.ts";

const DEFAULT_PERIOD_US = 5_000_000;
/** Periods without a beat until a node is down; after a change of leaders twice as many. */
const GRACE_PERIODS = 3;
const GRACE_PERIODS_UNKNOWN = 6;
/** Until an agent has found a leader that is new, or heard again. */
const RECONNECT_US = 1_000_000;
/** Until tasks of a node that is down are given up. @see swarmkit dispatcher.go: defaultNodeDownPeriod */
const ORPHANED_US = 24 * 3600 * 1_000_000;
const LEADER_CHANGED = 'Node moved to "unknown" state due to leadership change in cluster';
const HEARTBEAT_FAILURE = "heartbeat failure";
const UNKNOWN_FAILURE = 'heartbeat failure for node in "unknown" state';

export interface LivenessParts {
  readonly clock: Clock;
  readonly nodes: () => NodeStore;
  /** Microseconds between beats; 0 is the usual. */
  readonly periodUs: () => number;
  /** It runs, and hears the leader, or a manager who does. */
  readonly isHeard: (node: SwarmNode) => boolean;
  /** Decisions can be made. */
  readonly isWorking: () => boolean;
  readonly connected: (node: SwarmNode) => void;
  /** Nobody waits for what a node's tasks have become any more. */
  readonly givenUp: (node: SwarmNode) => void;
}

export class Liveness {
  readonly #parts: LivenessParts;
  /** Since when a node is connected, by id. */
  readonly #sessions = new Map<string, number>();
  readonly #timers = new Map<string, Timer>();

  constructor(parts: LivenessParts) {
    this.#parts = parts;
  }

  isConnected(id: string): boolean {
    return this.#sessions.has(id);
  }

  /** Who hears whom has changed. */
  look(): void {
    for (const node of this.#parts.nodes().all()) {
      const isHeard = this.#parts.isHeard(node);
      if (isHeard === this.#sessions.has(node.id)) continue;
      if (isHeard) this.#found(node);
      else this.#lost(node);
    }
  }

  /** The leader is heard by most managers again: what it could not decide in the meantime it decides now. */
  resumed(): void {
    this.look();
    for (const node of this.#parts.nodes().all()) {
      if (this.#sessions.has(node.id) || node.state === "down" || this.#timers.get(node.id)?.armed === true) continue;
      this.#arm(node, GRACE_PERIODS * this.#periodUs, () => this.#down(node, HEARTBEAT_FAILURE));
    }
  }

  /** Somebody else leads. A swarm of one node has nobody to find. */
  led(): void {
    const nodes = this.#parts.nodes();
    const all = nodes.all();
    for (const node of all.length === 1 ? [] : all) {
      this.#forget(node);
      if (node.state === "down") {
        this.#arm(node, ORPHANED_US, () => this.#parts.givenUp(node));
        continue;
      }
      this.#sessions.delete(node.id);
      nodes.settle(node, "unknown", LEADER_CHANGED);
      this.#arm(node, GRACE_PERIODS_UNKNOWN * this.#periodUs, () => this.#down(node, UNKNOWN_FAILURE));
    }
    this.look();
  }

  /** A node is no more. */
  remove(node: SwarmNode): void {
    this.#forget(node);
    this.#sessions.delete(node.id);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  get #periodUs(): number {
    return this.#parts.periodUs() || DEFAULT_PERIOD_US;
  }

  /** A node that nobody has missed connects at once. */
  #found(node: SwarmNode): void {
    if (node.message === "") this.#connect(node);
    else this.#parts.clock.after(RECONNECT_US, () => this.#connect(node));
  }

  #connect(node: SwarmNode): void {
    const { clock, isHeard, nodes, connected } = this.#parts;
    if (!isHeard(node) || this.#sessions.has(node.id) || nodes().byId(node.id) !== node) return;
    this.#forget(node);
    this.#sessions.set(node.id, clock.nowUs);
    nodes().settle(node, "ready");
    connected(node);
  }

  #lost(node: SwarmNode): void {
    const { clock } = this.#parts;
    const sinceUs = this.#sessions.get(node.id) ?? clock.nowUs;
    this.#sessions.delete(node.id);
    const sinceBeatUs = (clock.nowUs - sinceUs) % this.#periodUs;
    this.#arm(node, GRACE_PERIODS * this.#periodUs - sinceBeatUs, () => this.#down(node, HEARTBEAT_FAILURE));
  }

  /** What nobody can decide a new leader will. */
  #down(node: SwarmNode, message: string): void {
    const { isWorking, nodes, givenUp } = this.#parts;
    if (!isWorking()) return;
    nodes().settle(node, "down", message);
    this.#arm(node, ORPHANED_US, () => givenUp(node));
  }

  #arm({ id }: SwarmNode, delayUs: number, act: () => void): void {
    this.#timers.get(id)?.cancel();
    this.#timers.set(id, this.#parts.clock.after(delayUs, act));
  }

  #forget({ id }: SwarmNode): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
  }
}
