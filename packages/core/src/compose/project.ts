/** A project: what its files say together, read. Model: compose-go's Project. */
import { ComposeError } from "./compose-error.ts";
import type { Kind } from "./kinds/kind.ts";
import {
  CONFIG,
  type FileObject,
  MODEL,
  type ModelSpec,
  NETWORK,
  type NetworkSpec,
  SECRET,
  VOLUME,
  type VolumeSpecification,
} from "./model/resources.ts";
import { SERVICE, type Service } from "./model/service.ts";
import { mapOf, type Tree, type TreeMap } from "./tree.ts";

export interface Project {
  readonly name: string;
  /** Where relative paths start. */
  readonly directory: string;
  readonly files: readonly string[];
  readonly services: ReadonlyMap<string, Service>;
  /** Those of profiles that are not active. */
  readonly disabled: ReadonlyMap<string, Service>;
  readonly networks: ReadonlyMap<string, NetworkSpec>;
  readonly volumes: ReadonlyMap<string, VolumeSpecification>;
  readonly secrets: ReadonlyMap<string, FileObject>;
  readonly configs: ReadonlyMap<string, FileObject>;
  readonly models: ReadonlyMap<string, ModelSpec>;
  readonly extensions: TreeMap;
  readonly environment: ReadonlyMap<string, string>;
  readonly profiles: readonly string[];
}

/** Everything but the services. */
export type ProjectFrame = Pick<Project, "name" | "directory" | "files" | "environment">;

/** @throws ComposeError for what cannot be read: sizes, durations… */
export function decodeProject(tree: TreeMap, frame: ProjectFrame): Project {
  return {
    ...frame,
    services: section(tree["services"], SERVICE, "services"),
    disabled: new Map(),
    networks: section(tree["networks"], NETWORK, "networks"),
    volumes: section(tree["volumes"], VOLUME, "volumes"),
    secrets: section(tree["secrets"], SECRET, "secrets"),
    configs: section(tree["configs"], CONFIG, "configs"),
    models: section(tree["models"], MODEL, "models"),
    extensions: Object.fromEntries(Object.entries(tree).filter(([key]) => key.startsWith("x-"))),
    profiles: [],
  };
}

/** In the order of their names, as compose goes through them. */
function section<T>(tree: Tree | undefined, kind: Kind<T>, name: string): ReadonlyMap<string, T> {
  const decoded = new Map<string, T>();
  for (const [key, value] of Object.entries(mapOf(tree)).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const one = kind.decode(value ?? {}, [name, key]);
    if (one !== undefined) decoded.set(key, one);
  }
  return decoded;
}

/** Services of other profiles than these are disabled; `*` is every profile. */
export function withProfiles(project: Project, profiles: readonly string[]): Project {
  const all = new Map([...project.services, ...project.disabled]);
  const isActive = ({ profiles: own = [] }: Service): boolean =>
    own.length === 0 || profiles.includes("*") || own.some((profile) => profiles.includes(profile));
  return {
    ...project,
    profiles,
    services: filterMap(all, isActive),
    disabled: filterMap(all, (service) => !isActive(service)),
  };
}

function filterMap<T>(map: ReadonlyMap<string, T>, keeps: (value: T, name: string) => boolean): ReadonlyMap<string, T> {
  const sorted = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.filter(([name, value]) => keeps(value, name)));
}

/** Services that are asked for by name are enabled, with their profiles. */
export function withEnabled(project: Project, names: readonly string[]): Project {
  const more = names.flatMap((name) =>
    project.services.has(name) ? [] : (project.disabled.get(name)?.profiles ?? []),
  );
  return more.length === 0 ? project : withProfiles(project, [...project.profiles, ...more]);
}

/** Which services come along with those that are chosen. */
export type Company = "dependencies" | "dependents" | "none";

/** The chosen services and their company; the others are disabled. @throws ComposeError `no such service: x` */
export function select(project: Project, names: readonly string[], company: Company = "dependencies"): Project {
  if (names.length === 0) return project;
  const chosen = new Set<string>();
  const add = (name: string, isRequired: boolean): void => {
    const service = project.services.get(name);
    if (service === undefined && isRequired) throw new ComposeError(`no such service: ${name}`);
    if (service === undefined || chosen.has(name)) return;
    chosen.add(name);
    if (company === "dependencies") {
      for (const [other, dependency] of Object.entries(service.depends_on ?? {}))
        add(other, dependency?.required !== false);
    }
    if (company === "dependents") for (const other of dependentsOf(project, name)) add(other, true);
  };
  for (const name of names) add(name, true);
  const services = [...filterMap(project.services, (_, name) => chosen.has(name))].map(
    ([name, service]): [string, Service] => [name, withoutDependencies(service, (other) => chosen.has(other))],
  );
  const disabled = new Map([...project.disabled, ...filterMap(project.services, (_, name) => !chosen.has(name))]);
  return { ...project, services: new Map(services), disabled };
}

export function dependentsOf({ services }: Project, name: string): readonly string[] {
  return [...services].flatMap(([other, { depends_on = {} }]) => (Object.hasOwn(depends_on, name) ? [other] : []));
}

/** Without the dependencies that are not to be kept. */
export function withoutDependencies(service: Service, keeps: (name: string) => boolean): Service {
  if (service.depends_on === undefined) return service;
  const { depends_on, ...rest } = service;
  const kept = Object.entries(depends_on).filter(([name]) => keeps(name));
  return kept.length === 0 ? rest : { ...rest, depends_on: Object.fromEntries(kept) };
}

/** Networks, volumes, configs and secrets that no active service uses are left out. */
export function withoutUnused(project: Project): Project {
  const services = [...project.services.values()];
  const networks = new Set(services.flatMap(({ networks: used = {} }) => Object.keys(used)));
  const volumes = new Set(
    services.flatMap(({ volumes: used = [] }) =>
      used.flatMap(({ type, source }) => (type === "volume" && source !== undefined ? [source] : [])),
    ),
  );
  const files = (key: "secrets" | "configs"): ReadonlySet<string> =>
    new Set(
      services.flatMap((service) =>
        [...(service[key] ?? []), ...(key === "secrets" ? (service.build?.secrets ?? []) : [])].map(
          ({ source = "" }) => source,
        ),
      ),
    );
  const [secrets, configs] = [files("secrets"), files("configs")];
  const models = new Set(services.flatMap(({ models: used = {} }) => Object.keys(used)));
  return {
    ...project,
    networks: filterMap(project.networks, (_, name) => networks.has(name)),
    volumes: filterMap(project.volumes, (_, name) => volumes.has(name)),
    secrets: filterMap(project.secrets, (_, name) => secrets.has(name)),
    configs: filterMap(project.configs, (_, name) => configs.has(name)),
    models: filterMap(project.models, (_, name) => models.has(name)),
  };
}
