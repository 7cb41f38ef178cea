/** Start, stop, restart, kill, pause: what is done to containers that are there. Model: compose's commands of that name. */
import { ComposeError, type Project, select, withoutDependencies } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { signalOf } from "../signal-names.ts";
import { inDependencyOrder } from "./dependency-order.ts";
import { runHook } from "./hooks.ts";
import { isOneOff, numberOf, serviceOf } from "./labels.ts";
import { containersOf, type Operation, tell } from "./operation.ts";
import { waitFor } from "./start.ts";
import { removeOne, stopAll } from "./stop.ts";

export interface ServicesOptions {
  /** By default all. */
  readonly services?: readonly string[];
}

export interface TimeoutOptions extends ServicesOptions {
  readonly timeoutSeconds?: number | undefined;
}

/** The containers of the services that were asked for. */
function chosen(
  operation: Operation,
  project: Project,
  services: readonly string[] = [],
  isRunning = false,
): readonly Container[] {
  return containersOf(operation, project.name, { services, all: !isRunning }).filter((one) =>
    project.services.has(serviceOf(one)),
  );
}

export async function stopProject(operation: Operation, project: Project, options: TimeoutOptions = {}): Promise<void> {
  await stopAll(operation, chosen(operation, project, options.services), project, options.timeoutSeconds);
}

export interface RestartOptions extends TimeoutOptions {
  /** Services that say that they are to be restarted with one of these are not. */
  readonly noDeps?: boolean;
}

export async function restartProject(
  operation: Operation,
  project: Project,
  options: RestartOptions = {},
): Promise<void> {
  const { services = [], noDeps = false } = options;
  const all = [...project.services].map(([name, service]): [string, typeof service] => [
    name,
    withoutDependencies(service, (other) => service.depends_on?.[other]?.restart === true),
  ]);
  const own = select({ ...project, services: new Map(all) }, services, noDeps ? "none" : "dependents");
  const containers = containersOf(operation, project.name);
  await inDependencyOrder(own, async (name) => {
    const service = own.services.get(name);
    await waitFor(operation, own, name, service?.depends_on ?? {}, { containers });
    const mine = containers.filter((one) => serviceOf(one) === name);
    await Promise.all(
      mine.map(async (container) => {
        for (const hook of service?.pre_stop ?? []) if (container.isRunning) await runHook(operation, container, hook);
        tell(operation, container, "Restarting");
        const { timeoutSeconds } = options;
        await operation.engine.containers.restart(container, { timeoutSeconds, untilBegun: true }, container.id);
        tell(operation, container, "Started");
        for (const hook of service?.post_start ?? []) await runHook(operation, container, hook);
      }),
    );
  });
}

export interface KillOptions extends ServicesOptions {
  readonly signal?: string;
  readonly removeOrphans?: boolean;
}

/** False if nothing runs. */
export async function killProject(operation: Operation, project: Project, options: KillOptions = {}): Promise<boolean> {
  const running = containersOf(operation, project.name, {
    oneOffs: "include",
    all: false,
    services: options.services ?? [],
  });
  const own = options.removeOrphans === true ? running : running.filter((one) => project.services.has(serviceOf(one)));
  if (own.length === 0) return false;
  await Promise.all(own.map((container) => kill(operation, container, options.signal)));
  return true;
}

/** @throws StatusError, with the engine's words for its API */
async function kill(operation: Operation, container: Container, signal = "KILL"): Promise<void> {
  tell(operation, container, "Killing");
  try {
    await operation.engine.containers.kill(container, signalOf(signal));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    tell(operation, container, "Error while Killing");
    throw new StatusError(error.kind, `cannot kill container: ${container.id}: ${error.message}`);
  }
  tell(operation, container, "Killed");
}

export async function pauseProject(
  operation: Operation,
  project: Project,
  { services }: ServicesOptions = {},
): Promise<void> {
  forEach(chosen(operation, project, services, true), (container) => {
    operation.engine.containers.pause(container);
    tell(operation, container, "Paused");
  });
}

export async function unpauseProject(
  operation: Operation,
  project: Project,
  { services }: ServicesOptions = {},
): Promise<void> {
  forEach(chosen(operation, project, services, true), (container) => {
    operation.engine.containers.unpause(container);
    tell(operation, container, "Unpaused");
  });
}

/** All of them, also when it fails with some, as it is when it is done with all at once. @throws what failed first */
function forEach(containers: readonly Container[], act: (container: Container) => void): void {
  const errors: unknown[] = [];
  for (const container of containers) {
    try {
      act(container);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Containers of the services that do not run any more. */
export function stoppedContainers(
  operation: Operation,
  project: Project,
  services: readonly string[] = [],
): readonly Container[] {
  return chosen(operation, project, services).filter(({ isRunning }) => !isRunning);
}

export async function removeStopped(
  operation: Operation,
  containers: readonly Container[],
  volumes: boolean,
): Promise<void> {
  for (const container of containers) await removeOne(operation, container, { volumes });
}

/** One container of a service that runs: that with the lowest number, unless one is named. @throws ComposeError */
export function runningContainer(
  operation: Pick<Operation, "engine">,
  project: string,
  service: string,
  index = 0,
): Container {
  const own = containersOf(operation, project, { oneOffs: "include", all: false, services: [service] });
  const found = [...own]
    .filter((one) => index === 0 || numberOf(one) === index)
    .sort((a, b) => Number(isOneOff(a)) - Number(isOneOff(b)) || numberOf(a) - numberOf(b));
  const [first] = found;
  if (first !== undefined) return first;
  throw new ComposeError(
    index > 0 ? `service "${service}" is not running container #${index}` : `service "${service}" is not running`,
  );
}

/** Where a port is published: `0.0.0.0:8080`. @throws ComposeError */
export function publishedPort(
  container: Container,
  ports: readonly Published[],
  port: number,
  protocol: string,
): string {
  const found = ports.find((one) => one.PrivatePort === port && one.Type === protocol);
  if (found !== undefined) return `${found.IP ?? ""}:${found.PublicPort ?? 0}`;
  const there = ports.map(({ Type, PublicPort = 0 }) => `${PublicPort}/${Type}`).join(", ");
  throw new ComposeError(`no port ${port}/${protocol} for container ${container.name}: ${there}`);
}

interface Published {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}
