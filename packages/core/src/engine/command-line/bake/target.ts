/**
 * What a target says of a build: fields by their names, each of a kind that tells how two of them are one.
 *
 * @see docker/buildx bake/bake.go Target
 */
import { type Entry, type EntryKind, normalEntries, shownEntry } from "./entry.ts";

type Texts = readonly string[];
type TextMap = ReadonlyMap<string, string>;

export interface Target {
  readonly description?: string;
  readonly annotations?: Texts;
  readonly attest?: readonly Entry[];
  readonly context?: string;
  readonly contexts?: TextMap;
  readonly dockerfile?: string;
  readonly "dockerfile-inline"?: string;
  readonly args?: TextMap;
  readonly labels?: TextMap;
  readonly tags?: Texts;
  readonly "cache-from"?: readonly Entry[];
  readonly "cache-to"?: readonly Entry[];
  readonly target?: string;
  readonly secret?: readonly Entry[];
  readonly ssh?: readonly Entry[];
  readonly platforms?: Texts;
  readonly output?: readonly Entry[];
  readonly pull?: boolean;
  readonly "no-cache"?: boolean;
  readonly network?: string;
  readonly "no-cache-filter"?: Texts;
  readonly "shm-size"?: string;
  readonly ulimits?: Texts;
  readonly call?: string;
  readonly entitlements?: Texts;
  readonly "extra-hosts"?: TextMap;
}

export type FieldName = keyof Target;
type FieldValue = Target[FieldName];

/** How a field is written, and whether a later one adds to it. */
export type FieldKind =
  | { readonly kind: "text" | "bool" | "map" }
  | { readonly kind: "texts"; readonly adds: boolean }
  | { readonly kind: "entries"; readonly of: EntryKind; readonly adds: boolean };

const TEXT = { kind: "text" } as const;
const BOOL = { kind: "bool" } as const;
const MAP = { kind: "map" } as const;
const texts = (adds: boolean) => ({ kind: "texts", adds }) as const;
const entries = (of: EntryKind, adds: boolean) => ({ kind: "entries", of, adds }) as const;

/** In the order in which they are shown. */
export const FIELDS: Readonly<Record<FieldName, FieldKind>> = {
  description: TEXT,
  annotations: texts(true),
  attest: entries("attest", true),
  context: TEXT,
  contexts: MAP,
  dockerfile: TEXT,
  "dockerfile-inline": TEXT,
  args: MAP,
  labels: MAP,
  tags: texts(false),
  "cache-from": entries("cache", true),
  "cache-to": entries("cache", false),
  target: TEXT,
  secret: entries("secret", true),
  ssh: entries("ssh", true),
  platforms: texts(false),
  output: entries("output", false),
  pull: BOOL,
  "no-cache": BOOL,
  network: TEXT,
  "no-cache-filter": texts(true),
  "shm-size": TEXT,
  ulimits: texts(true),
  call: TEXT,
  entitlements: texts(true),
  "extra-hosts": MAP,
};

export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

/** One target over another. */
export function merged(under: Target, over: Target): Target {
  const both = FIELD_NAMES.flatMap((name) => {
    const value = mergedField(FIELDS[name], under[name], over[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(both);
}

function mergedField(kind: FieldKind, under: FieldValue, over: FieldValue): FieldValue {
  if (under === undefined || over === undefined) return over ?? under;
  if (kind.kind === "map") return new Map([...(under as TextMap), ...(over as TextMap)]);
  if ("adds" in kind && kind.adds) return [...(under as readonly never[]), ...(over as readonly never[])];
  return over;
}

/** Without what is said twice, and what is nothing. */
export function normal(target: Target): Target {
  const isHost = target.network === "host";
  const whole = isHost ? merged(target, { entitlements: ["network.host"] }) : target;
  return Object.fromEntries(
    FIELD_NAMES.flatMap((name) => {
      const value = normalField(name, whole[name]);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function normalField(name: FieldName, value: FieldValue): FieldValue {
  const kind = FIELDS[name];
  if (value === undefined) return undefined;
  if (kind.kind === "texts") return nonEmpty([...new Set(value as Texts)].filter((text) => text !== ""));
  if (kind.kind === "entries") return nonEmpty(normalEntries(kind.of, value as readonly Entry[]));
  if (kind.kind !== "map") return value;
  const pairs = [...(value as TextMap)].filter(([, text]) => name !== "contexts" || text !== "");
  return pairs.length === 0 ? undefined : new Map(pairs);
}

const nonEmpty = <T>(items: readonly T[]): readonly T[] | undefined => (items.length === 0 ? undefined : items);

/** What would be taken for a template is marked as none. */
const ESCAPED: ReadonlySet<FieldName> = new Set(["annotations", "dockerfile-inline", "labels", "args", "extra-hosts"]);

/** A target as `--print` shows it. */
export function shownTarget(target: Target): object {
  return Object.fromEntries(
    FIELD_NAMES.flatMap((name) => {
      const value = target[name];
      if (value === undefined || value === "") return [];
      const text = ESCAPED.has(name) ? escaped : (one: string): string => one;
      return [[name, shownField(FIELDS[name], value, text)] as const];
    }),
  );
}

function shownField(kind: FieldKind, value: FieldValue, text: (one: string) => string): unknown {
  switch (kind.kind) {
    case "text":
      return text(value as string);
    case "bool":
      return value;
    case "texts":
      return (value as Texts).map(text);
    case "entries":
      return (value as readonly Entry[]).map((entry) => shownEntry(kind.of, entry));
    case "map":
      return Object.fromEntries(
        [...(value as TextMap)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, text(one)]),
      );
  }
}

const escaped = (text: string): string => text.replace(/[$%]\{/g, (opening) => `${opening.slice(0, 1)}${opening}`);
