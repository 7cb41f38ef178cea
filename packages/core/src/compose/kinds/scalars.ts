/** Texts, numbers, sizes and durations. Model: compose-go's types. */
import {
  atoi,
  durationText,
  parseBytes,
  parseDuration,
  parseFloat64,
  parseInteger,
  reworded,
  ValueError,
} from "../../lib/go/index.ts";
import type { ComposeError } from "../compose-error.ts";
import { isMap, type Path, plainText, type Tree } from "../tree.ts";
import { type Kind, undecodable } from "./kind.ts";

const refused =
  (path: Path) =>
  ({ message }: ValueError): ComposeError =>
    undecodable(path, message);

const itself = <T extends Tree>(value: T): Tree => value;

export const text: Kind<string> = {
  decode: (tree) => (tree === null || tree === "" ? undefined : plainText(tree)),
  yaml: itself,
};

/** True, or left out. */
export const flag: Kind<boolean> = {
  decode: (tree, path) => optionalFlag.decode(tree, path) || undefined,
  yaml: itself,
};

/** False is something else than nothing. */
export const optionalFlag: Kind<boolean> = {
  decode(tree, path) {
    if (tree === null) return undefined;
    return reworded(() => readBoolean(plainText(tree)), refused(path));
  },
  yaml: itself,
};

/** Also the words of YAML 1.1. @throws ValueError */
export function readBoolean(text: string): boolean {
  const word = text.toLowerCase();
  if (["true", "y", "yes", "on"].includes(word)) return true;
  if (["false", "n", "no", "off"].includes(word)) return false;
  throw new ValueError(`invalid boolean: ${text}`);
}

type GoInteger = "int" | "int64" | "uint16" | "uint32" | "uint64";

/** Whole numbers of a type of Go's. Of others the fraction is cut off; texts are read as signed numbers only. */
export function optionalInteger(type: GoInteger): Kind<number> {
  const [, bits] = /^uint(\d+)$/.exec(type) ?? [];
  return {
    decode(tree, path) {
      if (tree === null) return undefined;
      if (bits !== undefined) return unsigned(tree, Number(bits), path);
      if (typeof tree === "number") return Math.trunc(tree);
      const read = type === "int" ? atoi : parseInteger;
      return reworded(() => read(plainText(tree)), refused(path));
    },
    yaml: itself,
  };
}

/** Of a number that is too large the lower bits count. */
function unsigned(tree: Tree, bits: number, path: Path): number {
  if (typeof tree !== "number") throw undecodable(path, `expected type 'uint${bits}', got unconvertible type 'string'`);
  if (tree >= 0) return Math.trunc(tree) % 2 ** bits;
  const shown = Number.isInteger(tree) ? String(tree) : tree.toFixed(6);
  throw undecodable(path, `cannot parse value as 'uint${bits}': ${shown} overflows uint`);
}

/** Zero is left out. */
export function integer(type: GoInteger): Kind<number> {
  const { decode } = optionalInteger(type);
  return { decode: (tree, path) => decode(tree, path) || undefined, yaml: itself };
}

/** Any number; zero is left out. */
export const fraction: Kind<number> = {
  decode(tree, path) {
    if (tree === null || typeof tree === "number") return tree || undefined;
    return reworded(() => parseFloat64(plainText(tree)), refused(path)) || undefined;
  },
  yaml: itself,
};

/** Bytes: `64m`. A number that is not whole counts as none. */
export const bytes: Kind<number> = {
  decode(tree, path) {
    if (typeof tree === "number") return Number.isInteger(tree) ? tree || undefined : undefined;
    if (tree === null) return undefined;
    return reworded(() => parseBytes(plainText(tree)), refused(path)) || undefined;
  },
  yaml: (value) => String(value),
};

const DAYS: Readonly<Record<string, number>> = { d: 24, w: 168 };

/** Nanoseconds: `1m30s`, and days and weeks too. */
export const duration: Kind<number> = {
  decode(tree, path) {
    if (tree === null) return undefined;
    const given = plainText(tree);
    const inHours = given.replace(
      /(\d+(?:\.\d+)?)([dw])/g,
      (_, count: string, unit: string) => `${Number(count) * (DAYS[unit] ?? 1)}h`,
    );
    return reworded(
      () => parseDuration(inHours),
      ({ message }) => undecodable(path, message.replace(JSON.stringify(inHours), JSON.stringify(given))),
    );
  },
  yaml: durationText,
};

/** Permissions: `0440`, or a text that is octal anyway. */
export const fileMode: Kind<number> = {
  decode(tree, path) {
    if (tree === null) return undefined;
    if (typeof tree !== "number") return reworded(() => parseInteger(plainText(tree), { base: 8 }), refused(path));
    if (!Number.isInteger(tree)) throw undecodable(path, "unexpected value type float64 for mode");
    return tree;
  },
  yaml: (value) => `0${value.toString(8)}`,
};

/** A limit for both, or one each. */
export interface Ulimit {
  readonly single?: number;
  readonly soft?: number;
  readonly hard?: number;
}

export const ulimit: Kind<Ulimit> = {
  decode: (tree) =>
    isMap(tree) ? { soft: Number(tree["soft"]), hard: Number(tree["hard"]) } : { single: Number(tree) },
  yaml: ({ single, soft = 0, hard = 0 }) => single || { soft, hard },
  json: ({ single, soft, hard }) => single || { ...(soft ? { soft } : {}), ...(hard ? { hard } : {}) },
};

/** How many devices; -1 is all. */
export const deviceCount: Kind<number> = {
  decode(tree, path) {
    if (typeof tree === "number") return tree || undefined;
    if (plainText(tree).toLowerCase() === "all") return -1;
    const problem = `invalid value ${JSON.stringify(tree)}, the only value allowed is 'all' or a number`;
    return reworded(
      () => atoi(plainText(tree)) || undefined,
      () => undecodable(path, problem),
    );
  },
  yaml: itself,
};
