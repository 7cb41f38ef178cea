/** Networks and volumes of a project, made if they are not there. Model: compose's ensureNetworks, ensureProjectVolumes. */
import {
  ComposeError,
  type NetworkSpec,
  networkHash,
  type Project,
  type VolumeSpecification,
  volumeHash,
} from "../../compose/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { NetworkRequest } from "../network/network.ts";
import { CONFIG_HASH, NETWORK, PROJECT, resourceLabels, serviceOf, VOLUME } from "./labels.ts";
import { containersOf, type Operation } from "./operation.ts";
import { stopAll, stopAndRemove } from "./stop.ts";

/** Ids of the project's networks, by their keys. @throws ComposeError, StatusError */
export async function ensureNetworks(operation: Operation, project: Project): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const [key, spec] of project.networks) {
    ids.set(
      key,
      spec.external === true ? externalNetwork(operation, spec) : await ensureNetwork(operation, project, key, spec),
    );
  }
  return ids;
}

function externalNetwork({ engine }: Operation, { name = "" }: NetworkSpec): string {
  const found = engine.networks.list().find((network) => network.name === name || network.id === name);
  if (found === undefined) throw new ComposeError(`network ${name} declared as external, but could not be found`);
  return found.id;
}

async function ensureNetwork(operation: Operation, project: Project, key: string, spec: NetworkSpec): Promise<string> {
  const { engine, warn } = operation;
  const { name = "" } = spec;
  const found = engine.networks.list().find((network) => network.name === name || network.id === name);
  if (found === undefined) return createNetwork(operation, project, key, spec);
  const owner = found.labels[PROJECT];
  const advice = "Set `external: true` to use an existing network";
  if (owner === undefined) warn(`a network with name ${name} exists but was not created by compose.\n${advice}`);
  else if (owner !== project.name)
    warn(`a network with name ${name} exists but was not created for project "${project.name}".\n${advice}`);
  const label = found.labels[NETWORK] ?? "";
  if (label !== key) {
    throw new ComposeError(
      `network ${name} was found but has incorrect label ${NETWORK} set to "${label}" (expected: "${key}")`,
    );
  }
  const hash = found.labels[CONFIG_HASH] ?? "";
  if (hash === "" || hash === networkHash(spec)) return found.id;
  const left = await removeChanged(operation, project, key, name);
  const id = createNetwork(operation, project, key, spec);
  for (const container of left) engine.networks.connect(container, name);
  return id;
}

/** A network whose configuration has changed: who is on it stops and leaves it. */
async function removeChanged(
  operation: Operation,
  project: Project,
  key: string,
  name: string,
): Promise<readonly Container[]> {
  const { engine } = operation;
  const services = [...project.services].flatMap(([service, { networks = {} }]) =>
    Object.hasOwn(networks, key) ? [service] : [],
  );
  const containers = containersOf(operation, project.name).filter((one) => services.includes(serviceOf(one)));
  await stopAll(operation, containers, project, undefined);
  for (const container of containers)
    if (Object.hasOwn(container.endpoints, name)) engine.networks.disconnect(container, name);
  engine.networks.remove(name);
  operation.progress({ id: `Network ${name}`, status: "Removed" });
  return containers;
}

function createNetwork(operation: Operation, project: Project, key: string, spec: NetworkSpec): string {
  const { name = "", ipam } = spec;
  operation.progress({ id: `Network ${name}`, status: "Creating" });
  const pools = (ipam?.config ?? []).map((pool) => ({
    ...(pool.subnet === undefined ? {} : { Subnet: pool.subnet }),
    ...(pool.ip_range === undefined ? {} : { IPRange: pool.ip_range }),
    ...(pool.gateway === undefined ? {} : { Gateway: pool.gateway }),
    ...(pool.aux_addresses === undefined ? {} : { AuxiliaryAddresses: pool.aux_addresses }),
  }));
  const request: NetworkRequest = {
    Name: name,
    Labels: { ...spec.labels, ...resourceLabels(project.name, NETWORK, key), [CONFIG_HASH]: networkHash(spec) },
    Driver: spec.driver ?? "",
    Options: spec.driver_opts ?? {},
    Internal: spec.internal ?? false,
    Attachable: spec.attachable ?? false,
    ...(spec.enable_ipv4 === undefined ? {} : { EnableIPv4: spec.enable_ipv4 }),
    ...(spec.enable_ipv6 === undefined ? {} : { EnableIPv6: spec.enable_ipv6 }),
    ...(ipam === undefined ? {} : { IPAM: { Driver: ipam.driver ?? "default", Options: {}, Config: pools } }),
  };
  try {
    const { id } = operation.engine.networks.create(request);
    operation.progress({ id: `Network ${name}`, status: "Created" });
    return id;
  } catch (error) {
    operation.progress({ id: `Network ${name}`, status: "Error" });
    if (!(error instanceof StatusError)) throw error;
    throw new ComposeError(`failed to create network ${name}: Error response from daemon: ${error.message}`);
  }
}

/** Names of the project's volumes, by their keys. @throws ComposeError `external volume "x" not found` */
export async function ensureVolumes(
  operation: Operation,
  project: Project,
  recreates: boolean,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [key, spec] of project.volumes) {
    await ensureVolume(operation, project, key, spec, recreates);
    names.set(key, spec.name ?? key);
  }
  return names;
}

async function ensureVolume(
  operation: Operation,
  project: Project,
  key: string,
  spec: VolumeSpecification,
  recreates: boolean,
): Promise<void> {
  const { name = "" } = spec;
  const found = operation.engine.volumes.get(name);
  if (spec.external === true && found === undefined) throw new ComposeError(`external volume "${name}" not found`);
  if (spec.external === true) return;
  if (found === undefined) {
    createVolume(operation, project, key, spec);
    return;
  }
  const owner = found.labels[PROJECT];
  const advice = "Use `external: true` to use an existing volume";
  if (owner === undefined)
    operation.warn(`volume "${name}" already exists but was not created by Docker Compose. ${advice}`);
  else if (owner !== project.name) {
    operation.warn(
      `volume "${name}" already exists but was created for project "${owner}" (expected "${project.name}"). ${advice}`,
    );
  }
  const hash = found.labels[CONFIG_HASH];
  if (hash === undefined || hash === volumeHash(spec) || !recreates) return;
  const services = [...project.services].flatMap(([service, { volumes = [] }]) =>
    volumes.some(({ source }) => source === key) ? [service] : [],
  );
  for (const container of containersOf(operation, project.name)) {
    if (services.includes(serviceOf(container))) await stopAndRemove(operation, container, undefined, {});
  }
  operation.engine.volumes.remove(name, { force: true });
  createVolume(operation, project, key, spec);
}

function createVolume(operation: Operation, project: Project, key: string, spec: VolumeSpecification): void {
  const { name = "" } = spec;
  operation.progress({ id: `Volume ${name}`, status: "Creating" });
  operation.engine.volumes.create(name, {
    labels: { ...spec.labels, ...resourceLabels(project.name, VOLUME, key), [CONFIG_HASH]: volumeHash(spec) },
    options: spec.driver_opts ?? {},
  });
  operation.progress({ id: `Volume ${name}`, status: "Created" });
}
