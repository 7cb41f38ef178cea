/** Texts, numbers, sizes and durations. Model: compose-go's types. */
import { durationText, parseDuration, parseSize, reworded, ValueError } from "../../lib/go/index.ts";
import { isMap, plainText, type Tree } from "../tree.ts";
import { type Kind, undecodable } from "./kind.ts";

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
    return reworded(
      () => readBoolean(plainText(tree)),
      ({ message }) => undecodable(path, message),
    );
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

export const optionalNumber: Kind<number> = {
  decode(tree, path) {
    if (tree === null || tree === "") return undefined;
    const number = Number(plainText(tree));
    if (!Number.isNaN(number)) return number;
    throw undecodable(path, `strconv.ParseInt: parsing ${JSON.stringify(tree)}: invalid syntax`);
  },
  yaml: itself,
};

/** Zero is left out. */
export const number: Kind<number> = {
  decode: (tree, path) => optionalNumber.decode(tree, path) || undefined,
  yaml: itself,
};

/** Bytes: `64m`. */
export const bytes: Kind<number> = {
  decode(tree, path) {
    if (typeof tree === "number") return Math.trunc(tree) || undefined;
    if (tree === null || tree === "") return undefined;
    const size = parseSize(plainText(tree));
    if (size === undefined) throw undecodable(path, `invalid size: '${plainText(tree)}'`);
    return size || undefined;
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
  decode: (tree) => (typeof tree === "number" ? tree : tree === null ? undefined : Number.parseInt(plainText(tree), 8)),
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
    const count = Number(tree);
    if (Number.isInteger(count)) return count || undefined;
    throw undecodable(path, `invalid value ${JSON.stringify(tree)}, the only value allowed is 'all' or a number`);
  },
  yaml: itself,
};
