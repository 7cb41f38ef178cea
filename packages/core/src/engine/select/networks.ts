/** Networks that filters let through. @see moby daemon/network/filter.go */
import { StatusError } from "../../lib/index.ts";
import type { Engine } from "../engine.ts";
import type { Network } from "../networks.ts";
import type { Filters } from "./filters.ts";

/** The networks that every machine has. */
export const BUILT_IN_NETWORKS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);
export const NETWORK_FILTERS = ["dangling", "driver", "id", "label", "label!", "name", "scope", "type"];

export function isUnused({ containers }: Engine, { name }: Network): boolean {
  return !BUILT_IN_NETWORKS.has(name) && !containers.list().some(({ endpoints }) => Object.hasOwn(endpoints, name));
}

/** @throws StatusError invalid-argument for a value that there is not */
export function selectNetworks(engine: Engine, filters: Filters): readonly Network[] {
  const dangling = filters.flag("dangling");
  for (const type of filters.get("type")) {
    if (type !== "custom" && type !== "builtin")
      throw new StatusError("invalid-argument", `invalid filter 'type=${type}'`);
  }
  return engine.networks.list().filter((network) => {
    const { id, name, driver, labels } = network;
    if (dangling !== undefined && dangling !== isUnused(engine, network)) return false;
    return (
      filters.allows("driver", (value) => value === driver) &&
      filters.allows("id", (value) => id.startsWith(value)) &&
      filters.allows("name", (value) => name.includes(value)) &&
      filters.allows("scope", (value) => value === "local") &&
      filters.allows("type", (value) => (value === "builtin") === BUILT_IN_NETWORKS.has(name)) &&
      filters.allowsLabels(labels)
    );
  });
}
