/** What `docker logs --details` puts before a line. @see moby daemon/logger/loginfo.go ExtraAttributes */
import type { Container } from "./container.ts";

/** Log drivers that can be read. */
export const READABLE_LOGS: ReadonlySet<string> = new Set(["", "json-file", "local", "journald"]);

/** Labels and variables that the log driver was asked to keep. */
export function logDetails({ hostConfig, config }: Container): string {
  const options = hostConfig.LogConfig?.Config ?? {};
  const names = (option: string): readonly string[] => (options[option] ?? "").split(",").filter((name) => name !== "");
  const pairs = new Map<string, string>();
  for (const name of names("labels")) {
    const value = config.Labels?.[name];
    if (value !== undefined) pairs.set(name, value);
  }
  const variables = new Map((config.Env ?? []).map((variable) => cut(variable)));
  for (const name of names("env")) {
    const value = variables.get(name);
    if (value !== undefined) pairs.set(name, value);
  }
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join(",");
}

function cut(variable: string): [name: string, value: string] {
  const equals = variable.indexOf("=");
  return equals < 0 ? [variable, ""] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
