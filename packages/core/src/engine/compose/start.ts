/** Starts containers, each when what it depends on is ready. Model: compose's start.go and waitDependencies. */
import { ComposeError, type Dependency, type Project, type Service, scaleOf } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { inDependencyOrder } from "./dependency-order.ts";
import { injectFiles } from "./files.ts";
import { runHook } from "./hooks.ts";
import { serviceOf } from "./labels.ts";
import { containersOf, type Operation, tell } from "./operation.ts";

export interface StartOptions {
  /** Waits until everything runs, or is healthy. */
  readonly wait?: boolean;
  /** For that. */
  readonly waitTimeoutSeconds?: number | undefined;
}

/** How often compose looks. */
const POLL_US = 500_000;
const RUNNING_OR_HEALTHY = "running_or_healthy";

/** @throws ComposeError, StatusError */
export async function startProject(operation: Operation, project: Project, options: StartOptions = {}): Promise<void> {
  const containers = containersOf(operation, project.name);
  await inDependencyOrder(project, async (name) => {
    const service = project.services.get(name);
    if (service !== undefined) await startService(operation, project, name, service, containers);
  });
  if (options.wait !== true) return;
  const everything = [...project.services.keys()].map((name): [string, Dependency] => [
    name,
    { condition: conditionFor(name, project), required: true },
  ]);
  const timeoutUs = (options.waitTimeoutSeconds ?? 0) * 1e6;
  const isInTime = await waitFor(operation, project, project.name, Object.fromEntries(everything), {
    containers,
    timeoutUs,
  });
  if (!isInTime) throw new ComposeError(`application not healthy after ${options.waitTimeoutSeconds ?? 0}s`);
}

/** A service that others wait for to end is waited for likewise. */
function conditionFor(name: string, { services }: Project): string {
  const ends = [...services.values()].some(
    ({ depends_on: all }) => all?.[name]?.condition === "service_completed_successfully",
  );
  return ends ? "service_completed_successfully" : RUNNING_OR_HEALTHY;
}

async function startService(
  operation: Operation,
  project: Project,
  name: string,
  service: Service,
  containers: readonly Container[],
): Promise<void> {
  if (service.deploy?.replicas === 0) return;
  await waitFor(operation, project, name, service.depends_on ?? {}, { containers });
  if (containers.length === 0 && scaleOf(service) > 0)
    throw new ComposeError(`service "${name}" has no container to start`);
  const own = containers.filter((container) => serviceOf(container) === name);
  for (const container of [...own].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (container.state === "running") continue;
    await injectFiles(operation, project, name, service, container);
    tell(operation, container, "Starting");
    try {
      await operation.engine.containers.start(container, { untilBegun: true });
    } catch (error) {
      if (!(error instanceof StatusError) || error.kind !== "not-modified") throw error;
    }
    for (const hook of service.post_start ?? []) await runHook(operation, container, hook);
    tell(operation, container, "Started");
  }
}

export interface WaitOptions {
  readonly containers: readonly Container[];
  readonly timeoutUs?: number;
}

/** Waits for dependencies to be what the dependent needs. False if the time is over before. @throws ComposeError */
export async function waitFor(
  operation: Operation,
  project: Project,
  dependent: string,
  dependencies: Readonly<Record<string, Dependency | null>>,
  { containers, timeoutUs = 0 }: WaitOptions,
): Promise<boolean> {
  const endUs = timeoutUs > 0 ? operation.engine.world.clock.nowUs + timeoutUs : Number.POSITIVE_INFINITY;
  const waits = Object.entries(dependencies).flatMap(([name, dependency]): (() => Promise<boolean>)[] => {
    if (dependency === null || !isWaitedFor(project, name, dependency)) return [];
    const own = containers.filter((container) => serviceOf(container) === name);
    for (const container of own) tell(operation, container, "Waiting");
    if (own.length > 0) return [() => waitForOne(operation, name, dependency, own, endUs)];
    if (dependency.required !== false) throw new ComposeError(`${dependent} is missing dependency ${name}`);
    operation.warn(`${dependent} is missing dependency ${name}`);
    return [];
  });
  const results = await Promise.allSettled(waits.map((wait) => wait()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return results.every((result) => result.status === "fulfilled" && result.value);
}

function isWaitedFor(project: Project, name: string, { condition }: Dependency): boolean {
  if (condition === "service_started") return false;
  const service = project.services.get(name);
  if (service === undefined && !project.disabled.has(name))
    throw new ComposeError(`no such service: ${name}: not found`);
  return service !== undefined && scaleOf(service) > 0 && service.provider === undefined;
}

async function waitForOne(
  operation: Operation,
  name: string,
  dependency: Dependency,
  containers: readonly Container[],
  endUs: number,
): Promise<boolean> {
  for (;;) {
    const leftUs = endUs - operation.engine.world.clock.nowUs;
    if (leftUs <= 0) return false;
    await operation.engine.world.sleep(Math.min(POLL_US, leftUs));
    const verdict = judge(name, dependency, containers);
    if (verdict === undefined) continue;
    if ("done" in verdict) {
      for (const container of containers) tell(operation, container, verdict.done);
      return true;
    }
    if (dependency.required !== false) {
      if (verdict.shown !== "") for (const container of containers) tell(operation, container, verdict.shown);
      throw new ComposeError(verdict.error);
    }
    for (const container of containers) tell(operation, container, `Skipped: ${verdict.skipped}`);
    operation.warn(verdict.warning);
    return true;
  }
}

type Verdict =
  | { readonly done: string }
  | { readonly error: string; readonly shown: string; readonly skipped: string; readonly warning: string };

/** Undefined: not yet. */
function judge(name: string, { condition }: Dependency, containers: readonly Container[]): Verdict | undefined {
  if (condition === "service_completed_successfully") {
    const ended = containers.find(({ state }) => state === "exited");
    if (ended === undefined) return undefined;
    if (ended.exitCode === 0) return { done: "Exited" };
    const what = `"${name}" didn't complete successfully: exit ${ended.exitCode}`;
    const skipped = `optional dependency ${what}`;
    return { error: `service ${what}`, shown: `service ${what}`, skipped, warning: skipped };
  }
  const accepts = condition === RUNNING_OR_HEALTHY;
  const problem = healthProblem(containers, accepts);
  if (problem === undefined) return undefined;
  if (problem === "") return { done: "Healthy" };
  const what = accepts
    ? `optional dependency "${name}" is not running or is unhealthy`
    : `optional dependency "${name}" failed to start`;
  const error = accepts ? problem : `dependency failed to start: ${problem}`;
  return { error, shown: accepts ? "" : "Error", skipped: what, warning: `${what}: ${problem}` };
}

/** Empty if all are well; undefined while that is open. */
function healthProblem(containers: readonly Container[], acceptsRunning: boolean): string | undefined {
  for (const container of containers) {
    const { name, state, exitCode, health, config } = container;
    if (state === "exited") return `container ${name} exited (${exitCode})`;
    if (config.Healthcheck === undefined && acceptsRunning) {
      if (state !== "running") return undefined;
      return "";
    }
    if (health === undefined) return `container ${name} has no healthcheck configured`;
    if (health.status === "unhealthy") return `container ${name} is unhealthy`;
    if (health.status === "starting") return undefined;
  }
  return "";
}
