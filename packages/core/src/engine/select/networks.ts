/** Networks that filters let through. @see moby daemon/network/filter.go */
import { StatusError } from "../../lib/index.ts";
import type { Engine } from "../engine.ts";
import type { Network } from "../networks.ts";
import type { Filters } from "./filters.ts";

/** The networks that every machine has. */
export const BUILT_IN_NETWORKS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);
/** What lists of networks can be filtered by. */
export const NETWORK_FILTERS = ["dangling", "driver", "id", "label", "name", "scope", "type"];

/** Whether no container is on the network now. */
export function isUnused({ name, bridge, ingress }: Network): boolean {
  return !BUILT_IN_NETWORKS.has(name) && ingress !== true && (bridge === undefined || bridge.endpoints.size === 0);
}

/** The networks that filters let through. @throws StatusError invalid-argument for a value that there is not */
export function selectNetworks(engine: Engine, filters: Filters): readonly Network[] {
  const dangling = danglingOf(filters);
  for (const type of filters.get("type")) {
    if (type !== "custom" && type !== "builtin") throw new StatusError("internal", `invalid filter: 'type'='${type}'`);
  }
  return engine.networks.list().filter((network) => {
    const { id, name, driver, labels, scope } = network;
    // Lists do not know who is on a network: every one that somebody made passes for unused.
    if (dangling !== undefined && dangling === BUILT_IN_NETWORKS.has(name)) return false;
    return (
      filters.allows("driver", (value) => value === driver) &&
      filters.matches("id", id) &&
      filters.matches("name", name) &&
      filters.allows("scope", (value) => value === scope) &&
      filters.allows("type", (value) => (value === "builtin") === BUILT_IN_NETWORKS.has(name)) &&
      filters.allowsLabels(labels)
    );
  });
}

function danglingOf(filters: Filters): boolean | undefined {
  const values = filters.get("dangling");
  const refuse = (problem: string): StatusError => new StatusError("invalid-argument", problem);
  if (values.length > 1) throw refuse('got more than one value for filter key "dangling"');
  const [value] = values;
  if (value === undefined) return undefined;
  if (value === "1" || value === "true") return true;
  if (value === "0" || value === "false") return false;
  throw refuse(`invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`);
}
