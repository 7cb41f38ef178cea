/**
 * Brings containers into the state that a project asks for: makes those that are missing, makes anew those that have
 * changed, removes those that are too many. Nothing is started.
 *
 * Model: compose's convergence.go
 */
import { ComposeError, dependentsOf, type Project, type Service, scaleOf, serviceHash } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { createWarnings } from "../container/create-warnings.ts";
import { type ContainerPlan, createOptions } from "./create-body.ts";
import { inDependencyOrder } from "./dependency-order.ts";
import { CONFIG_HASH, IMAGE, labelOf, numberOf, REPLACE, serviceLabels, serviceOf } from "./labels.ts";
import { containersOf, type Operation, tell } from "./operation.ts";
import { resolveReferences, serviceLinks } from "./references.ts";
import { stopAll, stopAndRemove } from "./stop.ts";

/** When a container gives way to a new one: if it has changed, always, never. */
export type Recreate = "diverged" | "force" | "never";

export interface ConvergeOptions {
  /** Services that were asked for; the others are there because these depend on them. */
  readonly services: readonly string[];
  readonly recreate: Recreate;
  readonly recreateDependencies: Recreate;
  /** Volumes without a name stay when a container is made anew. */
  readonly keepsVolumes: boolean;
  readonly timeoutSeconds?: number | undefined;
  readonly envFiles?: readonly string[] | undefined;
  readonly imageIds: ReadonlyMap<string, string>;
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, string>;
}

/** @throws ComposeError, StatusError */
export function converge(operation: Operation, project: Project, options: ConvergeOptions): Promise<void> {
  return inDependencyOrder(project, async (name) => {
    const service = project.services.get(name);
    if (service === undefined || service.provider !== undefined) return;
    await new ServiceConvergence(operation, project, name, service, options).run();
  });
}

class ServiceConvergence {
  readonly #operation: Operation;
  readonly #project: Project;
  readonly #name: string;
  readonly #service: Service;
  readonly #options: ConvergeOptions;

  constructor(operation: Operation, project: Project, name: string, service: Service, options: ConvergeOptions) {
    this.#operation = operation;
    this.#project = project;
    this.#name = name;
    this.#service = resolveReferences(operation, project.name, service);
    this.#options = options;
  }

  async run(): Promise<void> {
    const wanted = this.#wanted();
    const containers = this.#inOrder();
    for (const [at, container] of containers.entries()) {
      if (at >= wanted) await stopAndRemove(this.#operation, container, this.#service, this.#stopOptions());
      else if (this.#isObsolete(container)) await this.#recreate(container);
      else await this.#keep(container);
    }
    const next = Math.max(0, ...containers.map(numberOf)) + 1;
    for (let at = 0; at < wanted - containers.length; at++) this.#create(next + at);
  }

  #wanted(): number {
    const scale = scaleOf(this.#service);
    const { container_name: own } = this.#service;
    if (scale <= 1 || own === undefined) return scale;
    const rule = "Docker requires each container to have a unique name. Remove the custom name to scale the service";
    throw new ComposeError(`WARNING: The "${this.#name}" service is using the custom container name "${own}". ${rule}`);
  }

  /** Up to date ones first, by their numbers; the first ones stay. */
  #inOrder(): readonly Container[] {
    const own = containersOf(this.#operation, this.#project.name, { services: [this.#name] });
    return [...own].sort(
      (a, b) => Number(this.#isObsolete(a)) - Number(this.#isObsolete(b)) || numberOf(a) - numberOf(b),
    );
  }

  #stopOptions() {
    return { timeoutSeconds: this.#options.timeoutSeconds };
  }

  #isObsolete(container: Container): boolean {
    const { services, recreate, recreateDependencies, imageIds } = this.#options;
    const strategy = services.includes(this.#name) ? recreate : recreateDependencies;
    if (strategy !== "diverged") return strategy === "force";
    if (labelOf(container, CONFIG_HASH) !== serviceHash(this.#service)) return true;
    if ((labelOf(container, IMAGE) ?? "") !== (imageIds.get(this.#name) ?? "")) return true;
    return this.#lacksNetwork(container) || this.#lacksVolume(container);
  }

  #lacksNetwork(container: Container): boolean {
    if (container.state !== "running") return false;
    const joined = Object.values(container.endpoints).map(({ NetworkID }) => NetworkID);
    return Object.keys(this.#service.networks ?? {}).some(
      (key) => !joined.includes(this.#options.networks.get(key) ?? ""),
    );
  }

  #lacksVolume(container: Container): boolean {
    const names = container.mountPoints.map(({ name }) => name);
    return (this.#service.volumes ?? []).some(
      ({ type, source }) =>
        type === "volume" && source !== undefined && !names.includes(this.#options.volumes.get(source) ?? ""),
    );
  }

  async #keep(container: Container): Promise<void> {
    if (container.state === "running") tell(this.#operation, container, "Running");
    if (container.state !== "paused" && container.state !== "dead") return;
    tell(this.#operation, container, "Restart");
    await this.#operation.engine.containers.start(container);
    tell(this.#operation, container, "Restarted");
  }

  #create(number: number): void {
    const name = this.#nameOf(number);
    tell(this.#operation, name, "Creating");
    this.#told(name, () => createPlanned(this.#operation, this.#plan(number), name));
    tell(this.#operation, name, "Created");
  }

  #nameOf(number: number): string {
    return this.#service.container_name ?? `${this.#project.name}-${this.#name}-${number}`;
  }

  #plan(number: number): ContainerPlan {
    const image = this.#options.imageIds.get(this.#name);
    return {
      project: this.#project,
      serviceName: this.#name,
      service: this.#service,
      containerName: this.#nameOf(number),
      number,
      labels: {
        ...this.#service.labels,
        ...serviceLabels(this.#project, this.#name, this.#options.envFiles),
        ...(image === undefined ? {} : { [IMAGE]: image }),
      },
      links: serviceLinks(this.#operation, this.#project.name, this.#service, number),
    };
  }

  async #recreate(old: Container): Promise<void> {
    const { containers } = this.#operation.engine;
    await this.#stopDependents();
    const shown = old.name;
    tell(this.#operation, shown, "Recreate");
    const number = numberOf(old);
    const plan = this.#plan(number);
    const replaced = this.#service.container_name ?? `${this.#name}-${number}`;
    const name = this.#nameOf(number);
    const temporary = `${old.id.slice(0, 12)}_${name}`;
    const made = this.#told(old.name, () =>
      createPlanned(
        this.#operation,
        {
          ...plan,
          labels: { ...plan.labels, [REPLACE]: replaced },
          replaced: this.#options.keepsVolumes ? old : undefined,
        },
        temporary,
      ),
    );
    if (old.isActive) await containers.stop(old, this.#stopOptions());
    await containers.remove(old);
    containers.rename(made, name);
    tell(this.#operation, shown, "Recreated");
  }

  /** Services that are to be restarted with this one. */
  async #stopDependents(): Promise<void> {
    const dependents = dependentsOf(this.#project, this.#name).filter(
      (other) => this.#project.services.get(other)?.depends_on?.[this.#name]?.restart === true,
    );
    if (dependents.length === 0) return;
    const own = containersOf(this.#operation, this.#project.name).filter(
      (one) => dependents.includes(serviceOf(one)) && one.isActive,
    );
    await stopAll(this.#operation, own, this.#project, undefined);
  }

  #told<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const text =
        error instanceof StatusError
          ? `Error response from daemon: ${error.message}`
          : String(error instanceof Error ? error.message : error);
      tell(this.#operation, name, text);
      throw error;
    }
  }
}

/** Makes a container as planned, and tells of what the engine finds odd about it. */
export function createPlanned(operation: Operation, plan: ContainerPlan, name: string): Container {
  const options = createOptions(operation, plan);
  const container = operation.engine.containers.create(options, name);
  const asked = { hostConfig: options.HostConfig ?? {}, isChosen: plan.service.platform !== undefined };
  for (const warning of createWarnings(container, asked, operation.engine.kernel.machine))
    operation.progress({ id: plan.serviceName, status: warning });
  return container;
}
