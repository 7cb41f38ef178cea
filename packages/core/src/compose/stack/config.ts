/**
 * A stack's files as `docker stack config` prints them: merged, with variables filled in.
 *
 * @see docker/cli cli/compose/types/types.go, whose fields are in this order
 */

import { CONFIG, NETWORK, SECRET, VOLUME } from "../model/resources.ts";
import { SERVICE, type Service } from "../model/service.ts";
import { ENDPOINT } from "../model/service-parts.ts";
import { compareKeys } from "../print/key-order.ts";
import { yamlText } from "../print/yaml.ts";
import { isMap, mapOf, type Tree, type TreeMap, without } from "../tree.ts";
import type { StackFile } from "./open-stack.ts";
import { SERVICE_PROPERTIES } from "./properties.ts";

const DEPLOY = `mode replicas labels update_config rollback_config resources restart_policy placement
  endpoint_mode`.split(/\s+/);

export function stackYaml({ version, project, envFiles }: StackFile): string {
  const services = byName(project.services, (service, name) => serviceTree(service, envFiles.get(name) ?? []));
  const rest = {
    networks: byName(project.networks, (one, name) => NETWORK.yaml(withName(one, name))),
    volumes: byName(project.volumes, (one, name) => VOLUME.yaml(withName(one, name))),
    secrets: byName(project.secrets, (one, name) => SECRET.yaml(withName(one, name))),
    configs: byName(project.configs, (one, name) => CONFIG.yaml(withName(one, name))),
  };
  const filled = Object.entries(rest).filter(([, one]) => Object.keys(one).length > 0);
  return yamlText({ version, services, ...Object.fromEntries(filled) });
}

function byName<T>(map: ReadonlyMap<string, T>, write: (one: T, name: string) => Tree): TreeMap {
  const sorted = [...map].sort(([a], [b]) => compareKeys(a, b));
  return Object.fromEntries(sorted.map(([name, one]) => [name, write(one, name)]));
}

/** What exists elsewhere is called there as it is called here, unless the file says otherwise. */
function withName<T extends { readonly name?: string; readonly external?: boolean }>(one: T, name: string): T {
  return one.external === true && one.name === undefined ? { ...one, name } : one;
}

function serviceTree(service: Service, envFiles: readonly string[]): TreeMap {
  const whole = mapOf(SERVICE.yaml(service));
  const changed: Record<string, Tree> = { ...whole };
  if (envFiles.length > 0) changed["env_file"] = envFiles;
  if (service.depends_on !== undefined) changed["depends_on"] = Object.keys(service.depends_on);
  if (service.devices !== undefined)
    changed["devices"] = service.devices.map(({ source = "", target = "" }) => `${source}:${target}`);
  if (service.extra_hosts !== undefined) changed["extra_hosts"] = hostTexts(whole["extra_hosts"]);
  if (service.deploy !== undefined) changed["deploy"] = deployTree(service, mapOf(whole["deploy"]));
  if (service.networks !== undefined)
    changed["networks"] = Object.fromEntries(
      Object.entries(service.networks).map(([name, one]) => [name, one === null ? null : ENDPOINT.yaml(one)]),
    );
  if (service.ports !== undefined)
    changed["ports"] = service.ports.map(({ mode, target, published, protocol }) =>
      filled({ mode, target, published: published === undefined ? undefined : Number(published), protocol }),
    );
  if (service.volumes !== undefined) changed["volumes"] = service.volumes.map(mountTree);
  for (const field of ["secrets", "configs"] as const)
    if (service[field] !== undefined) changed[field] = service[field].map((one) => filled({ ...one }));
  return Object.fromEntries(
    SERVICE_PROPERTIES.flatMap((name): [string, Tree][] => {
      const value = changed[name];
      return value === undefined || (value === null && name !== "networks") ? [] : [[name, value]];
    }),
  );
}

function hostTexts(tree: Tree | undefined): Tree {
  if (Array.isArray(tree)) return tree.map((one) => String(one).replace("=", ":"));
  return Object.entries(mapOf(tree)).map(([name, address]) => `${name}:${String(address)}`);
}

function deployTree({ deploy }: Service, whole: TreeMap): TreeMap {
  const resources = Object.fromEntries(
    (["limits", "reservations"] as const).flatMap((kind): [string, Tree][] => {
      const { cpus, memory, pids } = deploy?.resources?.[kind] ?? {};
      const amounts = filled({ cpus: text(cpus), memory: text(memory), pids });
      return Object.keys(amounts).length === 0 ? [] : [[kind, amounts]];
    }),
  );
  const changed = { ...whole, ...(Object.keys(resources).length > 0 && { resources }) };
  return Object.fromEntries(
    DEPLOY.flatMap((name): [string, Tree][] => {
      const value = (changed as TreeMap)[name];
      return value === undefined || (isMap(value) && Object.keys(value).length === 0) ? [] : [[name, value]];
    }),
  );
}

const text = (amount: number | undefined): string | undefined => (amount === undefined ? undefined : String(amount));

function mountTree(mount: NonNullable<Service["volumes"]>[number]): Tree {
  const { type, source, target, read_only, bind, volume, tmpfs } = mount;
  const propagation = bind?.propagation;
  return filled({
    type,
    source,
    target,
    read_only,
    bind: propagation === undefined ? undefined : { propagation },
    volume: volume?.nocopy === true ? { nocopy: true } : undefined,
    tmpfs: tmpfs?.size === undefined ? undefined : { size: tmpfs.size },
  });
}

function filled(map: Readonly<Record<string, unknown>>): TreeMap {
  const entries = Object.entries(map).filter(([name, value]) => value !== undefined && name !== "extensions");
  return without(Object.fromEntries(entries) as TreeMap);
}
