/** A project as `docker compose config` prints it. Model: compose-go's Project.MarshalYAML and MarshalJSON. */
import type { Kind } from "../kinds/kind.ts";
import { CONFIG, MODEL, NETWORK, SECRET, VOLUME } from "../model/resources.ts";
import { SERVICE } from "../model/service.ts";
import type { Project } from "../project.ts";
import { isMap, mapOf, type Tree, type TreeMap } from "../tree.ts";
import { jsonText } from "./json.ts";
import { compareKeys } from "./key-order.ts";
import { sortedTree, yamlText } from "./yaml.ts";

/** What a name stands for in variables is doubled: the output can be read again. */
const escaped = (text: string): string => text.replaceAll("$", "$$$$");

export function projectYaml(project: Project): string {
  const section = <T>(map: ReadonlyMap<string, T>, kind: Kind<T>): TreeMap =>
    Object.fromEntries([...map].sort(([a], [b]) => compareKeys(a, b)).map(([name, one]) => [name, kind.yaml(one)]));
  const rest = {
    networks: section(project.networks, NETWORK),
    volumes: section(project.volumes, VOLUME),
    secrets: section(project.secrets, SECRET),
    configs: section(project.configs, CONFIG),
    models: section(project.models, MODEL),
  };
  const filled = Object.entries(rest).filter(([, one]) => Object.keys(one).length > 0);
  const tree = {
    ...(project.name === "" ? {} : { name: project.name }),
    services: section(project.services, SERVICE),
    ...Object.fromEntries(filled),
    ...mapOf(sortedTree(project.extensions)),
  };
  return escaped(yamlText(tree));
}

export function projectJson(project: Project): string {
  const section = <T>(map: ReadonlyMap<string, T>, kind: Kind<T>): TreeMap =>
    Object.fromEntries([...map].map(([name, one]) => [name, (kind.json ?? kind.yaml)(one)]));
  const sections: TreeMap = {
    configs: section(project.configs, CONFIG),
    models: section(project.models, MODEL),
    networks: section(project.networks, NETWORK),
    secrets: section(project.secrets, SECRET),
    volumes: section(project.volumes, VOLUME),
  };
  const filled = Object.entries(sections).filter(([, one]) => isMap(one) && Object.keys(one).length > 0);
  const tree: Record<string, Tree> = {
    ...(project.name === "" ? {} : { name: project.name }),
    services: section(project.services, SERVICE),
    ...Object.fromEntries(filled),
    ...mapOf(sortedTree(project.extensions, byText)),
  };
  return escaped(jsonText(Object.fromEntries(Object.entries(tree).sort(([a], [b]) => byText(a, b))), 2));
}

/** A tree that was not read into a project: every map in the order of its keys. */
export function modelYaml(tree: TreeMap): string {
  return yamlText(mapOf(sortedTree(tree)));
}

/** The order of keys in JSON that Go writes. */
const byText = (a: string, b: string): number => (a < b ? -1 : 1);
