/**
 * The agent: runs the tasks that are given to it as containers, and tells what has become of them.
 *
 * @see swarmkit agent/exec/controller.go, moby daemon/cluster/executor/container/controller.go
 */
import type { Kernel } from "../../kernel/index.ts";
import { ownFunction, StatusError } from "../../lib/index.ts";
import type { World } from "../../sim/index.ts";
import type { Container } from "../container/container.ts";
import type { ContainerService } from "../containers.ts";
import { ValueError } from "../docker/problem.ts";
import type { EngineEvent, EventLog } from "../events.ts";
import type { ImageService } from "../images.ts";
import { ConnectionLost } from "../machine/daemon-life.ts";
import type { NetworkService } from "../networks.ts";
import type { SwarmNode } from "./node.ts";
import type { Service } from "./service.ts";
import { roleOf } from "./service-role.ts";
import { DEFAULT_GRACE, isIngressPort, networksOf } from "./service-spec.ts";
import { isEnd, type Task, type TaskState } from "./task.ts";
import { type TaskPlace, taskContainer, taskName } from "./task-container.ts";
import { dropFiles, hasFiles, type PayloadStores, payloadMounts } from "./task-files.ts";

export interface AgentParts {
  readonly world: World;
  readonly kernel: Kernel;
  readonly containers: ContainerService;
  readonly events: EventLog;
  readonly payloads: PayloadStores;
  readonly images: ImageService;
  readonly networks: NetworkService;
  readonly serviceOf: (task: Task) => Service | undefined;
  /** The machine, as the swarm knows it. */
  readonly node: SwarmNode;
  /** Does something now, or when there is a daemon again. */
  readonly whenUp: (work: () => void) => void;
  /** A task has come to a state. */
  readonly report: (task: Task, state: TaskState, message: string, error?: string) => void;
}

export class Agent {
  readonly #parts: AgentParts;
  readonly #byContainer = new Map<string, Task>();
  readonly #stopping = new Set<Task>();
  readonly #unhealthy = new Set<Task>();
  /** How far tasks have come, also where their manager has not heard of it. */
  readonly #states = new Map<Task, TaskState>();
  readonly #listener = ownFunction((event: EngineEvent): void => this.#noticed(event));

  constructor(parts: AgentParts) {
    this.#parts = parts;
    parts.events.on("event", this.#listener);
  }

  /** Gets the image, if it is not there, and makes the container: the task is ready, or rejected. */
  prepare(task: Task, service: Service): void {
    const { world, images, whenUp } = this.#parts;
    const place = this.#place(task, service);
    this.#report(task, "preparing", "preparing");
    const image = task.spec.ContainerSpec?.Image ?? "";
    if (images.find(image) !== undefined) this.#make(place);
    else {
      // What a registry does not give is missing when the container is made.
      const pulled = this.#quietly(async () => void (await images.pull(image))).then(() =>
        whenUp(() => {
          if (task.isWanted && !this.#hasEnded(task)) this.#make(place);
        }),
      );
      // It may be waiting for time to pass itself, until it tries again.
      const release = world.hold(pulled, { onStuck: () => release() });
    }
  }

  #place(task: Task, service: Service): TaskPlace {
    const { node, networks } = this.#parts;
    return {
      ...{ task, service, node },
      networks: networksOf({ ...service.spec, TaskTemplate: task.spec }),
      nameOf: (id) => networks.get(id)?.name ?? id,
      ports: service.ports.filter((port) => !isIngressPort(port)),
    };
  }

  #make(place: TaskPlace): void {
    const { kernel, containers, payloads } = this.#parts;
    const { task } = place;
    try {
      const mounts = payloadMounts(kernel, place, payloads);
      const container = containers.create(taskContainer(place), taskName(place), { isTask: true, mounts });
      task.containerId = container.id;
      this.#byContainer.set(container.id, task);
      this.#report(task, "ready", "prepared");
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof ValueError)) throw error;
      this.#report(task, "rejected", "preparing", error.message);
    }
  }

  /** Knows a task of before. */
  adopt(task: Task): void {
    if (task.containerId === undefined) return;
    this.#byContainer.set(task.containerId, task);
    const { kernel, payloads, serviceOf } = this.#parts;
    const service = serviceOf(task);
    // Memory does not outlast a machine: its container may be started again.
    if (service !== undefined && !hasFiles(kernel, task)) payloadMounts(kernel, this.#place(task, service), payloads);
  }

  /** Starts the container: the task runs, or has failed. */
  async start(task: Task): Promise<void> {
    const { containers } = this.#parts;
    const container = this.#container(task);
    if (container === undefined) return this.#report(task, "failed", "starting", "container is gone");
    this.#report(task, "starting", "starting");
    try {
      await containers.start(container, { follows: true });
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      if (!(error instanceof StatusError)) throw error;
      task.exitCode = container.exitCode;
      this.#report(task, "failed", "starting", `starting container failed: ${error.message}`);
      return;
    }
    // It may have ended by now, or wait for its first check.
    if (this.#stateOf(task) === "starting" && container.health === undefined) this.#runs(task, container);
  }

  /** It takes part in its service from now on. */
  #runs(task: Task, container: Container): void {
    this.#bind(task, container);
    if (this.#stateOf(task) !== "running") this.#report(task, "running", "started");
  }

  #bind(task: Task, container: Container): void {
    const service = this.#parts.serviceOf(task);
    if (service !== undefined && task.isWanted) this.#parts.networks.bindService(container, roleOf(service, task));
  }

  /** Has the container end, as long as it needs: the task is shut down then. */
  async stop(task: Task): Promise<void> {
    const { containers } = this.#parts;
    const container = this.#container(task);
    if (container?.isActive !== true) {
      const isOver = this.#hasEnded(task) || this.#stateOf(task) === "starting";
      if (!isOver) this.#report(task, "shutdown", "shutdown");
      return;
    }
    if (this.#stopping.has(task)) return;
    this.#stopping.add(task);
    this.#parts.networks.unbindService(container);
    const grace = task.spec.ContainerSpec?.StopGracePeriod ?? DEFAULT_GRACE;
    await this.#quietly(() => containers.stop(container, { timeoutSeconds: grace / 1e9, follows: true }));
  }

  /** Nobody has looked for a while: a container may have ended, or been started. */
  look(task: Task): void {
    this.#stopping.delete(task);
    const state = this.#stateOf(task);
    if (state !== "starting" && state !== "running") return;
    const container = this.#container(task);
    if (container?.isRunning !== true) this.#ended(task);
    else if (state === "running" || container.health === undefined) this.#runs(task, container);
  }

  /** It does not know the task yet, or not any more. */
  isIdle(task: Task): boolean {
    return !this.#states.has(task);
  }

  /** The tasks that it has containers of. */
  get tasks(): readonly Task[] {
    return [...this.#byContainer.values()];
  }

  /** Removes what is left of a task. */
  async remove(task: Task): Promise<void> {
    const container = this.#container(task);
    if (container !== undefined) {
      await this.#quietly(() => this.#parts.containers.remove(container, { force: true, volumes: true }));
    }
    if (task.containerId !== undefined) this.#byContainer.delete(task.containerId);
    this.#states.delete(task);
    dropFiles(this.#parts.kernel, task);
  }

  #container({ containerId }: Task): Container | undefined {
    return containerId === undefined ? undefined : this.#parts.containers.peek(containerId);
  }

  /** Nothing is noticed any more. */
  close(): void {
    this.#parts.events.off("event", this.#listener);
  }

  #noticed({ type, action, id }: EngineEvent): void {
    const task = type === "container" ? this.#byContainer.get(id) : undefined;
    if (task === undefined || this.#hasEnded(task)) return;
    if (action === "die") this.#ended(task);
    else if (action === "health_status: healthy" && this.#stateOf(task) === "starting") {
      const container = this.#container(task);
      if (container !== undefined) this.#runs(task, container);
    } else if (action === "health_status: unhealthy") {
      this.#unhealthy.add(task);
      void this.stop(task);
    }
  }

  #ended(task: Task): void {
    task.exitCode = this.#container(task)?.exitCode ?? 0;
    if (this.#unhealthy.has(task)) this.#report(task, "failed", "unhealthy container", "task: unhealthy container");
    else if (!task.isWanted) this.#report(task, "shutdown", "shutdown");
    else if (task.exitCode === 0) this.#report(task, "complete", "finished");
    else this.#report(task, "failed", "started", `task: non-zero exit (${task.exitCode})`);
  }

  #report(task: Task, state: TaskState, message: string, error?: string): void {
    this.#states.set(task, state);
    this.#parts.report(task, state, message, error);
  }

  #stateOf(task: Task): TaskState {
    return this.#states.get(task) ?? task.state;
  }

  #hasEnded(task: Task): boolean {
    return isEnd(this.#stateOf(task));
  }

  /** Somebody else may have stopped or removed it in the meantime. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof ConnectionLost)) throw error;
    }
  }
}
