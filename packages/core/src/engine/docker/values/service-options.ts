/**
 * Values that only services have: command lines, placement preferences, kinds of resources, secrets and configs.
 *
 * @see docker/cli cli/command/service/opts.go, generic_resource_opts.go; opts/swarmopts
 */
import { parseCsv, parseDuration, parseUnsigned, reworded } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import type { GenericResource } from "../../swarm/service-spec.ts";
import { ValueError } from "../problem.ts";
import type { PayloadWish } from "../requests/service-changes.ts";
import { splitWords } from "../words.ts";
import { cut } from "./pairs.ts";

const DEFAULT_MODE = 0o444;

/** `NAME` or `source=NAME,target=PATH,uid=…,gid=…,mode=…`. @see docker/cli opts/swarmopts/secret.go */
export function payloadWish(given: string, kind: "secret" | "config"): PayloadWish {
  const fields = parseCsv(given);
  if (fields.length === 1 && !given.includes("="))
    return { source: given, target: given, uid: "0", gid: "0", mode: DEFAULT_MODE };
  const wish = { source: "", target: "", uid: "0", gid: "0", mode: DEFAULT_MODE };
  for (const field of fields) {
    const [key, value] = cut(field, "=");
    if (value === undefined) throw new ValueError(`invalid field '${field}' must be a key=value pair`);
    if (key === "source" || key === "src") wish.source = value;
    else if (key === "target") wish.target = value;
    else if (key === "uid") wish.uid = value;
    else if (key === "gid") wish.gid = value;
    else if (key === "mode") wish.mode = fileMode(value);
    else throw new ValueError(`invalid field in ${kind} request: ${key}`);
  }
  if (wish.source === "") throw new ValueError("source is required");
  return { ...wish, target: wish.target === "" ? wish.source : wish.target };
}

function fileMode(text: string): number {
  return reworded(
    () => parseUnsigned(text, { base: 0, bits: 32 }),
    ({ message }) => new ValueError(`invalid mode specified: ${message}`),
  );
}

/** A command line as a shell would split it. */
export function commandWords(text: string): readonly string[] {
  try {
    return splitWords(text);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const isEscape = error.message.includes("backslash at the end");
    throw new ValueError(isEscape ? "EOF found after escape character" : "EOF found when expecting closing quote");
  }
}

/** Nanoseconds that are not less than none. */
export function positiveDuration(text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds < 0) throw new ValueError("duration cannot be negative");
  return nanoseconds;
}

/** Where a specification of credentials is. */
export function credentialSpec(text: string): string {
  if (text === "" || ["config://", "file://", "registry://"].some((prefix) => text.startsWith(prefix))) return text;
  throw new ValueError('invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"');
}

/** `spread=LABEL`; gives the label. */
export function spreadOver(text: string): string {
  const [strategy = "", descriptor, ...more] = text.split("=");
  if (descriptor === undefined || more.length > 0) {
    throw new ValueError('placement preference must be of the format "<strategy>=<arg>"');
  }
  if (strategy !== "spread") {
    throw new ValueError(`unsupported placement preference ${strategy} (only spread is supported)`);
  }
  return descriptor;
}

/** `KIND=AMOUNT`, of which only the form is judged here. */
export function resourceEntry(text: string): string {
  if (!text.includes("=")) {
    throw new ValueError(`invalid generic-resource format \`${text}\` expected \`name=value\``);
  }
  return text;
}

/** All of them together, each kind once. @throws ValueError for kinds whose pieces have names */
export function genericResources(texts: readonly string[]): readonly GenericResource[] {
  const pairs = texts.map((text) => cut(text, "="));
  const kinds = new Map<string, string[]>();
  for (const [kind, value = ""] of pairs) kinds.set(kind, [...(kinds.get(kind) ?? []), value]);
  for (const [kind, values] of kinds) {
    if (values.length > 1 && values.some((value) => /^\d+$/.test(value))) {
      const expression = `${kind}=[${values.join(" ")}]`;
      const why = `mixed discrete and named resources in expression '${expression}'`;
      throw new ValueError(`invalid generic resource specification: could not parse GenericResource: ${why}`);
    }
  }
  return pairs.map(([Kind, value = ""]) => {
    if (/^\d+$/.test(value)) return { DiscreteResourceSpec: { Kind, Value: Number(value) } };
    const why = "Named Generic Resources is not supported for service create or update";
    throw new ValueError(`invalid generic-resource request \`${Kind}=${value}\`, ${why}`);
  });
}
