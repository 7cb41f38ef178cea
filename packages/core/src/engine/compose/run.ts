/** A container of its own for one command of a service. Model: compose's run.go. */
import { ComposeError, type Project, readMount, readPorts, type Service, select } from "../../compose/index.ts";
import type { Container } from "../container/container.ts";
import { createPlanned } from "./converge.ts";
import { imageName } from "./create-body.ts";
import { injectFiles } from "./files.ts";
import { ensureImages, type ImageOptions } from "./images.ts";
import { IMAGE, ONE_OFF, SLUG, serviceLabels } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";
import { resolveReferences, serviceLinks } from "./references.ts";
import { startProject, waitFor } from "./start.ts";
import { createProject } from "./up.ts";

export interface RunOptions extends Pick<ImageOptions, "build" | "pull" | "quietBuild"> {
  readonly command?: readonly string[];
  readonly name?: string;
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly user?: string;
  readonly workdir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The container goes when it has ended. */
  readonly remove?: boolean;
  readonly noDeps?: boolean;
  /** The service's ports are published. */
  readonly servicePorts?: boolean;
  /** Ports and mounts besides the service's, as a command line has them: `8080:80`, `data:/data`. */
  readonly publish?: readonly string[];
  readonly volumes?: readonly string[];
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly useAliases?: boolean;
  readonly tty?: boolean;
  /** Its standard input is open. */
  readonly interactive?: boolean;
  /** Containers that are not the project's any more go. */
  readonly removeOrphans?: boolean;
}

/** The container, not started yet; what it depends on has been. @throws ComposeError, StatusError */
export async function prepareRun(
  operation: Operation,
  project: Project,
  serviceName: string,
  options: RunOptions & Pick<ImageOptions, "client">,
): Promise<Container> {
  const service = project.services.get(serviceName);
  if (service === undefined) throw new ComposeError(`no such service: ${serviceName}`);
  const dependencies = Object.keys(service.depends_on ?? {});
  await startDependencies(operation, project, options.noDeps === true ? [] : dependencies, serviceName, options);
  const ids = await ensureImages(operation, project, [[serviceName, service]], options);
  if (options.noDeps !== true) {
    const containers = containersOf(operation, project.name, { oneOffs: "include" });
    // By now nobody shows progress any more.
    const silent = { ...operation, progress: () => {} };
    await waitFor(silent, project, serviceName, service.depends_on ?? {}, { containers });
  }
  const slug = operation.newId();
  // One-off containers leave the service's container_name to its own container.
  const name = options.name ?? `${project.name}-${serviceName}-run-${slug.slice(0, 12)}`;
  const own = resolveReferences(operation, project.name, withRunOptions(service, options));
  const container = createPlanned(
    operation,
    {
      project,
      serviceName,
      service: { ...own, image: imageName(project.name, serviceName, service), container_name: name },
      containerName: name,
      number: 0,
      labels: {
        ...own.labels,
        ...serviceLabels(project, serviceName),
        [IMAGE]: ids.get(serviceName) ?? "",
        [SLUG]: slug,
        [ONE_OFF]: "True",
      },
      autoRemove: options.remove ?? false,
      attachStdin: options.interactive ?? false,
      useAliases: options.useAliases ?? false,
      links: serviceLinks(operation, project.name, own, 1),
    },
    name,
  );
  await injectFiles(operation, project, serviceName, service, container);
  return container;
}

async function startDependencies(
  operation: Operation,
  project: Project,
  names: readonly string[],
  serviceName: string,
  options: Pick<ImageOptions, "client" | "build" | "pull" | "quietBuild"> & Pick<RunOptions, "removeOrphans">,
): Promise<void> {
  const chosen = names.length === 0 ? { ...project, services: new Map<string, Service>() } : select(project, names);
  const services = new Map([...chosen.services].filter(([name]) => name !== serviceName));
  const disabled = new Map([...project.disabled, ...project.services]);
  const rest: Project = { ...chosen, services, disabled };
  await createProject(operation, rest, options);
  if (services.size > 0) await startProject(operation, rest);
}

function withRunOptions(service: Service, options: RunOptions): Service {
  const { restart, ports, scale, deploy, ...rest } = service;
  const { command = [], entrypoint, environment, user, workdir, labels, publish = [], volumes = [] } = options;
  const environmentAll = { ...rest.environment, ...environment };
  return {
    ...rest,
    ...(options.servicePorts === true && ports !== undefined ? { ports } : {}),
    ...(options.servicePorts !== true && publish.length > 0 ? { ports: publish.flatMap(readPorts) } : {}),
    ...(volumes.length === 0 ? {} : { volumes: [...(rest.volumes ?? []), ...volumes.map(readMount)] }),
    cap_add: [...(rest.cap_add ?? []), ...(options.capAdd ?? [])],
    cap_drop: [...(rest.cap_drop ?? []), ...(options.capDrop ?? [])],
    tty: options.tty ?? false,
    stdin_open: options.interactive ?? false,
    ...(command.length > 0 ? { command } : entrypoint !== undefined ? { command: [] } : {}),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(Object.keys(environmentAll).length === 0 ? {} : { environment: environmentAll }),
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { working_dir: workdir }),
    ...(labels === undefined ? {} : { labels: { ...rest.labels, ...labels } }),
  };
}
