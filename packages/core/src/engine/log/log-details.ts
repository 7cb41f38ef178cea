/** What `docker logs --details` puts before a line. @see moby daemon/logger/loginfo.go ExtraAttributes */
import type { Container } from "../container/container.ts";
import { logTag } from "./log-tag.ts";

/** Labels and variables that the log driver was asked to keep. */
export function logDetails(container: Container): string {
  const { hostConfig, config } = container;
  const options = hostConfig.LogConfig?.Config ?? {};
  const names = (option: string): readonly string[] => (options[option] ?? "").split(",").filter((name) => name !== "");
  const pairs = new Map<string, string>();
  for (const name of names("labels")) {
    const value = config.Labels?.[name];
    if (value !== undefined) pairs.set(name, value);
  }
  for (const name of Object.keys(config.Labels ?? {})) {
    if (matches(options["labels-regex"], name)) pairs.set(name, config.Labels?.[name] ?? "");
  }
  const variables = new Map((config.Env ?? []).map((variable) => cut(variable)));
  for (const name of names("env")) {
    const value = variables.get(name);
    if (value !== undefined) pairs.set(name, value);
  }
  for (const [name, value] of variables) if (matches(options["env-regex"], name)) pairs.set(name, value);
  const tag = logTag(container);
  if (tag !== "") pairs.set("tag", tag);
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join(",");
}

/** As Go escapes what is in a query. */
const escaped = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%20/g, "+")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function matches(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined || pattern === "") return false;
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}

function cut(variable: string): [name: string, value: string] {
  const equals = variable.indexOf("=");
  return equals < 0 ? [variable, ""] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
