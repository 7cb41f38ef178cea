/**
 * The orchestrator: has as many tasks run as services want, where they may; replaces those that end; takes away what is
 * too much. It works on the virtual clock, like everything else.
 *
 * @see swarmkit manager/orchestrator: replicated, global, jobs, restart, taskreaper; manager/scheduler
 */
import { isSameData } from "../../lib/index.ts";
import type { Clock } from "../../sim/index.ts";
import type { Agent } from "./agent.ts";
import type { Allocator } from "./allocator.ts";
import type { NodeStore, SwarmNode } from "./node.ts";
import type { Revisions } from "./object-table.ts";
import { meetsConstraints } from "./placement.ts";
import { type AttemptRecords, Restarts, restartDelayUs } from "./restarts.ts";
import { Scheduler } from "./scheduler.ts";
import type { Service } from "./service.ts";
import { taskSpec } from "./service-spec.ts";
import { isJob, modeName, type ServiceStore } from "./services.ts";
import { aimOf, type DesiredState, goesBack, Task, type TaskRecord, type TaskState } from "./task.ts";
import { type TaskReader, TaskTable } from "./tasks.ts";
import { completion, Update } from "./update.ts";
import { wantedOfJob, wantedReplicas } from "./wanted.ts";

export interface OrchestratorParts {
  readonly clock: Clock;
  readonly revisions: Revisions;
  readonly nodes: NodeStore;
  readonly services: ServiceStore;
  readonly allocator: Allocator;
  /** The agent of a node, as long as it is heard. */
  readonly agentOn: (nodeId: string) => Agent | undefined;
  /** Nobody leads who could decide anything. */
  readonly isDown: () => boolean;
  /** How many tasks of a place are remembered. */
  readonly historyLimit: () => number;
}

/** What an orchestrator knows, as data. */
export interface OrchestratorRecords {
  readonly tasks: readonly TaskRecord[];
  readonly attempts: AttemptRecords;
}

/** What a task has for itself: a number, or a node. */
interface Place {
  readonly slot: number;
  /** "" where the scheduler chooses. */
  readonly nodeId: string;
}

const placeOf = ({ slot, nodeId, isOfNode }: Task): Place => ({ slot, nodeId: isOfNode ? nodeId : "" });

/** Why a task is given up. */
const NODE_DELETED = "Task belonged to a node that has been deleted";

/** Nothing is to run there. */
const isOutOfUse = ({ spec, state }: SwarmNode): boolean => spec.Availability === "drain" || state === "down";

/** How long the scheduler gathers before it decides. @see swarmkit manager/scheduler: commitDebounceGap */
const SCHEDULE_US = 50_000;
/** How long reports of agents are gathered before somebody draws consequences: of a task only the last counts then. @see swarmkit manager/dispatcher: maxBatchInterval */
const REPORT_US = 100_000;

export class Orchestrator {
  readonly #parts: OrchestratorParts;
  readonly #tasks = new TaskTable();
  readonly #restarts = new Restarts();
  readonly #updates = new Map<string, Update>();
  readonly #scheduler: Scheduler;
  /** What is to be done when somebody leads again. */
  readonly #deferred: (() => void)[] = [];
  #isClosed = false;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
    this.#scheduler = new Scheduler({
      nodes: () => parts.nodes.all(),
      tasks: () => this.#tasks.all(),
      serviceOf: (id) => parts.services.byId(id),
      nowUs: () => parts.revisions.nowUs,
    });
  }

  get tasks(): TaskReader {
    return this.#tasks;
  }

  get records(): OrchestratorRecords {
    return { tasks: this.#tasks.records, attempts: this.#restarts.records };
  }

  /** Has the tasks of before. Nothing is made of them until `revive`. */
  restore({ tasks, attempts }: OrchestratorRecords): void {
    this.#tasks.restore(tasks);
    this.#restarts.restore(attempts);
  }

  /** Goes on with the tasks of before. */
  revive(): void {
    for (const task of this.#tasks.all()) {
      this.#drive(task);
      // Whoever it was to follow has ended with the machine.
      const isLive = this.#parts.services.byId(task.serviceId) !== undefined && !task.hasEnded && task.isWanted;
      if (isLive && task.desired === "ready") this.#soon(() => this.#direct(task, task.aim), restartDelayUs(task));
    }
    for (const service of this.#parts.services.all()) this.reconcile(service);
    this.#soon(() => this.#schedulePending());
  }

  /** A node is heard: what it has not been told yet it is told now. */
  connected({ id }: SwarmNode): void {
    const agent = this.#agentOn(id);
    if (agent === undefined) return;
    for (const task of agent.tasks) if (!this.#tasks.has(task)) void agent.remove(task);
    for (const task of this.#ofNode(id)) {
      const service = this.#parts.services.byId(task.serviceId);
      const isOnItsWay = task.isWanted && !task.hasEnded && task.containerId === undefined;
      // Its image was on the way.
      if (isOnItsWay && service !== undefined && agent.isIdle(task)) agent.prepare(task, service);
      else this.#drive(task);
    }
  }

  /** A service is new, has changed or is gone. */
  changed(service: Service, removed: boolean): void {
    this.#updates.get(service.id)?.cancel();
    this.#updates.delete(service.id);
    if (removed) for (const task of this.#tasks.of(service.id)) this.#direct(task, "remove");
    else this.reconcile(service);
  }

  /** A node's availability has changed, or its labels, or whether it is there at all. */
  nodeChanged(node: SwarmNode): void {
    const isLost = isOutOfUse(node);
    for (const service of this.#parts.services.all()) {
      const isGlobal = modeName(service.spec.Mode).startsWith("global");
      const live = this.#tasks.of(service.id).filter((task) => task.isWanted && task.nodeId === node.id);
      const isMisplaced = (task: Task): boolean => !meetsConstraints(task.spec.Placement ?? {}, node);
      for (const task of live.filter((one) => !one.hasEnded && (isLost || isMisplaced(one)))) {
        if (!isLost) this.#reject(task);
        if (isGlobal) this.#direct(task, "shutdown");
        else this.#replaceEnded(task, service);
      }
      if (isGlobal) this.reconcile(service);
    }
    this.#soon(() => {
      this.#schedulePending();
      for (const update of this.#updates.values()) update.advance();
    }, 0);
  }

  /** A node has been down for so long that nobody waits for its tasks. @see swarmkit dispatcher.go: moveTasksToOrphaned */
  giveUp({ id }: SwarmNode): void {
    for (const task of this.#ofNode(id)) {
      if (task.isPlaced && !task.hasEnded) this.reported(task, "orphaned", task.message, task.error);
    }
  }

  /** A node is no more; of a service that every node has one of, nothing is remembered. @see swarmkit controlapi/node.go: orphanNodeTasks */
  nodeRemoved(node: SwarmNode): void {
    this.nodeChanged({ ...node, state: "down" });
    for (const task of this.#ofNode(node.id)) {
      if (!task.hasEnded) this.reported(task, "orphaned", NODE_DELETED, "");
      if (task.isOfNode) this.#tasks.delete(task);
    }
  }

  #ofNode(id: string): readonly Task[] {
    return this.#tasks.all().filter(({ nodeId }) => nodeId === id);
  }

  #agentOn(nodeId: string): Agent | undefined {
    return this.#parts.agentOn(nodeId);
  }

  /** What it is made from does not want it there any more. @see swarmkit manager/orchestrator/constraintenforcer */
  #reject(task: Task): void {
    const why = "assigned node no longer meets constraints";
    this.#move(task, "rejected", "task rejected by constraint enforcer", why);
    this.#parts.allocator.detach(task);
    void this.#agentOn(task.nodeId)?.stop(task);
  }

  /** Somebody leads again: what was to be done? */
  resume(): void {
    for (const work of this.#deferred.splice(0)) this.#whenUp(work);
  }

  /** Nothing is decided any more. */
  close(): void {
    this.#isClosed = true;
    for (const update of this.#updates.values()) update.cancel();
  }

  // ── what is wanted ──

  reconcile(service: Service): void {
    const { Mode } = service.spec;
    const all = this.#tasks.of(service.id);
    const ofJob = isJob(Mode);
    if (modeName(Mode).startsWith("global")) {
      this.#reconcileGlobal(service);
      return;
    }
    const wanted = ofJob ? wantedOfJob(service, all) : wantedReplicas(Mode.Replicated?.Replicas ?? 1, all);
    for (const task of wanted.surplus) this.#direct(task, "remove");
    for (const slot of wanted.missing) this.#create(service, { slot, nodeId: "" });
    // Another run of a job has tasks of its own.
    if (!ofJob) this.#update(service, wanted.kept);
  }

  /** One on every node; of a job, one for each run. @see swarmkit manager/orchestrator/global, jobs/global */
  #reconcileGlobal(service: Service): void {
    const ofJob = isJob(service.spec.Mode);
    const all = this.#tasks.of(service.id);
    const current = ofJob ? all.filter(({ iteration }) => iteration === service.iteration) : all;
    if (ofJob) {
      for (const old of all) if (!current.includes(old) && !old.hasEnded) this.#direct(old, "remove");
    }
    const outdated: Task[] = [];
    for (const node of this.#parts.nodes.all()) {
      const there = current.filter(({ nodeId }) => nodeId === node.id);
      const live = there.filter(({ isWanted }) => isWanted);
      const isDone = ofJob && there.some(({ state }) => state === "complete");
      const fits = !isOutOfUse(node) && meetsConstraints(service.spec.TaskTemplate.Placement ?? {}, node);
      if (!fits) for (const task of live) this.#direct(task, "shutdown");
      // A node that pauses keeps what it has as it is.
      else if (node.spec.Availability === "pause") continue;
      else if (live.length > 0) outdated.push(...live);
      else if (!isDone) this.#create(service, { slot: 0, nodeId: node.id });
    }
    if (!ofJob) this.#update(service, outdated);
  }

  /** Those with other settings than the service's are replaced. */
  #update(service: Service, live: readonly Task[]): void {
    const { services, clock } = this.#parts;
    const outdated = live.filter((task) => !isSameData(task.spec, taskSpec(service.spec)));
    const report = services.report.bind(services);
    if (outdated.length === 0) {
      const { update } = service;
      const isOpen = update?.state === "updating" || update?.state === "rollback_started";
      if (isOpen) report(service, completion(update, clock.nowUs));
      return;
    }
    const update = new Update(
      {
        clock,
        whenUp: (work) => this.#whenUp(work),
        replace: (old) => this.#create(service, placeOf(old), "ready"),
        release: (task) => this.#direct(task, task.aim),
        isOver: (task) => this.#isOver(task),
        retire: (task) => this.#direct(task, "shutdown"),
        report,
        rollBack: (one, message) => services.revert(one, message),
      },
      service,
      [...outdated].sort((a, b) => a.slot - b.slot),
    );
    this.#updates.set(service.id, update);
  }

  /** A new task, which is to run, or to complete; or is to be `ready` for that first. */
  #create(service: Service, { slot, nodeId }: Place, first?: "ready"): Task {
    const iteration = isJob(service.spec.Mode) ? service.iteration : undefined;
    const desired = first ?? aimOf(iteration);
    const object = this.#parts.revisions.created();
    const isOfNode = modeName(service.spec.Mode).startsWith("global");
    const made = { object, serviceId: service.id, slot, isOfNode, spec: taskSpec(service.spec), desired, iteration };
    const task = new Task(made);
    task.nodeId = nodeId;
    this.#tasks.add(task);
    for (const old of this.#tasks.surplus(task, this.#parts.historyLimit())) this.#direct(old, "remove");
    this.#soon(() => this.#schedule(task));
    return task;
  }

  // ── where it is ──

  #schedule(task: Task): void {
    if (task.isPlaced || !task.isWanted || task.hasEnded) return;
    const service = this.#parts.services.byId(task.serviceId);
    if (service === undefined) return;
    // A task without addresses has no place, and is not asked for one.
    if (!this.#parts.allocator.attach(task, service)) return;
    const place = this.#scheduler.placeFor(task, service);
    if (typeof place === "string") {
      if (task.error !== place) this.#move(task, "pending", "pending task scheduling", place);
      return;
    }
    task.nodeId = place.id;
    this.#move(task, "assigned", "scheduler assigned task to node", "");
    const agent = this.#agentOn(place.id);
    if (agent === undefined) return;
    this.#move(task, "accepted", "accepted", "");
    agent.prepare(task, service);
  }

  /** Those that have waited for longest come first. */
  #schedulePending(): void {
    const waiting = this.#tasks.all().filter((task) => !task.isPlaced);
    for (const task of waiting.sort((a, b) => a.createdUs - b.createdUs || a.slot - b.slot)) this.#schedule(task);
  }

  // ── what becomes of it ──

  /** Gives a task another aim. */
  #direct(task: Task, desired: DesiredState): void {
    if (task.desired === "remove" || task.desired === desired) return;
    task.desired = desired;
    this.#parts.revisions.changed(task);
    this.#drive(task);
  }

  #drive(task: Task): void {
    if (this.#isClosed) return;
    if (task.hasEnded) {
      if (task.desired === "remove") this.#forget(task);
      else if (task.isUnhandled && task.desired === task.aim) this.#handleEnd(task);
    } else if (!task.isWanted) {
      if (!task.isPlaced || (task.containerId === undefined && this.#agentOn(task.nodeId) !== undefined)) {
        this.reported(task, "shutdown", "shutdown", "");
      } else void this.#agentOn(task.nodeId)?.stop(task);
    } else if (task.state === "ready" && task.desired !== "ready") void this.#agentOn(task.nodeId)?.start(task);
  }

  /** An agent tells what has become of a task. @see swarmkit dispatcher.go: states only go forward */
  reported(task: Task, state: TaskState, message: string, error: string): void {
    if (goesBack(task.state, state)) return;
    this.#move(task, state, message, error);
    if (task.hasEnded) {
      task.isUnhandled = true;
      this.#parts.allocator.detach(task);
    }
    this.#soon(
      () => {
        this.#drive(task);
        this.#updates.get(task.serviceId)?.advance();
        if (task.hasEnded) this.#schedulePending();
      },
      task.state === "running" ? REPORT_US : 0,
    );
  }

  #move(task: Task, state: TaskState, message: string, error: string): void {
    task.state = state;
    task.message = message;
    task.error = error;
    task.stateUs = this.#parts.revisions.nowUs;
    this.#parts.revisions.changed(task);
  }

  #handleEnd(task: Task): void {
    task.isUnhandled = false;
    const service = this.#parts.services.byId(task.serviceId);
    if (service === undefined) return;
    if (task.iteration !== undefined && task.state === "complete") {
      this.reconcile(service);
      return;
    }
    this.#replaceEnded(task, service);
    this.#updates.get(service.id)?.failed(task);
  }

  /** Another takes its place, if the policy wants it so. */
  #replaceEnded(task: Task, service: Service): void {
    const isLost = this.#isLost(task);
    const isAllowed = this.#restarts.allow(task, `${service.id}.${task.place}`, this.#parts.clock.nowUs);
    this.#direct(task, "shutdown");
    if (!isAllowed) return;
    const next = this.#create(service, placeOf(task), "ready");
    this.#soon(() => this.#releaseAfter(task, next), isLost ? 0 : restartDelayUs(task));
  }

  /** Its node does not want it any more, or is not there. */
  #isLost({ nodeId }: Task): boolean {
    const node = this.#parts.nodes.byId(nodeId);
    return node === undefined || isOutOfUse(node);
  }

  /** It has ended; nobody waits for one on a node that is down. @see swarmkit restart.go: DelayStart */
  #isOver({ hasEnded, isPlaced, nodeId }: Task): boolean {
    return hasEnded || (isPlaced && (this.#parts.nodes.byId(nodeId)?.state ?? "down") === "down");
  }

  /** The next one begins when the last one has ended. */
  #releaseAfter(task: Task, next: Task): void {
    if (this.#isClosed || next.desired !== "ready") return;
    if (this.#isOver(task)) this.#direct(next, next.aim);
    else this.#soon(() => this.#releaseAfter(task, next));
  }

  #forget(task: Task): void {
    this.#tasks.delete(task);
    void this.#agentOn(task.nodeId)?.remove(task);
  }

  #soon(work: () => void, delayUs = SCHEDULE_US): void {
    this.#parts.clock.after(delayUs, () => this.#whenUp(work));
  }

  #whenUp(work: () => void): void {
    if (this.#isClosed) return;
    if (this.#parts.isDown()) this.#deferred.push(work);
    else work();
  }
}
