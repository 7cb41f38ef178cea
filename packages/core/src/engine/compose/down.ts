/** Stops and removes what a project has made. Model: compose's down.go. */
import { ComposeError, type Project } from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import { familiarText, parseReferenceOrId, withDefaultTag } from "../../oci/index.ts";
import { removeImage } from "../image/image-removal.ts";
import { imageName } from "./create-body.ts";
import { inReverseOrder } from "./dependency-order.ts";
import { NETWORK, PROJECT, SERVICE, serviceOf } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";
import { stopAndRemove } from "./stop.ts";
import { isOrphan } from "./up.ts";

export interface DownOptions {
  /** Only these, and what depends on nothing else; by default all. */
  readonly services?: readonly string[];
  readonly removeOrphans?: boolean;
  /** Volumes go too: those of the project, and those without a name. */
  readonly volumes?: boolean;
  /** Images of services: all, or only those without a name of their own. */
  readonly images?: "all" | "local" | undefined;
  readonly timeoutSeconds?: number | undefined;
}

const IN_USE = "Resource is still in use";

/** @throws ComposeError, StatusError */
export async function downProject(operation: Operation, project: Project, options: DownOptions = {}): Promise<void> {
  const oneOffs = options.removeOrphans === true ? "include" : "exclude";
  const containers = containersOf(operation, project.name, { oneOffs });
  const services = options.services ?? [];
  for (const name of services)
    if (!project.services.has(name)) throw new ComposeError(`no such service: ${name}: not found`);
  const stopping = { timeoutSeconds: options.timeoutSeconds, volumes: options.volumes ?? false };
  const remove = async (name: string): Promise<void> => {
    const own = containers.filter((one) => serviceOf(one) === name);
    await Promise.all(own.map((one) => stopAndRemove(operation, one, project.services.get(name), stopping)));
  };
  await inReverseOrder(project, remove, services);
  const orphans = containers.filter(
    (one) => isOrphan(one, project) && operation.engine.containers.list({ all: true }).includes(one),
  );
  if (options.removeOrphans === true) {
    await Promise.all(
      orphans.map((one) => stopAndRemove(operation, one, undefined, { timeoutSeconds: options.timeoutSeconds })),
    );
  }
  const networks = [...project.networks].filter(([, { external }]) => external !== true);
  const images = options.images === undefined ? [] : imagesToRemove(operation, project, options);
  const volumes =
    options.volumes === true ? [...project.volumes.values()].filter(({ external }) => external !== true) : [];
  if (containers.length + networks.length + images.length + volumes.length === 0) {
    operation.warn(`Warning: No resource found to remove for project "${project.name}".`);
  }
  for (const [key, { name = "" }] of networks) removeNetwork(operation, project.name, key, name);
  for (const image of images) removeOneImage(operation, image);
  for (const { name = "" } of volumes) removeVolume(operation, name);
}

function removeNetwork(operation: Operation, project: string, key: string, name: string): void {
  const { networks } = operation.engine;
  const own = networks.list().filter(({ labels }) => labels[PROJECT] === project && labels[NETWORK] === key);
  if (own.length === 0) return;
  const tell = (status: string): void => operation.progress({ id: `Network ${name}`, status });
  tell("Removing");
  const found = own.filter((network) => network.name === name);
  if (found.length === 0) tell("No resource found to remove");
  for (const network of found) {
    const users = containersOn(operation, name);
    if (users) tell(IN_USE);
    else {
      networks.remove(network.id);
      tell("Removed");
    }
  }
}

function containersOn({ engine }: Operation, network: string): boolean {
  return engine.containers.list({ all: false }).some(({ endpoints }) => Object.hasOwn(endpoints, network));
}

/** Those that compose has built for a service, and those without a name of their own; all that services name, too. */
function imagesToRemove({ engine: { images } }: Operation, project: Project, options: DownOptions): readonly string[] {
  const built = images.list().flatMap((image): readonly string[] => {
    const { [PROJECT]: owner, [SERVICE]: service = "" } = image.config.config.Labels ?? {};
    const isOwn = owner === project.name && (options.removeOrphans === true || project.services.has(service));
    return isOwn ? images.familiarNames(image).tags.slice(0, 1) : [];
  });
  const named = [...project.services].flatMap(([name, service]) =>
    options.images === "local" && service.image !== undefined ? [] : [imageName(project.name, name, service)],
  );
  const names = [...built, ...named].map(taggedName);
  return [...new Set(names)].filter((name) => images.find(name) !== undefined).sort();
}

function taggedName(image: string): string {
  const reference = parseReferenceOrId(image);
  return reference === undefined ? image : familiarText(withDefaultTag(reference));
}

function removeOneImage(operation: Operation, name: string): void {
  const tell = (status: string): void => operation.progress({ id: `Image ${name}`, status });
  tell("Removing");
  try {
    removeImage(operation.engine, name);
    tell("Removed");
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "conflict") throw error;
    tell(IN_USE);
  }
}

function removeVolume(operation: Operation, name: string): void {
  if (operation.engine.volumes.get(name) === undefined) return;
  const tell = (status: string): void => operation.progress({ id: `Volume ${name}`, status });
  tell("Removing");
  try {
    operation.engine.volumes.remove(name, { force: true });
    tell("Removed");
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "conflict") throw error;
    tell(IN_USE);
  }
}
