/** What is there on an engine, and what of it was not there before: what a test has forgotten to remove. */
import { type EngineDoor, jsonLines } from "./door.ts";

/** Names, in order. */
export interface Inventory {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

export async function takeInventory(door: EngineDoor): Promise<Inventory> {
  const containers = await jsonLines<{ Names: string }>(door, ["ps", "--all"]);
  const volumes = await jsonLines<{ Name: string }>(door, ["volume", "ls"]);
  const networks = await jsonLines<{ Name: string }>(door, ["network", "ls"]);
  return {
    containers: containers.map(({ Names }) => Names).sort(),
    volumes: volumes.map(({ Name }) => Name).sort(),
    networks: networks.map(({ Name }) => Name).sort(),
  };
}

/** What `after` has and `before` has not. */
export function leaksBetween(before: Inventory, after: Inventory): Inventory {
  const added = (kind: keyof Inventory): readonly string[] =>
    after[kind].filter((name) => !before[kind].includes(name));
  return { containers: added("containers"), volumes: added("volumes"), networks: added("networks") };
}

/** A line for each kind of thing that was left; nothing if nothing was. */
export function leakText(leaks: Inventory): string {
  return Object.entries(leaks)
    .filter(([, names]) => (names as readonly string[]).length > 0)
    .map(([kind, names]) => `${kind} left: ${(names as readonly string[]).join(", ")}\n`)
    .join("");
}
