/** Ports by name. There is no /etc/services in most images: then a service is a number. @see services(5) */
import { Errno, type Routine } from "../../abi/index.ts";
import { attempt, type Io, readText } from "../io.ts";

/** The port that `text` names; `usual` if nothing is given. Ends the applet if there is no such port. */
export function* portOrDie(io: Io, text: string | undefined, usual: number): Routine<number> {
  if (text === undefined) return usual;
  const port = /^\d+$/.test(text) ? Number(text) : yield* portNamed(text);
  if (port === undefined || port > 65_535) return yield* io.die(`bad port '${text}'`);
  return port;
}

function* portNamed(name: string): Routine<number | undefined> {
  for (const [service, , port] of yield* services()) if (service === name) return port;
  return undefined;
}

/** The name of a port; `undefined` if it has none. */
export function* serviceOf(port: number, protocol: string): Routine<string | undefined> {
  for (const [service, kind, number] of yield* services()) if (number === port && kind === protocol) return service;
  return undefined;
}

function* services(): Routine<readonly (readonly [name: string, protocol: string, port: number])[]> {
  const text = yield* attempt(readText("/etc/services"));
  if (text instanceof Errno) return [];
  return text.split("\n").flatMap((line) => {
    const match = /^(\S+)\s+(\d+)\/(\w+)/.exec(line);
    return match === null ? [] : [[match[1] ?? "", match[3] ?? "", Number(match[2])] as const];
  });
}
