/**
 * `RUN --mount`: its text or data, and the mount it means.
 *
 * The text is checked twice, as in BuildKit: `checkMount` when the Dockerfile is read (CSV, and that `from` holds no
 * variable), `resolveMount` when the RUN is dispatched, with variables expanded. Its fields are understood in order.
 * Model: instructions/commands_runmount.go, with its messages.
 */

import { parseBytes, quote, readBool, readUnsigned, reworded } from "../../lib/go/index.ts";
import type { MountFlag } from "./ast.ts";
import { csvFields } from "./csv.ts";
import { BuildError, rethrow } from "./error.ts";
import { withSuggestion } from "./suggest.ts";

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
const SHARING = ["shared", "private", "locked"] as const;
const KEYS =
  "type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env".split(
    " ",
  );

export type MountType = (typeof TYPES)[number];
export type CacheSharing = (typeof SHARING)[number];

/** A mount with every default filled in that does not depend on the stage. */
export interface BuildMount {
  readonly type: MountType;
  /** As written: relative to the working directory if it does not start with `/`. */
  readonly target: string;
  readonly source: string;
  /** A stage or an image; "" is the build context, for a cache an empty directory. */
  readonly from: string;
  readonly readonly: boolean;
  /** "" if it was not given. */
  readonly id: string;
  readonly sharing?: CacheSharing;
  readonly required: boolean;
  readonly sizeBytes: number;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** A secret's environment variable. */
  readonly env?: string;
}

type Draft = { -readonly [K in keyof BuildMount]?: BuildMount[K] } & { type: MountType };
type Expand = (word: string) => string;

interface Field {
  readonly key: string;
  readonly value: string | undefined;
  readonly text: string;
}

/** @throws BuildError if the text is no CSV, or names its source by a variable. */
export function checkMount(flag: MountFlag): void {
  for (const text of textsOf(flag)) {
    const dollar = text.indexOf("$");
    if (dollar >= 0 && dollar !== text.length - 1 && fieldOf(text).key === "from")
      throw new BuildError("'from' doesn't support variable expansion, define alias stage instead");
  }
}

/** The stage or image that a mount is from, known before anything is expanded; "" for none. */
export function mountSource(flag: MountFlag): string {
  return fieldsOf(flag).findLast(({ key, value }) => key === "from" && value !== undefined)?.value ?? "";
}

/** The target as written, before anything is expanded; "" for none. */
export function mountTarget(flag: MountFlag): string {
  const keys = ["target", "dst", "destination"];
  return fieldsOf(flag).findLast(({ key, value }) => keys.includes(key) && value !== undefined)?.value ?? "";
}

/** The flag as text. */
export function mountText(flag: MountFlag): string {
  if (typeof flag === "string") return flag;
  return Object.entries(flag)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => (value === true ? key : csvField(`${key}=${value}`)))
    .join(",");
}

/** @throws BuildError for a field that is unknown, has a bad value, or does not go with the type. */
export function resolveMount(flag: MountFlag, expand: Expand): BuildMount {
  const draft: Draft = { type: "bind" };
  for (const field of fieldsOf(flag)) readField(draft, field, expand);
  checkTogether(draft);
  return {
    target: "",
    source: "",
    from: "",
    id: "",
    required: false,
    sizeBytes: 0,
    readonly: draft.type !== "cache" && draft.type !== "tmpfs",
    ...draft,
  };
}

function fieldsOf(flag: MountFlag): readonly Field[] {
  return textsOf(flag).map(fieldOf);
}

function textsOf(flag: MountFlag): readonly string[] {
  return rethrow(
    () => csvFields(mountText(flag)),
    (error) => error.prefixed("failed to parse csv mounts"),
  );
}

function fieldOf(text: string): Field {
  const equals = text.indexOf("=");
  const key = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  return { key, text, value: equals < 0 ? undefined : text.slice(equals + 1) };
}

function csvField(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function readField(draft: Draft, { key, value: word, text }: Field, expand: Expand): void {
  if (word === undefined) {
    if (key === "readonly" || key === "ro") draft.readonly = true;
    else if (key === "readwrite" || key === "rw") draft.readonly = false;
    else if (key !== "required") throw new BuildError(`invalid field '${text}' must be a key=value pair`);
    else draft.required = requirable(draft, key);
    return;
  }
  const value = expand(word);
  const bool = (): boolean => {
    const parsed = readBool(value);
    if (parsed === undefined) throw new BuildError(`invalid value for ${key}: ${value}`);
    return parsed;
  };
  switch (key) {
    case "type":
      draft.type = oneOf(TYPES, value, "unsupported mount type");
      break;
    case "from":
      draft.from = value;
      break;
    case "source":
    case "src":
      draft.source = value;
      break;
    case "target":
    case "dst":
    case "destination":
      draft.target = value;
      break;
    case "readonly":
    case "ro":
      draft.readonly = bool();
      break;
    case "readwrite":
    case "rw":
      draft.readonly = !bool();
      break;
    case "required":
      draft.required = requirable(draft, key) && bool();
      break;
    case "size":
      draft.sizeBytes = size(draft, key, value);
      break;
    case "id":
      draft.id = value;
      break;
    case "sharing":
      draft.sharing = oneOf(SHARING, value, "unsupported sharing value");
      break;
    case "mode":
    case "uid":
    case "gid":
      draft[key] = unsigned(key, value);
      break;
    case "env":
      draft.env = value;
      break;
    default:
      throw new BuildError(withSuggestion(`unexpected key '${key}' in '${text}'`, key, KEYS));
  }
}

function oneOf<T extends string>(allowed: readonly T[], value: string, message: string): T {
  const found = allowed.find((one) => one === value.toLowerCase());
  if (found === undefined) throw new BuildError(withSuggestion(`${message} ${quote(value)}`, value, allowed));
  return found;
}

function requirable({ type }: Draft, key: string): true {
  if (type === "secret" || type === "ssh") return true;
  throw new BuildError(`unexpected key '${key}' for mount type '${type}'`);
}

function size({ type }: Draft, key: string, value: string): number {
  if (type !== "tmpfs") throw new BuildError(`unexpected key '${key}' for mount type '${type}'`);
  return reworded(
    () => parseBytes(value),
    () => new BuildError(`invalid value for ${key}: ${value}`),
  );
}

function unsigned(key: "mode" | "uid" | "gid", value: string): number {
  const parsed = readUnsigned(value, { base: key === "mode" ? 8 : 10, bits: 32 });
  if (typeof parsed === "string") throw new BuildError(`invalid value ${value} for ${key}`);
  return parsed;
}

/** What fields may not stand together. */
function checkTogether(draft: Draft): void {
  const { type, sharing } = draft;
  if (type === "bind" || type === "tmpfs")
    for (const key of ["mode", "uid", "gid"] as const)
      if (draft[key] !== undefined) throw new BuildError(`${key} not allowed for ${quote(type)} type mounts`);
  if (type === "secret") {
    if (draft.from) throw new BuildError("secret mount should not have a from");
    if (sharing !== undefined) throw new BuildError("secret mount should not define sharing");
    if (!draft.source && !draft.target && !draft.id)
      throw new BuildError("invalid secret mount. one of source, target required");
    if (draft.source && draft.id) throw new BuildError("both source and id can't be set");
  }
  if (sharing !== undefined && type !== "cache") throw new BuildError(`invalid cache sharing set for ${type} mount`);
}
