/**
 * The scheduler: of the nodes that can have a task it takes the one with the fewest of its service.
 *
 * @see swarmkit manager/scheduler: scheduler.go, nodeset.go, decision_tree.go
 */
import { ownValue } from "../../lib/index.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { SwarmNode } from "./node.ts";
import { explanation, hostPorts, type Obstacle, obstacle, occupancyWithout } from "./placement.ts";
import type { Service } from "./service.ts";
import type { Task } from "./task.ts";

export interface SchedulerParts {
  readonly nodes: () => readonly SwarmNode[];
  readonly tasks: () => readonly Task[];
  readonly serviceOf: (id: string) => Service | undefined;
  readonly nowUs: () => number;
}

/** A node that so many tasks of a service have failed on comes after the others for a while. @see swarmkit scheduler.go: maxFailures, monitorFailures */
const MOST_FAILURES = 5;
const FAILURES_US = 5 * 60 * 1_000_000;
/** What tasks can be spread over, by how it is written. */
const SPREADS: Readonly<Record<string, (node: SwarmNode) => StringMap>> = {
  "node.labels.": ({ spec }) => spec.Labels,
  "engine.labels.": ({ machine }) => machine.labels,
};

/** What a node says to a question that tasks are spread over; "" for nothing. */
type Answer = (node: SwarmNode) => string;

interface Candidate {
  readonly node: SwarmNode;
  readonly obstacle: Obstacle | undefined;
  readonly failures: number;
  /** Tasks of the same service, and all. */
  readonly ofService: number;
  readonly total: number;
}

export class Scheduler {
  readonly #parts: SchedulerParts;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** The node for a task, or why there is none. One that has a node already asks for that alone. */
  placeFor(task: Task, service: Service): SwarmNode | string {
    const candidates = this.#candidates(task, service);
    const preferences = (task.spec.Placement?.Preferences ?? []).flatMap(({ Spread }) => answerTo(Spread) ?? []);
    const found = best(candidates, preferences);
    return found?.node ?? explanation(candidates.flatMap((one) => one.obstacle ?? []));
  }

  #candidates(task: Task, service: Service): readonly Candidate[] {
    const { nodes, tasks, serviceOf, nowUs } = this.#parts;
    const all = tasks();
    const ports = hostPorts(service);
    const asked = task.nodeId === "" ? nodes() : nodes().filter(({ id }) => id === task.nodeId);
    return asked.map((node) => {
      const there = all.filter((one) => one !== task && one.nodeId === node.id);
      const active = there.filter((one) => one.isWanted && !one.hasEnded);
      const isRecent = (one: Task): boolean => one.state === "failed" && one.stateUs > nowUs() - FAILURES_US;
      return {
        node,
        obstacle: obstacle(task.spec, ports, node, occupancyWithout(task, there, serviceOf)),
        failures: there.filter((one) => one.serviceId === service.id && isRecent(one)).length,
        ofService: active.filter((one) => one.serviceId === service.id).length,
        total: active.length,
      };
    });
  }
}

/** What tasks are to be spread over. */
function answerTo(spread: { readonly SpreadDescriptor?: string } | undefined): Answer | undefined {
  const { SpreadDescriptor: text = "" } = spread ?? {};
  const [prefix, labelsOf] = Object.entries(SPREADS).find(([start]) => text.toLowerCase().startsWith(start)) ?? [];
  if (prefix === undefined || labelsOf === undefined) return undefined;
  const label = text.slice(prefix.length);
  return (node) => ownValue(labelsOf(node), label) ?? "";
}

/** In the group with the fewest tasks of the service first, by one preference after the other. */
function best(candidates: readonly Candidate[], [answer, ...others]: readonly Answer[]): Candidate | undefined {
  if (answer === undefined) return candidates.filter((one) => one.obstacle === undefined).sort(compare)[0];
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const value = answer(candidate.node);
    groups.set(value, [...(groups.get(value) ?? []), candidate]);
  }
  const size = (group: readonly Candidate[]): number => group.reduce((sum, { ofService }) => sum + ofService, 0);
  const byLoad = [...groups.values()].sort((a, b) => size(a) - size(b));
  for (const group of byLoad) {
    const found = best(group, others);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compare(a: Candidate, b: Candidate): number {
  const isBad = a.failures >= MOST_FAILURES || b.failures >= MOST_FAILURES;
  if (isBad && a.failures !== b.failures) return a.failures - b.failures;
  return a.ofService - b.ofService || a.total - b.total;
}
