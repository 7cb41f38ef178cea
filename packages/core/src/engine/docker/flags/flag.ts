/**
 * One option of a command, and the kinds of options there are.
 *
 * Model: spf13/pflag's Value implementations and docker/cli's opts.
 */

import {
  parseBool,
  parseBytes,
  parseCsv,
  parseDuration,
  parseInteger,
  parseUnsigned,
  quote,
} from "../../../lib/go/index.ts";
import type { StringMap } from "../create-body.ts";
import { addFilter, type Filters } from "../values/filter.ts";
import { cut } from "../values/pairs.ts";

/** An option whose texts become a value of type `T`. */
export interface Flag<T> extends FlagTraits {
  /** What `--help` calls the value; empty for a switch. */
  readonly type: string;
  readonly usage: string;
  /** The value before any text was read. */
  readonly initial: T;
  /** The default as `--help` shows it; undefined where it is a zero. */
  readonly shown: string | undefined;
  /** The text that stands for the option without a value; undefined if it needs one. */
  readonly optional: string | undefined;
  /** The value after `text`. @throws ValueError */
  read(text: string, before: T): T;
}

/** What an option may have besides its kind. */
export interface FlagTraits {
  /** One letter. */
  readonly short?: string;
  readonly hidden?: true;
  /** What to use instead; printed when the option is used. */
  readonly deprecated?: string;
  /** Where alone it works: elsewhere it is hidden and, for `windows` and `experimental`, refused. */
  readonly only?: "windows" | "experimental" | "swarm";
  /** The option whose value this one sets: `--net` sets that of `--network`. */
  readonly sets?: string;
}

/** Options by their long name. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of options, by their long name. */
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

interface Kind<T> {
  readonly type: string;
  readonly initial: T;
  readonly shown?: string | undefined;
  readonly optional?: string;
  readonly read: (text: string, before: T) => T;
}

function flag<T>(usage: string, traits: FlagTraits, kind: Kind<T>): Flag<T> {
  return { shown: undefined, optional: undefined, ...kind, usage, ...traits };
}

export interface BoolTraits extends FlagTraits {
  readonly initial?: boolean;
}

/** A switch: `--name`, `--name=false`. */
export function bool(usage: string, { initial = false, ...traits }: BoolTraits = {}): Flag<boolean> {
  const shown = initial ? "true" : undefined;
  return flag(usage, traits, { type: "", initial, shown, optional: "true", read: parseBool });
}

/** A switch that gives another option a value: `--check` is `--call=check`. */
export function shorthand(usage: string, { sets, value }: { readonly sets: string; readonly value: string }) {
  const read = (text: string, before: string): string => (parseBool(text) ? value : before);
  return flag(usage, { sets }, { type: "", initial: "", optional: "true", read });
}

export interface TextTraits extends FlagTraits {
  readonly initial?: string;
}

/** Any text; the last one counts. */
export function text(usage: string, { initial = "", ...traits }: TextTraits = {}): Flag<string> {
  const shown = initial === "" ? undefined : quote(initial);
  return flag(usage, traits, { type: "string", initial, shown, read: (given) => given });
}

export interface NumberTraits extends FlagTraits {
  readonly initial?: number;
}

/** A signed integer of 64 bits in any of Go's notations. */
export function integer(usage: string, { initial = 0, ...traits }: NumberTraits = {}): Flag<number> {
  const shown = initial === 0 ? undefined : `${initial}`;
  return flag(usage, traits, { type: "int", initial, shown, read: (given) => parseInteger(given, { base: 0 }) });
}

/** An unsigned integer. */
export function unsigned(
  usage: string,
  bits: 16 | 32 | 64,
  { initial = 0, ...traits }: NumberTraits = {},
): Flag<number> {
  const type = bits === 64 ? "uint" : `uint${bits}`;
  const shown = initial === 0 ? undefined : `${initial}`;
  return flag(usage, traits, { type, initial, shown, read: (given) => parseUnsigned(given, { base: 0, bits }) });
}

/** Nanoseconds, written like `1m30s`. */
export function duration(usage: string, traits: FlagTraits = {}): Flag<number> {
  return flag(usage, traits, { type: "duration", initial: 0, read: parseDuration });
}

/** Bytes, written like `64m`. */
export function bytes(usage: string, traits: FlagTraits = {}): Flag<number> {
  return flag(usage, traits, { type: "bytes", initial: 0, read: parseBytes });
}

/** A value of its own kind; the last one counts. */
export function single<T>(
  usage: string,
  kind: { readonly type: string; readonly initial: T; readonly shown?: string; readonly read: (text: string) => T },
  traits: FlagTraits = {},
): Flag<T> {
  return flag(usage, traits, kind);
}

/** May be repeated; every text is one entry. */
export function list(
  usage: string,
  { entry = (given) => given, ...traits }: FlagTraits & { readonly entry?: (text: string) => string } = {},
): Flag<readonly string[]> {
  return flag<readonly string[]>(usage, traits, {
    type: "list",
    initial: [],
    read: (given, before) => [...before, entry(given)],
  });
}

/** May be repeated; every text becomes an entry of type `T`. */
export function listOf<T>(
  usage: string,
  kind: { readonly type: string; readonly shown?: string; readonly entry: (text: string) => T },
  traits: FlagTraits = {},
): Flag<readonly T[]> {
  const { entry, ...rest } = kind;
  return flag<readonly T[]>(usage, traits, {
    ...rest,
    initial: [],
    read: (given, before) => [...before, entry(given)],
  });
}

/** May be repeated; the value is one entry as it is. */
export function texts(usage: string, traits: FlagTraits = {}): Flag<readonly string[]> {
  return listOf(usage, { type: "stringArray", entry: (given) => given }, traits);
}

/** May be repeated; every text is a record of comma separated entries. */
export function strings(usage: string, traits: FlagTraits = {}): Flag<readonly string[]> {
  return flag<readonly string[]>(usage, traits, {
    type: "strings",
    initial: [],
    read: (given, before) => [...before, ...(given === "" ? [] : parseCsv(given))],
  });
}

/** `NAME=VALUE`, may be repeated; the last value of a name counts. */
export function map(
  usage: string,
  { entry = (given) => given, ...traits }: FlagTraits & { readonly entry?: (text: string) => string } = {},
): Flag<StringMap> {
  return flag<StringMap>(usage, traits, {
    type: "map",
    initial: {},
    shown: "map[]",
    read: (given, before) => {
      const [name, value] = cut(entry(given), "=");
      return { ...before, [name]: value ?? "" };
    },
  });
}

/** `--filter NAME=VALUE`. */
export function filter(usage: string, traits: FlagTraits = {}): Flag<Filters> {
  return flag<Filters>(usage, traits, { type: "filter", initial: {}, read: addFilter });
}
