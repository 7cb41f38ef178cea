/**
 * Why a step was not found in the build cache: what differs from the record that comes closest to it.
 *
 * Ingredients are named in the order in which a step uses them, so the first that differs is the one to tell of.
 */
import { type Checksums, combined } from "../files/checksum.ts";

/**
 * What a step was made from: names and values, in an order that is the same for every step of a kind. Files are one
 * ingredient with a checksum each.
 */
export type Ingredients = ReadonlyMap<string, string | Checksums>;
export type Ingredient = readonly [name: string, value: string | Checksums];

/** Why a step was not cached. */
export interface CacheMiss {
  /** The vertex's name. */
  readonly step: string;
  /** `no-cache`: it was not to be looked up. `new`: there was nothing like it. `pruned`: it was there once. */
  readonly reason: "changed" | "new" | "no-cache" | "pruned";
  /** The first ingredient that differs, as "the variable A" or "the mode of file /f"; only if the reason is `changed`. */
  readonly changed: string | undefined;
  /** Its value then; `undefined` if it was not there. */
  readonly before: string | undefined;
  /** Its value now. */
  readonly now: string | undefined;
  /** If it is the tree below that differs: the name of the vertex that has made it. */
  readonly below?: string;
}

export type Difference = Pick<CacheMiss, "changed" | "before" | "now">;

/** What the key of a change says of the tree below it, by the key of that tree. */
const BELOW = "the tree below";

/** The same, with the name of the vertex that has made the tree below if that is what differs. */
export function withBelow(miss: CacheMiss, below: string | undefined): CacheMiss {
  return miss.changed === BELOW && below !== undefined ? { ...miss, below } : miss;
}

export function baseIngredient(key: string | undefined): readonly [name: string, value: string] {
  if (key === undefined) return ["the base image", "scratch"];
  return [key.startsWith("image ") ? "the base image" : BELOW, key.replace(/^image /, "")];
}

/** The first ingredient that differs; `undefined` if none does. */
export function firstDifference(before: Ingredients, now: Ingredients): Difference | undefined {
  const [oldNames, names] = [[...before.keys()], [...now.keys()]];
  for (const name of new Set([...names, ...oldNames])) {
    const [old, own] = [before.get(name), now.get(name)];
    if (old === own) continue;
    if (typeof old !== "object" || typeof own !== "object")
      return { changed: name, before: shown(old), now: shown(own) };
    const found = fileDifference(name, old, own);
    if (found !== undefined) return found;
  }
  const index = names.findIndex((name, i) => name !== oldNames[i]);
  return index < 0 ? undefined : { changed: "the order", before: oldNames[index], now: names[index] };
}

/** Which file of a selection differs, and what of it: its type, mode, owner, device, link or content. */
function fileDifference(name: string, before: Checksums, now: Checksums): Difference | undefined {
  for (const path of new Set([...now.keys(), ...before.keys()])) {
    const [old, own] = [before.get(path), now.get(path)];
    if (old === own) continue;
    const file = `${name}/${path}`.replace(/\/+$/, "").replace(/\/{2,}/g, "/");
    if (old === undefined || own === undefined) return { changed: file, before: old, now: own };
    const [oldParts, parts] = [partsOf(old), partsOf(own)];
    for (const part of new Set([...parts.keys(), ...oldParts.keys()]))
      if (oldParts.get(part) !== parts.get(part))
        return { changed: `the ${part} of ${file}`, before: oldParts.get(part), now: parts.get(part) };
  }
  return undefined;
}

function partsOf(checksum: string): ReadonlyMap<string, string> {
  return new Map(
    checksum.split("\0").map((part) => {
      const equals = part.indexOf("=");
      return [part.slice(0, equals), part.slice(equals + 1)];
    }),
  );
}

function shown(value: string | Checksums | undefined): string | undefined {
  return typeof value === "object" ? combined(value) : value;
}
