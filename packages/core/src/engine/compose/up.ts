/** Makes a project's networks, volumes and containers, and starts them. Model: compose's create.go and up.go. */
import { ComposeError, type Project, type Service } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";
import { converge, type Recreate } from "./converge.ts";
import { ensureNetworks, ensureVolumes } from "./ensure-resources.ts";
import { ensureImages, type ImageOptions } from "./images.ts";
import { isOneOff, serviceOf } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";
import { type StartOptions, startProject } from "./start.ts";
import { stopAndRemove } from "./stop.ts";

export interface CreateProjectOptions extends Omit<ImageOptions, "client"> {
  /** Services that were asked for; by default all of the project. */
  readonly services?: readonly string[] | undefined;
  /** Containers are made anew even if nothing has changed. */
  readonly forceRecreate?: boolean;
  /** Containers stay even if something has changed. */
  readonly noRecreate?: boolean;
  /** Dependencies are made anew as well. */
  readonly alwaysRecreateDeps?: boolean;
  /** Volumes without a name are not taken over. */
  readonly renewAnonVolumes?: boolean;
  /** Containers of services that are not in the project any more go. */
  readonly removeOrphans?: boolean;
  /** Volumes whose configuration has changed are made anew: their content is lost. */
  readonly recreateVolumes?: boolean;
  readonly timeoutSeconds?: number | undefined;
  readonly envFiles?: readonly string[] | undefined;
}

export interface UpOptions extends CreateProjectOptions, StartOptions {
  /** Nothing is started. */
  readonly noStart?: boolean;
}

type WithClient<T> = T & Pick<ImageOptions, "client">;

/** @throws ComposeError, StatusError */
export async function upProject(operation: Operation, project: Project, options: WithClient<UpOptions>): Promise<void> {
  await createProject(operation, project, options);
  if (options.noStart !== true) await startProject(operation, project, options);
}

export async function createProject(
  operation: Operation,
  project: Project,
  options: WithClient<CreateProjectOptions>,
): Promise<void> {
  checkNames(project);
  const imageIds = await ensureImages(operation, project, project.services, options);
  const networks = await ensureNetworks(operation, project);
  const volumes = await ensureVolumes(operation, project, options.recreateVolumes ?? false);
  await handleOrphans(operation, project, options.removeOrphans ?? false);
  // Volumes are new in new containers only.
  const isForced = options.forceRecreate === true || options.renewAnonVolumes === true;
  const recreate: Recreate = options.noRecreate === true ? "never" : isForced ? "force" : "diverged";
  const services = options.services ?? [];
  await converge(operation, project, {
    services: services.length > 0 ? services : [...project.services.keys()],
    recreate,
    recreateDependencies:
      options.alwaysRecreateDeps === true ? "force" : options.noRecreate === true ? "never" : "diverged",
    keepsVolumes: options.renewAnonVolumes !== true,
    timeoutSeconds: options.timeoutSeconds,
    envFiles: options.envFiles,
    imageIds,
    networks,
    volumes,
  });
}

function checkNames({ services }: Project): void {
  const taken = new Map<string, string>();
  for (const [name, { container_name: own }] of services) {
    if (own === undefined) continue;
    const other = taken.get(own);
    // Compose means to name the other service, and does not.
    if (other !== undefined) {
      throw new ComposeError(`services.${name}: container name "${own}" is already in use by service {}"`);
    }
    taken.set(own, name);
  }
}

/** Whether a container belongs to no service of the project. One of `compose run` counts only when it has ended. */
export function isOrphan(container: Container, project: Project): boolean {
  if (isOneOff(container)) return container.state === "exited" || container.state === "dead";
  return !project.services.has(serviceOf(container)) && !project.disabled.has(serviceOf(container));
}

async function handleOrphans(operation: Operation, project: Project, removes: boolean): Promise<void> {
  const orphans = containersOf(operation, project.name, { oneOffs: "include" }).filter((one) => isOrphan(one, project));
  if (orphans.length === 0) return;
  if (removes) {
    await Promise.all(orphans.map((one) => stopAndRemove(operation, one, undefined, {})));
    return;
  }
  const names = orphans.map(({ name }) => name).join(" ");
  const advice =
    "If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.";
  operation.warn(`Found orphan containers ([${names}]) for this project. ${advice}`);
}

/** How many of each: `{ web: 3 }`. @throws ComposeError `no such service: x` */
export function withScale(project: Project, scale: Readonly<Record<string, number>>): Project {
  const services = new Map<string, Service>(project.services);
  for (const [name, count] of Object.entries(scale)) {
    const service = services.get(name);
    if (service === undefined) throw new ComposeError(`no such service: ${name}: not found`);
    const { deploy } = service;
    services.set(name, {
      ...service,
      scale: count,
      ...(deploy === undefined ? {} : { deploy: { ...deploy, replicas: count } }),
    });
  }
  return { ...project, services };
}
