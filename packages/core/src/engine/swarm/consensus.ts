/**
 * Who of a swarm's managers leads, and whether most of them agree: Raft, as far as it is seen from outside. The log itself
 * is one, since only a leader whom most managers hear can write to it.
 *
 * Times are the clock's; nothing runs while everybody hears everybody.
 *
 * @see swarmkit manager/state/raft/raft.go, etcd raft: CheckQuorum, randomizedElectionTimeout
 */
import type { Clock, Prng, Timer } from "../../sim/index.ts";
import type { SwarmNode } from "./node.ts";

/** A tick of Raft is a second, and followers wait for ten to nineteen of them. */
export const TICK_US = 1_000_000;
const ELECTION_TICKS = 10;

export interface ConsensusParts {
  readonly clock: Clock;
  readonly prng: Prng;
  readonly managers: () => readonly SwarmNode[];
  /** Its daemon runs. */
  readonly isUp: (node: SwarmNode) => boolean;
  readonly hears: (a: SwarmNode, b: SwarmNode) => boolean;
  /** Somebody leads who has not led before. */
  readonly elected: () => void;
  /** Most managers hear the leader again. */
  readonly resumed: () => void;
}

/** What a manager can do: everything, tell what it knows while it believes that it leads, or nothing. */
export type Access = "full" | "stale" | "none";

export class Consensus {
  readonly #parts: ConsensusParts;
  #leader: SwarmNode | undefined;
  #isHeard = false;
  /** Since when a manager hears no leader, by id. */
  readonly #lostUs = new Map<string, number>();
  #election: Timer | undefined;
  #stepDown: Timer | undefined;

  constructor(parts: ConsensusParts) {
    this.#parts = parts;
  }

  /** Who leads, or believes that they do. */
  get leader(): SwarmNode | undefined {
    return this.#leader;
  }

  /** Whether anything can be decided. */
  get isWorking(): boolean {
    return this.#leader !== undefined && this.#isHeard;
  }

  /** Whether the leader, or who would be it, hears a manager. */
  reaches(node: SwarmNode): boolean {
    const { isUp, hears } = this.#parts;
    return isUp(node) && (this.#leader === undefined || this.#leader === node || hears(this.#leader, node));
  }

  accessOf(node: SwarmNode): Access {
    const leader = this.#leader;
    if (leader === undefined || !this.reaches(node)) return "none";
    return this.#isHeard ? "full" : "stale";
  }

  /** Microseconds for which a manager has heard no leader. */
  leaderlessUs({ id }: SwarmNode): number {
    const sinceUs = this.#lostUs.get(id);
    return sinceUs === undefined ? 0 : this.#parts.clock.nowUs - sinceUs;
  }

  /** Whether the others could go on without a manager. @see swarmkit raft.go: CanRemoveMember */
  canDoWithout(node: SwarmNode): boolean {
    const others = this.#parts.managers().filter((one) => one !== node);
    return others.filter((one) => this.reaches(one)).length >= Math.floor(others.length / 2) + 1;
  }

  /** Who hears whom has changed, or who is a manager. */
  look(): void {
    this.#lookAtLeader();
    if (!this.isWorking) this.#lookForCandidates();
    this.#noteLosses();
  }

  /** Nothing is decided any more. */
  close(): void {
    this.#election?.cancel();
    this.#stepDown?.cancel();
    this.#leader = undefined;
  }

  #lookAtLeader(): void {
    const leader = this.#leader;
    if (leader === undefined) return;
    const { managers, isUp, resumed } = this.#parts;
    if (!isUp(leader) || !managers().includes(leader)) {
      // One that is a manager no longer hands over to another, who is there at once.
      const hasHandedOver = isUp(leader);
      this.#drop();
      if (hasHandedOver) this.#elect();
      return;
    }
    const wasHeard = this.#isHeard;
    this.#isHeard = this.#isHeardByMost(leader);
    if (!this.#isHeard) this.#stepDown ??= this.#after(() => this.#steppedDown());
    else if (!wasHeard) {
      this.#forget();
      resumed();
    }
  }

  #steppedDown(): void {
    this.#drop();
    this.look();
  }

  #lookForCandidates(): void {
    const { managers } = this.#parts;
    const candidates = this.#candidates();
    if (candidates.length === 0) {
      this.#election?.cancel();
      this.#election = undefined;
    } else if (managers().length === 1) this.#elect();
    else this.#election ??= this.#after(() => this.#elect(), candidates.length);
  }

  #candidates(): readonly SwarmNode[] {
    return this.#parts.managers().filter((one) => one !== this.#leader && this.#isHeardByMost(one));
  }

  #isHeardByMost(node: SwarmNode): boolean {
    const { managers, isUp, hears } = this.#parts;
    if (!isUp(node)) return false;
    const all = managers();
    const voters = all.filter((one) => one === node || (isUp(one) && hears(node, one)));
    return voters.length > all.length / 2;
  }

  #elect(): void {
    const candidates = this.#candidates();
    const winner = candidates[candidates.length === 1 ? 0 : this.#parts.prng.below(candidates.length || 1)];
    if (winner === undefined) return;
    this.#forget();
    this.#leader = winner;
    this.#isHeard = true;
    this.#noteLosses();
    this.#parts.elected();
  }

  /** When the first of so many has waited for long enough. */
  #after(act: () => void, count = 1): Timer {
    const { clock, prng } = this.#parts;
    const waits = Array.from({ length: count }, () => ELECTION_TICKS + prng.below(ELECTION_TICKS));
    return clock.after(Math.min(...waits) * TICK_US, act);
  }

  #drop(): void {
    this.#leader = undefined;
    this.#isHeard = false;
    this.#forget();
  }

  #forget(): void {
    this.#election?.cancel();
    this.#stepDown?.cancel();
    this.#election = undefined;
    this.#stepDown = undefined;
  }

  #noteLosses(): void {
    const { clock, managers } = this.#parts;
    for (const node of managers()) {
      if (this.#leader !== undefined && this.reaches(node)) this.#lostUs.delete(node.id);
      else if (!this.#lostUs.has(node.id)) this.#lostUs.set(node.id, clock.nowUs);
    }
  }
}
