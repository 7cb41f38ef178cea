/** env: set the environment for a command. printenv: show it. @see env(1p) */
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt } from "../../getopt.ts";

export const env: Applet = function* (io) {
  const options = yield* getopt(io, "+i0u:", { "ignore-environment": "i", null: "0", unset: "u" });
  const words = [...options.operands];
  const startsEmpty = words[0] === "-";
  if (startsEmpty) words.shift();
  const variables = new Map(options.has("i") || startsEmpty ? [] : io.env);
  for (const name of options.values("u")) put(variables, name);
  while (words[0]?.includes("=")) put(variables, words.shift() as string);
  if (words.length > 0) return yield* execOrDie(io, words, variables);
  for (const [name, value] of variables) yield* io.out.write(`${name}=${value}${options.has("0") ? "\0" : "\n"}`);
  return 0;
};

/** putenv(3): sets `NAME=VALUE`; without `=` it removes the name. */
function put(variables: Map<string, string>, text: string): void {
  const equals = text.indexOf("=");
  if (equals < 0) variables.delete(text);
  else variables.set(text.slice(0, equals), text.slice(equals + 1));
}

export const printenv: Applet = function* (io) {
  const names = io.argv.slice(1);
  if (names.length === 0) for (const [name, value] of io.env) yield* io.out.line(`${name}=${value}`);
  let code = 0;
  for (const name of names) {
    const value = io.env.get(name);
    if (value === undefined) code = 1;
    else yield* io.out.line(value);
  }
  return code;
};
