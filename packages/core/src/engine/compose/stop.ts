/** Stops, kills and removes containers. Model: compose's down.go and stop.go. */
import type { Project, Service } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { inReverseOrder } from "./dependency-order.ts";
import { runHook } from "./hooks.ts";
import { serviceOf } from "./labels.ts";
import { type Operation, tell } from "./operation.ts";

export interface StopOptions {
  /** Seconds; without it the container's own. */
  readonly timeoutSeconds?: number | undefined;
  /** Volumes without a name go with the container. */
  readonly volumes?: boolean;
}

/** Stops containers of a project, dependents before what they depend on. */
export function stopAll(
  operation: Operation,
  containers: readonly Container[],
  project: Project,
  timeoutSeconds: number | undefined,
): Promise<void> {
  return inReverseOrder(project, async (name) => {
    const own = containers.filter((container) => serviceOf(container) === name);
    await Promise.all(own.map((one) => stopOne(operation, one, project.services.get(name), { timeoutSeconds })));
  });
}

async function stopOne(
  operation: Operation,
  container: Container,
  service: Service | undefined,
  { timeoutSeconds }: StopOptions,
): Promise<void> {
  tell(operation, container, "Stopping");
  for (const hook of service?.pre_stop ?? []) if (container.isRunning) await runHook(operation, container, hook);
  try {
    await operation.engine.containers.stop(container, { timeoutSeconds });
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "not-modified") throw error;
  }
  tell(operation, container, "Stopped");
}

export async function stopAndRemove(
  operation: Operation,
  container: Container,
  service: Service | undefined,
  options: StopOptions,
): Promise<void> {
  await stopOne(operation, container, service, options);
  await removeOne(operation, container, options);
}

export async function removeOne(
  operation: Operation,
  container: Container,
  { volumes = false }: StopOptions,
): Promise<void> {
  tell(operation, container, "Removing");
  await operation.engine.containers.remove(container, { force: true, volumes });
  tell(operation, container, "Removed");
}
