/** What a project says without saying it: the default network, names, dependencies. Model: compose-go's loader. */
import type { Variables } from "./substitute.ts";
import { isList, isMap, mapEntries, mapOf, plainText, type Tree, type TreeMap } from "./tree.ts";

export function normalize(tree: TreeMap, projectName: string, variables: Variables): TreeMap {
  const services = mapEntries(mapOf(tree["services"]), (service) => normalizeService(mapOf(service), variables));
  const usesDefault = Object.values(services).some((service) =>
    Object.hasOwn(mapOf(mapOf(service)["networks"]), "default"),
  );
  const networks = {
    ...mapOf(tree["networks"]),
    ...(usesDefault ? { default: mapOf(tree["networks"])["default"] ?? null } : {}),
  };
  const all: TreeMap = {
    ...tree,
    name: projectName,
    ...(tree["services"] === undefined ? {} : { services }),
    ...(Object.keys(networks).length === 0 ? {} : { networks }),
  };
  return mapEntries(all, (section, key) =>
    NAMED.has(key) && section !== null ? nameResources(mapOf(section), projectName) : section,
  );
}

const NAMED: ReadonlySet<string> = new Set(["networks", "volumes", "configs", "secrets"]);

function nameResources(section: TreeMap, projectName: string): TreeMap {
  return mapEntries(section, (tree, key) => {
    const resource = mapOf(tree);
    if (resource["name"] !== undefined && resource["name"] !== null) return resource;
    return { ...resource, name: resource["external"] === true ? key : `${projectName}_${key}` };
  });
}

function normalizeService(service: TreeMap, variables: Variables): TreeMap {
  const dependencies = dependenciesOf(service);
  return {
    ...service,
    ...networksOf(service),
    ...(service["pull_policy"] === "if_not_present" ? { pull_policy: "missing" } : {}),
    ...(isMap(service["build"]) ? { build: normalizeBuild(service["build"], variables) } : {}),
    ...(service["environment"] === undefined ? {} : { environment: filled(service["environment"], variables, true) }),
    ...(Object.keys(dependencies).length === 0 ? {} : { depends_on: dependencies }),
  };
}

function networksOf(service: TreeMap): TreeMap {
  if (service["provider"] !== undefined || service["network_mode"] !== undefined) return {};
  return Object.keys(mapOf(service["networks"])).length === 0 ? { networks: { default: null } } : {};
}

function normalizeBuild(build: TreeMap, variables: Variables): TreeMap {
  const needsFile = (build["dockerfile"] ?? null) === null && (build["dockerfile_inline"] ?? null) === null;
  return {
    ...build,
    context: build["context"] ?? ".",
    ...(needsFile ? { dockerfile: "Dockerfile" } : {}),
    ...(build["args"] === undefined ? {} : { args: filled(build["args"], variables, false) }),
  };
}

/** Names without a value get that of the environment; those that have none there are dropped, or kept. */
function filled(tree: Tree, variables: Variables, keepsEmpty: boolean): Tree {
  if (isList(tree)) {
    return tree.flatMap((entry) => {
      const text = plainText(entry);
      if (text.includes("=")) return [text];
      const value = variables.get(text);
      return value !== undefined ? [`${text}=${value}`] : keepsEmpty ? [text] : [];
    });
  }
  const entries = Object.entries(mapOf(tree)).flatMap(([key, value]): [string, Tree][] => {
    const known = value ?? variables.get(key) ?? null;
    return known === null && !keepsEmpty ? [] : [[key, known]];
  });
  return Object.fromEntries(entries);
}

const NAMESPACES = ["network_mode", "ipc", "pid", "uts", "cgroup"] as const;

/** `depends_on`, and the services whose links, namespaces and volumes are used. */
function dependenciesOf(service: TreeMap): TreeMap {
  const found: Record<string, Tree> = { ...mapOf(service["depends_on"]) };
  const need = (name: string, restart: boolean): void => {
    if (!Object.hasOwn(found, name)) found[name] = { condition: "service_started", restart, required: true };
  };
  for (const link of textsOf(service["links"]))
    need(link.split(":").length === 2 ? (link.split(":")[0] ?? "") : link, true);
  for (const namespace of NAMESPACES) {
    const other = service[namespace];
    if (typeof other === "string" && other.startsWith("service:")) need(other.slice("service:".length), true);
  }
  for (const other of textsOf(service["volumes_from"])) {
    if (!other.startsWith("container:")) need(other.split(":")[0] ?? "", false);
  }
  return found;
}

const textsOf = (tree: Tree | undefined): readonly string[] => (isList(tree) ? tree.map(plainText) : []);
