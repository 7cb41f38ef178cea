import type { Env } from "../abi/index.ts";

/** `NAME=value` each, as a map. */
export function environment(variables: readonly string[]): Env {
  const env = new Map<string, string>();
  for (const text of variables) {
    const equals = text.indexOf("=");
    if (equals < 0) env.set(text, "");
    else env.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return env;
}
