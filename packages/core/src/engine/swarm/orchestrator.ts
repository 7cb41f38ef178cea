/**
 * The orchestrator: has as many tasks run as services want, where they may; replaces those that end; takes away what is
 * too much. It works on the virtual clock, like everything else.
 *
 * @see swarmkit manager/orchestrator: replicated, global, jobs, restart, taskreaper; manager/scheduler
 */
import type { Kernel } from "../../kernel/index.ts";
import { isSameData } from "../../lib/index.ts";
import type { World } from "../../sim/index.ts";
import type { ContainerService } from "../containers.ts";
import type { EventLog } from "../events.ts";
import type { ImageService } from "../images.ts";
import type { NetworkService } from "../networks.ts";
import { Agent } from "./agent.ts";
import type { Allocator } from "./allocator.ts";
import type { NodeStore } from "./node.ts";
import type { Revisions } from "./object-table.ts";
import { hostPorts, meetsConstraints, obstacle, occupancyWithout } from "./placement.ts";
import { type AttemptRecords, Restarts, restartDelayUs } from "./restarts.ts";
import type { Service } from "./service.ts";
import { isIngressPort, networksOf, taskSpec } from "./service-spec.ts";
import { isJob, modeName, type ServiceStore } from "./services.ts";
import { aimOf, type DesiredState, Task, type TaskRecord, type TaskState } from "./task.ts";
import type { PayloadStores, TaskPlace } from "./task-container.ts";
import { type TaskReader, TaskTable } from "./tasks.ts";
import { completion, Update } from "./update.ts";
import { wantedOfJob, wantedReplicas } from "./wanted.ts";

export interface OrchestratorParts {
  readonly world: World;
  readonly kernel: Kernel;
  readonly events: EventLog;
  readonly containers: ContainerService;
  readonly images: ImageService;
  readonly revisions: Revisions;
  readonly nodes: NodeStore;
  readonly services: ServiceStore;
  readonly payloads: PayloadStores;
  readonly networks: NetworkService;
  readonly allocator: Allocator;
  /** There is no daemon that could do anything. */
  readonly isDown: () => boolean;
  /** How many tasks of a place are remembered. */
  readonly historyLimit: () => number;
}

/** What an orchestrator knows, as data. */
export interface OrchestratorRecords {
  readonly tasks: readonly TaskRecord[];
  readonly attempts: AttemptRecords;
}

/** How long the scheduler gathers before it decides. @see swarmkit manager/scheduler: commitDebounceGap */
const SCHEDULE_US = 50_000;
/** How long reports of agents are gathered before somebody draws consequences: of a task only the last counts then. @see swarmkit manager/dispatcher: maxBatchInterval */
const REPORT_US = 100_000;

export class Orchestrator {
  readonly #parts: OrchestratorParts;
  readonly #agent: Agent;
  readonly #tasks = new TaskTable();
  readonly #restarts = new Restarts();
  readonly #updates = new Map<string, Update>();
  /** What is to be done when there is a daemon again. */
  readonly #deferred: (() => void)[] = [];
  #isClosed = false;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
    const { world, kernel, containers, events, payloads, images, networks } = parts;
    const whenUp = (work: () => void): void => this.#whenUp(work);
    const report = (task: Task, state: TaskState, message: string, error = ""): void => {
      this.#reported(task, state, message, error);
    };
    const serviceOf = (task: Task): Service | undefined => parts.services.byId(task.serviceId);
    const common = { world, kernel, containers, events, payloads, images, networks };
    this.#agent = new Agent({ ...common, whenUp, report, serviceOf });
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
    for (const task of this.#tasks.all()) this.#agent.adopt(task);
    this.#parts.allocator.restore(this.#parts.services.all(), this.#tasks.all());
  }

  /** Goes on with the tasks of before, whose containers are there again, or are lost. */
  revive(): void {
    for (const task of this.#tasks.all()) {
      this.#agent.look(task);
      this.#drive(task);
      const service = this.#parts.services.byId(task.serviceId);
      if (service === undefined || task.hasEnded || !task.isWanted) continue;
      // Its image was on the way.
      if (task.nodeId !== "" && task.containerId === undefined) this.#agent.prepare(this.#place(task, service));
      // Whoever it was to follow has ended with the machine.
      if (task.desired === "ready") this.#soon(() => this.#direct(task, task.aim), restartDelayUs(task));
    }
    for (const service of this.#parts.services.all()) this.reconcile(service);
    this.#soon(() => this.#schedulePending());
  }

  /** A service is new, has changed or is gone. */
  changed(service: Service, removed: boolean): void {
    this.#updates.get(service.id)?.cancel();
    this.#updates.delete(service.id);
    if (removed) for (const task of this.#tasks.of(service.id)) this.#direct(task, "remove");
    else this.reconcile(service);
  }

  /** The node's availability has changed, or its labels. */
  nodeChanged(): void {
    const { self } = this.#parts.nodes;
    for (const service of this.#parts.services.all()) {
      const live = this.#tasks.of(service.id).filter((task) => task.isWanted && task.nodeId !== "");
      const isDrained = self.spec.Availability === "drain";
      const isMisplaced = (task: Task): boolean => !meetsConstraints(task.spec.Placement ?? {}, self);
      for (const task of live.filter((one) => !one.hasEnded && (isDrained || isMisplaced(one)))) {
        if (!isDrained) this.#reject(task);
        if (modeName(service.spec.Mode).startsWith("global")) this.#direct(task, "shutdown");
        else this.#replaceEnded(task, service);
      }
      if (modeName(service.spec.Mode).startsWith("global")) this.reconcile(service);
    }
    this.#schedulePending();
  }

  /** What it is made from does not want it there any more. @see swarmkit manager/orchestrator/constraintenforcer */
  #reject(task: Task): void {
    const why = "assigned node no longer meets constraints";
    this.#move(task, "rejected", "task rejected by constraint enforcer", why);
    this.#parts.allocator.detach(task);
    void this.#agent.stop(task);
  }

  /** There is a daemon again: what has become of the tasks, and what was to be done? */
  resume(): void {
    for (const task of this.#tasks.all()) this.#agent.look(task);
    for (const work of this.#deferred.splice(0)) work();
  }

  /** Ends all tasks at once, and removes their containers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const update of this.#updates.values()) update.cancel();
    this.#agent.close();
    for (const task of this.#tasks.all()) await this.#agent.remove(task);
  }

  // ── what is wanted ──

  reconcile(service: Service): void {
    const { Mode } = service.spec;
    if (modeName(Mode) === "global") {
      this.#reconcileGlobal(service);
      return;
    }
    const all = this.#tasks.of(service.id);
    const ofJob = isJob(Mode);
    const wanted = ofJob ? wantedOfJob(service, all) : wantedReplicas(Mode.Replicated?.Replicas ?? 1, all);
    for (const task of wanted.surplus) this.#direct(task, "remove");
    for (const slot of wanted.missing) this.#create(service, slot);
    // Another run of a job has tasks of its own.
    if (!ofJob) this.#update(service, wanted.kept);
  }

  #reconcileGlobal(service: Service): void {
    const { self } = this.#parts.nodes;
    const all = this.#tasks.of(service.id);
    const live = all.filter(({ isWanted }) => isWanted);
    const fits = meetsConstraints(service.spec.TaskTemplate.Placement ?? {}, self);
    if (!fits) for (const task of live) this.#direct(task, "shutdown");
    else if (live.length === 0 && self.spec.Availability === "active") this.#create(service, 0);
    else this.#update(service, live);
  }

  /** Those with other settings than the service's are replaced. */
  #update(service: Service, live: readonly Task[]): void {
    const { services, world } = this.#parts;
    const outdated = live.filter((task) => !isSameData(task.spec, taskSpec(service.spec)));
    const report = services.report.bind(services);
    if (outdated.length === 0) {
      const { update } = service;
      const isOpen = update?.state === "updating" || update?.state === "rollback_started";
      if (isOpen) report(service, completion(update, world.clock.nowUs));
      return;
    }
    const update = new Update(
      {
        clock: world.clock,
        whenUp: (work) => this.#whenUp(work),
        replace: (old) => this.#create(service, old.slot, "ready"),
        release: (task) => this.#direct(task, task.aim),
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
  #create(service: Service, slot: number, first?: "ready"): Task {
    const iteration = isJob(service.spec.Mode) ? service.iteration : undefined;
    const desired = first ?? aimOf(iteration);
    const object = this.#parts.revisions.created();
    const task = new Task({ object, serviceId: service.id, slot, spec: taskSpec(service.spec), desired, iteration });
    this.#tasks.add(task);
    for (const old of this.#tasks.surplus(task, this.#parts.historyLimit())) this.#direct(old, "remove");
    this.#soon(() => this.#schedule(task));
    return task;
  }

  // ── where it is ──

  #schedule(task: Task): void {
    if (task.nodeId !== "" || !task.isWanted || task.hasEnded) return;
    const service = this.#parts.services.byId(task.serviceId);
    if (service === undefined) return;
    const { self } = this.#parts.nodes;
    // A task without addresses has no place, and is not asked for one.
    if (!this.#parts.allocator.attach(task, service)) return;
    const occupancy = occupancyWithout(task, this.#tasks.all(), (id) => this.#parts.services.byId(id));
    const why = obstacle(task.spec, hostPorts(service), self, occupancy);
    if (why !== undefined) {
      if (task.error !== why) this.#move(task, "pending", "pending task scheduling", why);
      return;
    }
    task.nodeId = self.id;
    this.#move(task, "assigned", "scheduler assigned task to node", "");
    this.#move(task, "accepted", "accepted", "");
    this.#agent.prepare(this.#place(task, service));
  }

  #schedulePending(): void {
    for (const task of this.#tasks.all()) if (task.nodeId === "") this.#schedule(task);
  }

  #place(task: Task, service: Service): TaskPlace {
    const { nodes, networks } = this.#parts;
    return {
      task,
      service,
      node: nodes.self,
      networks: networksOf({ ...service.spec, TaskTemplate: task.spec }),
      nameOf: (id) => networks.get(id)?.name ?? id,
      ports: service.ports.filter((port) => !isIngressPort(port)),
    };
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
      if (task.containerId === undefined) this.#reported(task, "shutdown", "shutdown", "");
      else void this.#agent.stop(task);
    } else if (task.state === "ready" && task.desired !== "ready") void this.#agent.start(task);
  }

  #reported(task: Task, state: TaskState, message: string, error: string): void {
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
    task.stateUs = this.#parts.kernel.nowUs;
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
    const { nodes, world } = this.#parts;
    const isDrained = nodes.self.spec.Availability === "drain";
    const isAllowed = this.#restarts.allow(task, `${service.id}.${task.slot}`, world.clock.nowUs);
    this.#direct(task, "shutdown");
    if (!isAllowed) return;
    const next = this.#create(service, task.slot, "ready");
    this.#soon(() => this.#releaseAfter(task, next), isDrained ? 0 : restartDelayUs(task));
  }

  /** The next one begins when the last one has ended. */
  #releaseAfter(task: Task, next: Task): void {
    if (this.#isClosed || next.desired !== "ready") return;
    if (task.hasEnded) this.#direct(next, next.aim);
    else this.#soon(() => this.#releaseAfter(task, next));
  }

  #forget(task: Task): void {
    this.#tasks.delete(task);
    void this.#agent.remove(task);
  }

  #soon(work: () => void, delayUs = SCHEDULE_US): void {
    this.#parts.world.clock.after(delayUs, () => this.#whenUp(work));
  }

  #whenUp(work: () => void): void {
    if (this.#isClosed) return;
    if (this.#parts.isDown()) this.#deferred.push(work);
    else work();
  }
}
